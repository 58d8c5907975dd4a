//! Builds the program of `crates/ennead-bench` and runs it, with a Postgres server where one is wanted.

use std::ffi::OsString;
use std::path::Path;
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
    let servers = if args.sqlite_only { None } else { Some(Servers::start(interrupt)?) };
    let mut program = cargo(root, "run");
    program.arg("--quiet").arg("--").args(arguments(args));
    if let Some(servers) = &servers {
        program.arg("--postgres").arg(servers.url()?);
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

/// What the program is told, besides where Postgres is.
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
    use super::arguments;
    use crate::bench::RunArgs;

    #[test]
    fn what_is_asked_is_passed_on() {
        let args = RunArgs {
            rounds: 3,
            filter: Some("read".to_owned()),
            peers: None,
            json: Some("out.json".into()),
            cpu: true,
            sqlite_only: false,
            postgres_only: true,
        };
        let told: Vec<String> =
            arguments(&args).into_iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
        assert_eq!(told[..4], ["--rounds", "3", "--filter", "read"]);
        assert_eq!(told[4], "--json");
        assert!(std::path::Path::new(&told[5]).is_absolute(), "{told:?}");
        assert_eq!(told[6..], ["--cpu", "--no-sqlite"]);
    }
}
