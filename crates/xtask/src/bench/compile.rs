//! Compiles the generated crates, several rounds of all of them in turn.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::CompileArgs;
use super::cases::{Case, MODELS, PEERS, Peer};
use super::generate::Ground;
use super::machine;
use super::recorder::{self, Recorder};
use super::report::{Report, Row};
use crate::process::{self, Interrupt};

/// Measures, and prints the table.
pub(crate) fn run(args: &CompileArgs, repository: &Path, interrupt: &Interrupt) -> Result<()> {
    let ground = Ground::prepare(repository)?;
    let recorder = Recorder::install(ground.file("recorder"))?;
    let bench = Bench { ground, recorder, interrupt };
    let wanted =
        |case: &Case| args.only.is_empty() || args.only.iter().any(|text| case.name.contains(&**text));
    let cases = PEERS.iter().flat_map(|peer| peer.cases.iter().map(move |case| (peer, case)));
    let mut report = Report { machine: machine::describe(), rustc: machine::rustc(), ..Report::default() };
    let mut rows = Vec::new();
    for (peer, case) in cases.filter(|(_, case)| wanted(case)) {
        eprintln!("==> {}: dependencies and expansion", case.name);
        match bench.prepare(peer, case) {
            Ok(lines) => rows.push((peer, case, Row::new(case.name, case.label(peer), lines))),
            Err(error) => report.failed.push((case.label(peer), format!("{error:#}"))),
        }
        bench.check_interrupt()?;
    }
    for number in 1..=args.rounds {
        eprintln!("==> round {number} of {}", args.rounds);
        for (peer, case, row) in &mut rows {
            let round = bench.round(peer, case);
            bench.check_interrupt()?;
            match round {
                Ok((check, build)) => {
                    row.check.push(check);
                    row.build.push(build);
                }
                // The others are still worth their time.
                Err(error) => report.failed.push((case.label(peer), format!("round {number}: {error:#}"))),
            }
        }
    }
    report.rows = rows.into_iter().map(|(_, _, row)| row).collect();
    if let Some(path) = &args.json {
        fs::write(path, report.json()).with_context(|| format!("write {}", path.display()))?;
    }
    print(&report.table());
    Ok(())
}

#[allow(clippy::print_stdout, reason = "the table is what the command is for")]
fn print(text: &str) {
    println!("{text}");
}

struct Bench<'a> {
    ground: Ground,
    recorder: Recorder,
    interrupt: &'a Interrupt,
}

impl Bench<'_> {
    /// Builds what the crate depends on, and gives the number of expanded lines for each model.
    fn prepare(&self, peer: &Peer, case: &Case) -> Result<f64> {
        let expanded = self.ground.file(&format!("{}.expanded.rs", case.name));
        self.measure(peer, case, "check", Some(&expanded))?;
        let source = fs::File::open(&expanded).context("open the expanded source")?;
        let mut rustfmt = Command::new("rustfmt");
        rustfmt.args(["--edition", "2024", "--emit", "stdout", "--quiet"]);
        // Not the repository's own style, whatever directory this runs in.
        rustfmt.args(["--config-path", "/dev/null"]);
        let output = rustfmt.stdin(source).stderr(Stdio::null()).output().context("run rustfmt")?;
        if !output.status.success() {
            bail!("rustfmt does not read the expanded source, {}", expanded.display());
        }
        Ok(lines(&String::from_utf8_lossy(&output.stdout)) as f64 / MODELS as f64)
    }

    /// Compiles the crate with `cargo check` and with `cargo build`.
    fn round(&self, peer: &Peer, case: &Case) -> Result<(f64, f64)> {
        let check = self.measure(peer, case, "check", None)?;
        Ok((check, self.measure(peer, case, "build", None)?))
    }

    /// Compiles the crate once, and gives the CPU seconds of its rustc.
    fn measure(&self, peer: &Peer, case: &Case, task: &str, expanded: Option<&Path>) -> Result<f64> {
        let record = self.ground.file("record");
        let _ = fs::remove_file(&record);
        self.ground.touch(peer, case)?;
        let mut cargo = process::clean(Command::new("cargo"));
        cargo.args([task, "--quiet", "--lib", "--package", &case.package()]);
        cargo.arg("--manifest-path").arg(self.ground.manifest(peer));
        cargo.arg("--target-dir").arg(self.ground.target());
        // Every round compiles everything, and as a build without settings does.
        cargo.env("CARGO_INCREMENTAL", "0");
        for setting in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
            cargo.env_remove(setting);
        }
        self.recorder.watch(&mut cargo, &case.package(), &record, expanded);
        let code = process::run_unattended(cargo, self.interrupt)?;
        self.check_interrupt()?;
        if code != 0 {
            bail!("`cargo {task}` of the crate {} fails", case.package());
        }
        recorder::recorded(&record).with_context(|| format!("cargo did not compile {}", case.name))
    }

    fn check_interrupt(&self) -> Result<()> {
        if self.interrupt.exit_code().is_some() {
            bail!("interrupted");
        }
        Ok(())
    }
}

/// The lines of a source that hold anything.
fn lines(source: &str) -> usize {
    source.lines().filter(|line| !line.trim().is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn blank_lines_do_not_count() {
        assert_eq!(lines("struct A {\n    a: u8,\n}\n\n  \nstruct B;\n"), 4);
    }
}
