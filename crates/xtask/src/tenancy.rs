//! Longer looks at tenant isolation than the ordinary tests take: a soak, and a sabotage that must be found.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, Interrupt};
use crate::servers::Servers;

/// The case that spoils parameters, bodies and workflows.
const INPUTS: &str = "inputs::fuzz::spoiled_inputs_end_well_for_a_minute";
/// The cases that draw schemas and edits, and how many pairs a soak tries in each.
const SCHEMAS: &str = "random_schema";
const PAIRS: &str = "3000";
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

/// Runs the state machine for so many operations on each database, spoiled input by name for a minute, and schemas that are
/// drawn by the thousand.
pub(crate) fn soak(root: &Path, operations: u64, only: Option<Database>) -> Result<u8> {
    let interrupt = Interrupt::listen()?;
    let servers = Servers::start(&interrupt)?;
    let mut code = 0;
    for database in [Database::Sqlite, Database::Postgres] {
        if only.is_some_and(|only| only != database) || code != 0 {
            continue;
        }
        for case in [&[MACHINE][..], &[INPUTS, "--ignored", "--nocapture"], &[SCHEMAS, "--nocapture"]] {
            let mut command = process::clean(Command::new("cargo"));
            command.current_dir(root).envs(servers.env()).env("ENNEAD_SOAK", operations.to_string());
            command.env("ENNEAD_SCHEMAS", PAIRS);
            command.args(["test", "--release", "--package=ennead-tests", "--test", database.target(), "--"]);
            command.args(case);
            if code == 0 {
                code = process::run_unattended(command, &interrupt)?;
            }
        }
    }
    servers.stop()?;
    Ok(code)
}

/// Says that this program stands between cargo and rustc, and adds the sabotage.
const WRAPS: &str = "ENNEAD_SABOTAGE";

/// Runs rustc with the sabotage, where cargo started this program as its RUSTC_WORKSPACE_WRAPPER: only the workspace's own
/// crates are built anew.
pub(crate) fn wrap() -> Option<Result<ExitCode>> {
    std::env::var_os(WRAPS)?;
    let mut arguments = std::env::args_os().skip(1);
    let rustc = arguments.next()?;
    let status = Command::new(rustc).args(arguments).args(["--cfg", "ennead_sabotage"]).status();
    Some(
        status
            .context("start rustc")
            .map(|status| if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
    )
}

/// Builds the library without the tenant's predicate. The matrix must fail on SQLite and on Postgres; under row level
/// security nothing of another tenant's may be told or changed all the same.
pub(crate) fn sabotage(root: &Path) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let servers = Servers::start(&interrupt)?;
    let wrapper = std::env::current_exe().context("the path of xtask")?;
    let cargo = |arguments: &[&str]| {
        let mut command = process::clean(Command::new("cargo"));
        command.current_dir(root).envs(servers.env()).args(arguments);
        // A folder of its own: nothing built so must ever stand where it could be taken for the library.
        command.env("CARGO_TARGET_DIR", root.join("target/sabotage"));
        command.env("RUSTC_WORKSPACE_WRAPPER", &wrapper).env(WRAPS, "1");
        command
    };
    let targets = ["--test=sqlite", "--test=postgres", "--test=postgres_rls"];
    let build = [["test", "--no-run", "--package=ennead-tests"], targets].concat();
    let built = process::run_unattended(cargo(&build), &interrupt)?;
    ensure!(built == 0, "the sabotaged library does not build");
    for target in targets {
        let run = ["test", "--package=ennead-tests", target, "--", MATRIX];
        let output = cargo(&run).output().context("run the matrix on the sabotaged library")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (name, failures) = (target.trim_start_matches("--test="), failures(&text));
        if target == "--test=postgres_rls" {
            ensure!(
                output.status.success(),
                "{name}: without the tenant's predicate the database alone does not keep tenants apart:\n{text}"
            );
            eprintln!("==> {name}: the policies and keys alone let nothing through");
            let cells = text.lines().filter(|line| line.starts_with("tenancy matrix"));
            cells.for_each(|line| eprintln!("    {line}"));
            continue;
        }
        if output.status.success() || failures.is_empty() {
            bail!("{name}: the tenant's predicate is gone, and the matrix did not notice");
        }
        eprintln!("==> {name}: the matrix found the sabotage");
        for line in &failures {
            eprintln!("    {line}");
        }
    }
    servers.stop()
}

/// What the matrix says of each shape: `… 120 of 701 cells failed (typed …, by name …)`.
fn failures(text: &str) -> Vec<String> {
    let mut all: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once("tenancy matrix "))
        .filter(|(_, rest)| rest.contains(" cells failed ("))
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
        let text = "test panicked: tenancy matrix sqlite via one hop: 3 of 9 cells failed (typed 1 of 4)\n  more\nok\n";
        assert_eq!(failures(text), ["sqlite via one hop: 3 of 9 cells failed (typed 1 of 4)"]);
        assert!(failures("tenancy matrix sqlite, via one hop 9 cells (typed face)").is_empty());
    }
}
