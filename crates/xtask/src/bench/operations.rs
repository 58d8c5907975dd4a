//! Builds the program of `crates/ennead-bench` and runs it, with a Postgres server where one is wanted.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::RunArgs;
use crate::process::{self, Interrupt};
use crate::servers::Servers;

/// Measures, and gives the program's exit code.
pub(crate) fn run(args: &RunArgs, root: &Path, interrupt: &Interrupt) -> Result<u8> {
    // Built before the server starts: it takes long, and would take the server's share of the processors.
    let code = process::run(cargo(root, "build"), interrupt)?;
    if code != 0 {
        return Ok(code);
    }
    let toasty = if wants_toasty(args) { build_toasty(root, interrupt)? } else { None };
    if let Some(code) = interrupt.exit_code() {
        return Ok(code);
    }
    let servers = if args.sqlite_only { None } else { Some(Servers::start(interrupt)?) };
    let mut program = cargo(root, "run");
    program.arg("--quiet").arg("--").args(arguments(args));
    if let Some(servers) = &servers {
        program.arg("--postgres").arg(servers.url()?);
    }
    if let Some(toasty) = &toasty {
        program.arg("--toasty").arg(toasty);
    }
    let code = process::run_unattended(program, interrupt)?;
    servers.map_or(Ok(()), Servers::stop)?;
    Ok(code)
}

fn cargo(root: &Path, task: &str) -> Command {
    let mut cargo = process::clean(Command::new("cargo"));
    cargo.args([task, "--release", "--package", "ennead-bench"]).current_dir(root);
    cargo
}

/// Whether Toasty is among the peers that are asked for.
fn wants_toasty(args: &RunArgs) -> bool {
    args.peers.as_deref().is_none_or(|peers| peers.split('+').any(|name| name == "Toasty"))
}

/// Builds Toasty's program, which is a workspace of its own, and tells where it is. Without it the others are measured.
fn build_toasty(root: &Path, interrupt: &Interrupt) -> Result<Option<PathBuf>> {
    let folder = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |at| root.join(at));
    let folder = folder.join("toasty");
    let mut cargo = process::clean(Command::new("cargo"));
    cargo.args(["build", "--release", "--locked", "--manifest-path"]);
    cargo.arg(root.join("crates/ennead-bench/toasty/Cargo.toml"));
    cargo.arg("--target-dir").arg(&folder).current_dir(root);
    if process::run(cargo, interrupt)? == 0 {
        return Ok(Some(
            folder.join("release").join(format!("ennead-bench-toasty{}", env::consts::EXE_SUFFIX)),
        ));
    }
    eprintln!("Toasty's program could not be built: it is left out");
    Ok(None)
}

/// What the program is told, besides where Postgres and Toasty are.
fn arguments(args: &RunArgs) -> Vec<OsString> {
    let mut out: Vec<OsString> = vec!["--rounds".into(), args.rounds.to_string().into()];
    let mut option = |name: &str, value: Option<OsString>| {
        if let Some(value) = value {
            out.extend([name.into(), value]);
        }
    };
    option("--filter", args.filter.as_ref().map(OsString::from));
    option("--peers", args.peers.as_ref().map(OsString::from));
    // The program runs in the workspace's directory, whatever ours is.
    option("--json", args.json.as_ref().map(|path| std::path::absolute(path).unwrap_or(path.clone()).into()));
    if args.cpu {
        out.push("--cpu".into());
    }
    if args.postgres_only {
        out.push("--no-sqlite".into());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{arguments, wants_toasty};
    use crate::bench::RunArgs;

    fn asked(peers: Option<&str>) -> RunArgs {
        RunArgs {
            rounds: 3,
            filter: Some("read".to_owned()),
            peers: peers.map(str::to_owned),
            json: Some("out.json".into()),
            cpu: true,
            sqlite_only: false,
            postgres_only: true,
        }
    }

    #[test]
    fn toasty_is_built_where_it_is_asked_for() {
        assert!(wants_toasty(&asked(None)));
        assert!(wants_toasty(&asked(Some("ennead+Toasty"))));
        assert!(!wants_toasty(&asked(Some("ennead+Diesel"))));
    }

    #[test]
    fn what_is_asked_is_passed_on() {
        let args = asked(None);
        let told: Vec<String> =
            arguments(&args).into_iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
        assert_eq!(told[..4], ["--rounds", "3", "--filter", "read"]);
        assert_eq!(told[4], "--json");
        assert!(std::path::Path::new(&told[5]).is_absolute(), "{told:?}");
        assert_eq!(told[6..], ["--cpu", "--no-sqlite"]);
    }
}
