//! The served example, for as long as it is asked.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::process::{self, Interrupt};

/// The caller who may run everything that is served.
const ROLE: &str = "org_admin";

/// A running `kaizen-studio --serve`, which is stopped with this value.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
    pub(crate) key: String,
}

impl Served {
    /// Builds the example and starts it on a free port.
    pub(crate) fn start(root: &Path, database: &str, interrupt: &Interrupt) -> Result<Self> {
        let mut build = process::clean(Command::new("cargo"));
        build.current_dir(root).args(["build", "--quiet", "--package", "kaizen-studio"]);
        if process::run_unattended(build, interrupt)? != 0 {
            bail!("kaizen-studio does not build");
        }
        let mut program = Command::new(root.join("target/debug/kaizen-studio"));
        program.args(["--serve", "--listen", "127.0.0.1:0", "--database", database]);
        program.stdin(Stdio::null()).stdout(Stdio::piped());
        // In a group of its own, Ctrl-C does not reach it before it is stopped here.
        let child = program.process_group(0).spawn().context("start kaizen-studio")?;
        let mut served = Self { child, address: String::new(), key: String::new() };
        let out = served.child.stdout.take().context("kaizen-studio has no output")?;
        for line in BufReader::new(out).lines() {
            let line = line.context("read from kaizen-studio")?;
            if let Some(address) = line.strip_prefix("listening on ") {
                served.address = address.to_owned();
            }
            if let Some((_, key)) = line.split_once(" Authorization: Bearer ").filter(|_| line.contains(ROLE))
            {
                served.key = key.to_owned();
            }
            if !served.address.is_empty() && !served.key.is_empty() {
                return Ok(served);
            }
        }
        bail!("kaizen-studio left before it served")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}
