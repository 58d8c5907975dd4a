//! The Postgres servers of a run, as xtask sees them.

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::install;
use crate::process::{self, Interrupt};

/// The URL of the server that the tests use.
const POSTGRES: &str = "ENNEAD_TEST_POSTGRES";

/// Either the server that the environment names, or our own throw-away ones, which end with this value.
pub(crate) struct Servers {
    env: Vec<(String, String)>,
    supervisor: Option<Child>,
}

impl Servers {
    /// Uses the server named by `ENNEAD_TEST_POSTGRES`, else starts our own.
    pub(crate) fn start(interrupt: &Interrupt) -> Result<Self> {
        if let Ok(url) = env::var(POSTGRES) {
            return Ok(Self { env: vec![(POSTGRES.to_owned(), url)], supervisor: None });
        }
        Self::start_of(&install::postgres(interrupt)?)
    }

    /// Starts our own, of the programs in this directory.
    pub(crate) fn start_of(bin_dir: &Path) -> Result<Self> {
        let mut command = process::clean(Command::new(env::current_exe().context("find xtask itself")?));
        command.arg("supervise").arg("--bin-dir").arg(bin_dir);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // In a group of its own, Ctrl-C does not reach it.
        let supervisor = command.process_group(0).spawn().context("start the supervisor of Postgres")?;
        let mut servers = Self { env: Vec::new(), supervisor: Some(supervisor) };
        servers.read_env()?;
        Ok(servers)
    }

    /// What the tests find in their environment.
    pub(crate) fn env(&self) -> impl Iterator<Item = (&str, &str)> {
        self.env.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The URL of the server.
    pub(crate) fn url(&self) -> Result<&str> {
        let (_, url) = self.env().find(|(name, _)| *name == POSTGRES).context("no server was started")?;
        Ok(url)
    }

    /// Stops the servers, and says if that failed.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn read_env(&mut self) -> Result<()> {
        let stdout = self.supervisor.as_mut().and_then(|supervisor| supervisor.stdout.take());
        for line in BufReader::new(stdout.context("the supervisor has no output")?).lines() {
            let line = line.context("read from the supervisor of Postgres")?;
            if line.is_empty() {
                return Ok(());
            }
            let (name, value) = line.split_once('=').context("the supervisor writes NAME=value")?;
            self.env.push((name.to_owned(), value.to_owned()));
        }
        self.end()?;
        bail!("the supervisor of Postgres left before it was asked to")
    }

    fn end(&mut self) -> Result<()> {
        let Some(mut supervisor) = self.supervisor.take() else {
            return Ok(());
        };
        // Closes its standard input, which is how it learns that we are done.
        let status = supervisor.wait().context("wait for the supervisor of Postgres")?;
        ensure!(status.success(), "the supervisor of Postgres left with {status}");
        Ok(())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("xtask: {error:#}");
        }
    }
}
