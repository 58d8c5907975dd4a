//! Longer looks at tenant isolation than the ordinary tests take: a soak, and a sabotage that must be found.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, Interrupt};
use crate::servers::Servers;

/// The case that compares random operations with an oracle.
const MACHINE: &str = "tenancy::machine";
/// The cases of the generated matrix.
const MATRIX: &str = "tenancy::matrix";

/// Which databases a soak runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    fn target(self) -> &'static str {
        match self {
            Database::Sqlite => "sqlite",
            Database::Postgres => "postgres",
        }
    }
}

/// Runs the state machine for so many operations on each database.
pub(crate) fn soak(root: &Path, operations: u64, only: Option<Database>) -> Result<u8> {
    let interrupt = Interrupt::listen()?;
    let servers = Servers::start(&interrupt)?;
    let mut code = 0;
    for database in [Database::Sqlite, Database::Postgres] {
        if only.is_some_and(|only| only != database) || code != 0 {
            continue;
        }
        let mut command = process::clean(Command::new("cargo"));
        command.current_dir(root).envs(servers.env()).env("ENNEAD_SOAK", operations.to_string()).args([
            "test",
            "--release",
            "--package=ennead-tests",
            "--test",
            database.target(),
            "--",
            MACHINE,
        ]);
        code = process::run_unattended(command, &interrupt)?;
    }
    servers.stop()?;
    Ok(code)
}

/// Builds the library without the tenant's predicate, and requires that the matrix fails on both databases.
pub(crate) fn sabotage(root: &Path) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let servers = Servers::start(&interrupt)?;
    let cargo = |arguments: &[&str]| {
        let mut command = process::clean(Command::new("cargo"));
        command.current_dir(root).envs(servers.env()).args(arguments);
        // A folder of its own: nothing built so must ever stand where it could be taken for the library.
        command.env("CARGO_TARGET_DIR", root.join("target/sabotage"));
        command.env("RUSTFLAGS", flags());
        command
    };
    let build = ["test", "--no-run", "--package=ennead-tests", "--test=sqlite", "--test=postgres"];
    let built = process::run_unattended(cargo(&build), &interrupt)?;
    ensure!(built == 0, "the sabotaged library does not build");
    for database in [Database::Sqlite, Database::Postgres] {
        let target = format!("--test={}", database.target());
        let run = ["test", "--package=ennead-tests", &target, "--", MATRIX];
        let output = cargo(&run).output().context("run the matrix on the sabotaged library")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let failures = failures(&text);
        if output.status.success() || failures.is_empty() {
            bail!("{}: the tenant's predicate is gone, and the matrix did not notice", database.target());
        }
        eprintln!("==> {}: the matrix found the sabotage", database.target());
        for line in &failures {
            eprintln!("    {line}");
        }
    }
    servers.stop()
}

/// The flags of the environment, and the sabotage.
fn flags() -> OsString {
    let mut flags = std::env::var_os("RUSTFLAGS").unwrap_or_default();
    if !flags.is_empty() {
        flags.push(" ");
    }
    flags.push("--cfg ennead_sabotage");
    flags
}

/// What the matrix says of each shape: `… 120 of 701 cells failed`.
fn failures(text: &str) -> Vec<String> {
    let mut all: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once("tenancy matrix "))
        .filter(|(_, rest)| rest.ends_with("cells failed"))
        .map(|(_, rest)| rest.to_owned())
        .collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::failures;

    #[test]
    fn failing_shapes_are_read_from_the_output() {
        let text = "test panicked: tenancy matrix sqlite via one hop: 3 of 9 cells failed\n  more\nok\n";
        assert_eq!(failures(text), ["sqlite via one hop: 3 of 9 cells failed"]);
        assert!(failures("tenancy matrix sqlite, via one hop 9 cells (typed face)").is_empty());
    }
}
