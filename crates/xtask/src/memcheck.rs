//! The SQLite lane, the one module with `unsafe`, under valgrind.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, Interrupt};

/// Cases that open, use, leave and lose connections in every way, where nothing else is said.
const CASES: [&str; 5] = ["operations", "cancel", "bulk", "transactions", "types::"];

/// What is looked for: reads and writes of memory that is none, values that were never set, and memory that nobody has a pointer
/// to any more. Threads take turns, so that none waits for long.
const VALGRIND: &str = "valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
     --show-leak-kinds=definite --num-callers=30 --fair-sched=yes";

pub(crate) fn run(root: &Path, filter: &[OsString], interrupt: &Interrupt) -> Result<()> {
    let there = process::clean(Command::new("valgrind")).arg("--version").output();
    ensure!(there.is_ok_and(|out| out.status.success()), "valgrind is not there: apt install valgrind");
    let cases: Vec<OsString> = match filter {
        [] => CASES.map(OsString::from).to_vec(),
        said => said.to_vec(),
    };
    for case in &cases {
        let mut cargo = process::clean(Command::new("cargo"));
        cargo.current_dir(root).env(runner()?, VALGRIND);
        cargo.args(["test", "--quiet", "--package=ennead-tests", "--test=sqlite", "--"]).arg(case);
        let code = process::run_unattended(cargo, interrupt)?;
        if code != 0 {
            bail!("`{}` under valgrind left with {code}; 99 is what valgrind found", case.display());
        }
        eprintln!("==> {}: valgrind found nothing", case.display());
    }
    Ok(())
}

/// The variable by which cargo is told what runs the programs of this machine.
fn runner() -> Result<String> {
    let told = process::clean(Command::new("rustc")).arg("-vV").output().context("ask rustc for its host")?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc told no host")?;
    Ok(format!("CARGO_TARGET_{}_RUNNER", host.to_uppercase().replace('-', "_")))
}
