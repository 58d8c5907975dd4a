//! One Postgres cluster: `initdb`, a copy of it, and the running server.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::account::Account;
use crate::tls::Identity;

/// The superuser of every cluster.
pub(crate) const SUPERUSER: &str = "ennead";

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// Where the programs of Postgres are and whom they run as.
pub(crate) struct Programs {
    pub(crate) bin_dir: PathBuf,
    pub(crate) account: Account,
}

impl Programs {
    /// Makes a new cluster in `data`, whose parent the account must own.
    ///
    /// The default collation is that of a language where Postgres can have one everywhere (15 and above), since that
    /// is what production has: a query that relies on byte order must say so, and fails here if it does not.
    pub(crate) fn initdb(&self, data: &Path) -> Result<()> {
        let mut command = self.command("initdb", data)?;
        command
            .args([
                "--username",
                SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(data);
        if self.major_version()? >= 15 {
            command.args(["--locale-provider=icu", "--icu-locale=en-US"]);
        }
        finish(command)
    }

    /// Copies a stopped cluster.
    pub(crate) fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        let mut command = Command::new("cp");
        self.account.apply(&mut command);
        command.arg("-Rp").args([from, to]);
        finish(command)
    }

    /// Starts the cluster in `data`, on a free port and on a Unix socket beside `data`; without an identity, without TLS.
    pub(crate) fn start(&self, data: &Path, identity: Option<&Identity>) -> Result<Cluster> {
        if let Some(identity) = identity {
            self.account.write_private(&data.join("server.crt"), &identity.certificate)?;
            self.account.write_private(&data.join("server.key"), &identity.key)?;
        }
        let mut attempts = 3;
        loop {
            attempts -= 1;
            // Another process may take the port before Postgres does: hence the attempts.
            match self.start_on(free_port()?, data, identity.is_some()) {
                Err(error) if attempts == 0 => return Err(error),
                Err(_) => {}
                Ok(cluster) => return Ok(cluster),
            }
        }
    }

    fn start_on(&self, port: u16, data: &Path, tls: bool) -> Result<Cluster> {
        let log_path = data.with_extension("log");
        let log = File::create(&log_path).with_context(|| format!("create {}", log_path.display()))?;
        let socket_dir = data.parent().context("a cluster lies in a directory")?;
        let mut command = self.command("postgres", data)?;
        command.arg("-D").arg(data);
        let settings = [
            ("port", port.to_string()),
            ("listen_addresses", Ipv4Addr::LOCALHOST.to_string()),
            ("unix_socket_directories", socket_dir.display().to_string()),
            ("max_connections", "200".to_owned()),
            ("ssl", if tls { "on" } else { "off" }.to_owned()),
            // Nothing here outlives the machine.
            ("fsync", "off".to_owned()),
            ("synchronous_commit", "off".to_owned()),
            ("full_page_writes", "off".to_owned()),
            // The files may lie in memory.
            ("max_wal_size", "256MB".to_owned()),
            // In containers /dev/shm is small; and so nothing stays behind outside our directory.
            ("dynamic_shared_memory_type", "mmap".to_owned()),
        ];
        for (name, value) in settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command.stdin(Stdio::null()).stdout(log.try_clone().context("share the log")?).stderr(log);
        let postmaster = command.spawn().with_context(|| format!("run {command:?}"))?;
        let mut cluster = Cluster { postmaster, port };
        match cluster.wait_until_ready(data) {
            Ok(()) => Ok(cluster),
            Err(error) => {
                let log = fs::read_to_string(&log_path).unwrap_or_default();
                Err(error.context(format!("Postgres did not start; its log:\n{}", log.trim_end())))
            }
        }
    }

    fn major_version(&self) -> Result<u32> {
        let output = Command::new(self.bin_dir.join("postgres")).arg("--version").output();
        let output =
            output.with_context(|| format!("run `postgres --version` in {}", self.bin_dir.display()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        parse_major_version(&text).with_context(|| format!("no version of Postgres in `{}`", text.trim()))
    }

    fn command(&self, program: &str, data: &Path) -> Result<Command> {
        let mut command = Command::new(self.bin_dir.join(program));
        self.account.apply(&mut command);
        // The working directory of the caller may be closed to the account.
        command.current_dir(data.parent().context("a cluster lies in a directory")?);
        command.env_remove("PGDATA").env_remove("PGOPTIONS");
        Ok(command)
    }
}

/// A running server, stopped when dropped.
pub(crate) struct Cluster {
    postmaster: Child,
    port: u16,
}

impl Cluster {
    /// The URL of its database `postgres`, for the superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@{}:{}/postgres", Ipv4Addr::LOCALHOST, self.port)
    }

    /// Waits for the line that the postmaster writes for `pg_ctl`.
    fn wait_until_ready(&mut self, data: &Path) -> Result<()> {
        let pid_file = data.join("postmaster.pid");
        let started = Instant::now();
        while started.elapsed() < START_LIMIT {
            if let Some(status) = self.postmaster.try_wait().context("watch Postgres")? {
                bail!("postgres left with {status}");
            }
            let lines = fs::read_to_string(&pid_file).unwrap_or_default();
            if lines.lines().nth(7).is_some_and(|status| status.trim() == "ready") {
                return Ok(());
            }
            sleep(POLL);
        }
        bail!("postgres was not ready after {} s", START_LIMIT.as_secs())
    }

    fn wait_for_exit(&mut self) -> Option<ExitStatus> {
        let asked = Instant::now();
        while asked.elapsed() < STOP_LIMIT {
            if let Ok(Some(status)) = self.postmaster.try_wait() {
                return Some(status);
            }
            sleep(POLL);
        }
        None
    }
}

impl Drop for Cluster {
    /// Immediate shutdown: nobody will read the data again.
    fn drop(&mut self) {
        let asked = kill_process(Pid::from_child(&self.postmaster), Signal::QUIT);
        if asked.is_err() || self.wait_for_exit().is_none() {
            // Failing means that it is gone already; backends notice the end of their postmaster.
            let _ = self.postmaster.kill();
            let _ = self.postmaster.wait();
        }
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("find a free port")?;
    Ok(listener.local_addr().context("find a free port")?.port())
}

fn parse_major_version(text: &str) -> Option<u32> {
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Runs to the end, quietly unless it fails.
fn finish(mut command: Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("run {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} left with {}:\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::parse_major_version;

    #[test]
    fn versions() {
        assert_eq!(parse_major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major_version(""), None);
    }
}
