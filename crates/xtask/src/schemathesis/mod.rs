//! Asks a running server, by schemathesis, whether it does what its OpenAPI document says: `cargo xtask schemathesis`.
//!
//! Schemathesis is a Python program: a virtual environment below `target/` holds it, in the version that is written here.

mod served;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::database::Database;
use crate::process::{self, Interrupt};
use crate::schemathesis::served::Served;
use crate::servers::Servers;

/// The version that the figures in docs/testing.md are of.
const VERSION: &str = "4.32.5";

/// What schemathesis is asked to do.
#[derive(clap::Args)]
pub(crate) struct SchemathesisArgs {
    /// Serve from a throw-away Postgres server, instead of a SQLite file
    #[arg(long)]
    postgres: bool,
    /// How many requests are drawn at random for each operation, beside those that cover its schema
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    max_examples: u32,
    /// Only operations of these paths; may be given again
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,
    /// The seed of what is drawn
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// Serves the example and runs schemathesis on it; its exit code is ours.
pub(crate) fn run(args: &SchemathesisArgs, root: &Path, interrupt: &Interrupt) -> Result<u8> {
    let program = installed(root, interrupt)?;
    let folder = tempfile::tempdir().context("make a temporary directory")?;
    if !args.postgres {
        let url = format!("sqlite://{}", folder.path().join("served.db").display());
        return asked(args, root, &program, &url, interrupt);
    }
    let servers = Servers::start(interrupt)?;
    let code = {
        let database = Database::create(servers.url()?, "schemathesis")?;
        asked(args, root, &program, &database.url(), interrupt)
    };
    servers.stop()?;
    code
}

/// One run against a server that ends with it.
fn asked(
    args: &SchemathesisArgs,
    root: &Path,
    program: &Path,
    url: &str,
    interrupt: &Interrupt,
) -> Result<u8> {
    let served = Served::start(root, url, interrupt)?;
    let mut command = Command::new(program);
    let beside = root.join("crates/xtask/src/schemathesis");
    command.env("SCHEMATHESIS_HOOKS", beside.join("hooks.py"));
    command.arg("--config-file").arg(beside.join("schemathesis.toml"));
    command.args(["run", &format!("{}/openapi.json", served.address), "--continue-on-failure"]);
    command.args(["--header", &format!("Authorization: Bearer {}", served.key)]);
    command.args(["--max-examples", &args.max_examples.to_string(), "--seed", &args.seed.to_string()]);
    command.args(args.path.iter().flat_map(|path| ["--include-path", path]));
    // It keeps its cache where it runs.
    command.current_dir(root.join("target"));
    process::run_unattended(command, interrupt)
}

/// The program, in a virtual environment of its own.
fn installed(root: &Path, interrupt: &Interrupt) -> Result<PathBuf> {
    let environment = root.join("target").join(format!("schemathesis-{VERSION}"));
    let program = environment.join("bin").join("schemathesis");
    if program.is_file() {
        return Ok(program);
    }
    let mut python = Command::new("python3");
    python.args(["-m", "venv"]).arg(&environment);
    if !matches!(process::run_unattended(python, interrupt), Ok(0)) {
        bail!(
            "schemathesis needs Python: install `python3` with its module `venv` (`apt-get install python3-venv`)"
        );
    }
    let mut pip = Command::new(environment.join("bin").join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", &format!("schemathesis=={VERSION}")]);
    if process::run_unattended(pip, interrupt)? != 0 {
        bail!("`pip install schemathesis=={VERSION}` failed: is the package index reachable?");
    }
    Ok(program)
}
