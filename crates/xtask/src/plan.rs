//! Everything that must pass, in its order.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::examples::{self, Examples};
use crate::process::{self, Interrupt};
use crate::servers::Servers;
use crate::step::Step;

/// Both backends, whichever members ask for them.
const ALL_BACKENDS: &str = "--features=ennead/sqlite,ennead/postgres";

/// Who reads the output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Somebody who watches.
    Terminal,
    /// Somebody who reads the log later.
    Ci,
}

/// One run of everything.
pub(crate) struct Plan {
    pub(crate) root: PathBuf,
    pub(crate) examples: bool,
    pub(crate) filter: Vec<OsString>,
    pub(crate) output: Output,
}

impl Plan {
    /// Runs step after step up to the first that fails.
    pub(crate) fn run(&self, interrupt: &Interrupt) -> Result<()> {
        let started = Instant::now();
        let runner = Runner { plan: self, servers: self.start_servers(interrupt)?, interrupt };
        for step in self.code_steps() {
            runner.run(&step)?;
        }
        if self.examples {
            runner.run(&examples::check(&self.root)?)?;
            let examples = Examples::prepare(&self.root, runner.servers.url()?)?;
            for step in &examples.steps {
                runner.run(step)?;
            }
        }
        runner.run(&doc())?;
        runner.servers.stop()?;
        eprintln!("==> all passed in {:.1} s", started.elapsed().as_secs_f64());
        Ok(())
    }

    fn start_servers(&self, interrupt: &Interrupt) -> Result<Servers> {
        eprintln!("==> postgres");
        let started = Instant::now();
        let servers = Servers::start(interrupt)
            .context("the step `postgres` failed (alone: cargo xtask pg -- true)")?;
        eprintln!("    ok: postgres at {}, {:.1} s", servers.url()?, started.elapsed().as_secs_f64());
        Ok(servers)
    }

    /// The steps that look at the code of the default members: a package outside them, such as a benchmark with its
    /// heavy dependencies, is formatted but not built.
    fn code_steps(&self) -> Vec<Step> {
        let clippy = |name: &str, what: &[&str]| {
            let arguments = ["clippy"].iter().chain(what).chain(&["--", "-D", "warnings"]);
            Step::cargo(name, arguments)
        };
        // Each backend must also compile without the other, and the rest without any.
        let backend = |name: &str, features: &[&str]| {
            clippy(name, &[&["--package=ennead", "--no-default-features"], features].concat())
        };
        // Unlike cargo, rustfmt takes any terminal in the environment for one that reads its output.
        let plain: &[&str] = if io::stdout().is_terminal() { &[] } else { &["--", "--color=never"] };
        let fmt = [&["fmt", "--all", "--check"], plain].concat();
        let mut test: Vec<OsString> = ["test", "--no-fail-fast", ALL_BACKENDS].map(Into::into).to_vec();
        if !self.filter.is_empty() {
            test.push("--".into());
            test.extend(self.filter.iter().cloned());
        }
        vec![
            Step::cargo("fmt", fmt),
            clippy("clippy", &["--all-targets", ALL_BACKENDS]),
            backend("sqlite only", &["--features=sqlite"]),
            backend("postgres only", &["--features=postgres"]),
            backend("no backend", &[]),
            Step::cargo("test", test).with_servers().with_tests(),
        ]
    }
}

/// The documentation that somebody reads: of all but tests and benchmarks.
fn doc() -> Step {
    let silent = ["ennead-bench", "ennead-suite", "ennead-tests", "ennead-compile-tests"];
    let silent = silent.map(|package| format!("--exclude={package}"));
    let all = ["doc", "--no-deps", "--workspace", ALL_BACKENDS].map(str::to_owned);
    Step::cargo("doc", all.into_iter().chain(silent)).env("RUSTDOCFLAGS", "-D warnings")
}

/// What the steps run with.
struct Runner<'a> {
    plan: &'a Plan,
    servers: Servers,
    interrupt: &'a Interrupt,
}

impl Runner<'_> {
    fn run(&self, step: &Step) -> Result<()> {
        let ci = self.plan.output == Output::Ci;
        let folds = ci && env::var_os("GITHUB_ACTIONS").is_some();
        let mut command = step.command();
        command.current_dir(&self.plan.root).envs(self.servers.env());
        if ci {
            command.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
        }
        eprintln!("{}{}", if folds { "::group::" } else { "==> " }, step.name);
        let started = Instant::now();
        let (code, failures) = if step.runs_tests() {
            process::run_tests(command, self.interrupt)?
        } else {
            (process::run_unattended(command, self.interrupt)?, Vec::new())
        };
        let seconds = started.elapsed().as_secs_f64();
        if folds {
            eprintln!("::endgroup::");
        }
        if self.interrupt.exit_code().is_some() {
            bail!("interrupted in the step `{}`", step.name);
        }
        if code != 0 {
            // Whoever reads the log's end is to find them there.
            for line in failures {
                eprintln!("{line}");
            }
            bail!("the step `{}` failed after {seconds:.1} s; alone: {}", step.name, step.alone());
        }
        eprintln!("    ok: {}, {seconds:.1} s", step.name);
        Ok(())
    }
}
