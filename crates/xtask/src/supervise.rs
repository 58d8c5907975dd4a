//! The process that holds the Postgres servers.
//!
//! It is a child of xtask and lives as long as xtask holds the other end of its standard input. However xtask ends
//! (done, failed, panicked, interrupted, killed), the kernel closes that pipe, and here the servers are stopped and
//! their files deleted. So there is one way to clean up, and it needs nothing of the process that is gone.

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use signal_hook::consts::TERM_SIGNALS;

use crate::account::Account;
use crate::cluster::{Cluster, Programs};
use crate::tls::{Authority, Flaw};

/// Each server: the variable that holds its URL, the name of its directory, what is wrong with its certificate.
const SERVERS: [(&str, &str, Flaw); 4] = [
    ("ENNEAD_TEST_POSTGRES", "right", Flaw::None),
    ("ENNEAD_TEST_POSTGRES_EXPIRED", "expired", Flaw::Expired),
    ("ENNEAD_TEST_POSTGRES_WRONG_HOST", "wrong-host", Flaw::WrongHost),
    ("ENNEAD_TEST_POSTGRES_PLAIN", "plain", Flaw::Missing),
];

/// How much memory must be free for the servers' files, in bytes; they have taken no more than a quarter of it.
const ROOM: u64 = 4 << 30;

/// Starts the servers, writes the environment of the tests to standard output as lines `NAME=value` and an empty
/// line, and stops the servers when standard input ends.
pub(crate) fn run(bin_dir: &Path) -> Result<()> {
    ignore_signals()?;
    let programs = Programs { bin_dir: bin_dir.to_path_buf(), account: Account::find()? };
    // A short name: the path of a Unix socket has at most 100 bytes or so.
    let place = place();
    let dir = tempfile::Builder::new().prefix("ennead-").tempdir_in(&place);
    let dir = dir.with_context(|| format!("make a temporary directory in {}", place.display()))?;
    programs.account.own(dir.path())?;

    let mut environment = String::new();
    let authority = publish_authorities(&dir.path().join("tls"), &mut environment)?;
    let clusters = start_servers(&programs, dir.path(), &authority, &mut environment)?;

    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{environment}").and_then(|()| stdout.flush()).context("report to xtask")?;
    io::stdin().lock().read_to_end(&mut Vec::new()).context("wait for xtask to end")?;

    drop(clusters);
    dir.close().context("delete the temporary directory")
}

/// Where the servers keep their files: in memory, where there is enough of it. The suite makes and drops a database a
/// case, a thousand files each, and a file system that writes to a disk spends more on those than Postgres does.
fn place() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let free = rustix::fs::statvfs(memory).map_or(0, |found| found.f_bavail.saturating_mul(found.f_frsize));
    if free >= ROOM { memory.to_path_buf() } else { env::temp_dir() }
}

/// Writes the authority that signs our servers, and one that signs none, for clients to trust.
fn publish_authorities(dir: &Path, environment: &mut String) -> Result<Authority> {
    let (authority, other) = (Authority::new("ennead test CA")?, Authority::new("ennead other test CA")?);
    let ca = dir.join("ca.pem");
    fs::create_dir(dir)
        .and_then(|()| fs::write(&ca, authority.pem()))
        .and_then(|()| fs::write(dir.join("other-ca.pem"), other.pem()))
        .with_context(|| format!("write certificates to {}", dir.display()))?;
    environment.push_str(&format!(
        "ENNEAD_TEST_TLS_DIR={}\nENNEAD_TEST_TLS_CA={}\n",
        dir.display(),
        ca.display()
    ));
    Ok(authority)
}

fn start_servers(
    programs: &Programs,
    dir: &Path,
    authority: &Authority,
    environment: &mut String,
) -> Result<Vec<Cluster>> {
    let template = dir.join("template");
    programs.initdb(&template)?;
    SERVERS
        .into_iter()
        .map(|(variable, name, flaw)| {
            let data = dir.join(name);
            programs.copy(&template, &data)?;
            let cluster = programs.start(&data, authority.sign(flaw)?.as_ref())?;
            environment.push_str(&format!("{variable}={}\n", cluster.url()));
            Ok(cluster)
        })
        .collect()
}

/// Who signals us means xtask, whose end we see anyway.
fn ignore_signals() -> Result<()> {
    for &signal in TERM_SIGNALS {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false))).context("ignore signals")?;
    }
    Ok(())
}
