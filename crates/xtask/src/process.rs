//! Runs a command so that whoever ends xtask ends the command too.

use std::env;
use std::io::{IsTerminal, stdin};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::failures::Failures;

const POLL: Duration = Duration::from_millis(20);
const GRACE: Duration = Duration::from_secs(5);

/// Remembers that xtask was told to end. From then on `run` ends what runs, and runs nothing more.
pub(crate) struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Listens to Ctrl-C, SIGTERM and SIGHUP.
    pub(crate) fn listen() -> Result<Self> {
        let signal = Arc::new(AtomicUsize::new(0));
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let value = usize::try_from(number).context("signals are positive")?;
            signal_hook::flag::register_usize(number, Arc::clone(&signal), value)
                .context("listen to signals")?;
        }
        Ok(Self(signal))
    }

    /// The exit code that tells of the signal, once there was one: 128 and its number, as shells count.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        self.signal().map(|signal| 128 + signal)
    }

    fn signal(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)
    }
}

/// Takes away what `cargo run` put into our environment about the package xtask: build scripts that watch it would
/// run again, each time we are followed by a cargo started by hand.
pub(crate) fn clean(mut command: Command) -> Command {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end or to ours, and gives its exit code.
///
/// At a terminal the command shares our process group: it may read the terminal, and Ctrl-C reaches it without us.
/// Elsewhere it leads a group of its own, all of which we can end.
pub(crate) fn run(command: Command, interrupt: &Interrupt) -> Result<u8> {
    run_with(command, interrupt, |_| ())
}

fn run_with(mut command: Command, interrupt: &Interrupt, begun: impl FnOnce(&mut Child)) -> Result<u8> {
    if let Some(code) = interrupt.exit_code() {
        return Ok(code);
    }
    let at_terminal = stdin().is_terminal();
    if !at_terminal {
        command.process_group(0);
    }
    let mut child = command.spawn().with_context(|| format!("run `{}`", command.get_program().display()))?;
    begun(&mut child);
    let mut told: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait().context("wait for a command")? {
            return Ok(exit_code(status));
        }
        // At a terminal SIGINT has reached the command as well, and what it does about it is its own affair.
        let ending = interrupt.signal().is_some_and(|signal| !at_terminal || i32::from(signal) != SIGINT);
        match told {
            None if ending => {
                end(&child, at_terminal, Signal::TERM);
                told = Some(Instant::now());
            }
            Some(since) if since.elapsed() > GRACE => end(&child, at_terminal, Signal::KILL),
            _ => {}
        }
        sleep(POLL);
    }
}

/// Like [`run`], for a command that has nothing to ask.
pub(crate) fn run_unattended(mut command: Command, interrupt: &Interrupt) -> Result<u8> {
    command.stdin(Stdio::null());
    run(command, interrupt)
}

/// Like [`run_unattended`], for a command that runs tests: its exit code, and what it told of those that failed.
pub(crate) fn run_tests(mut command: Command, interrupt: &Interrupt) -> Result<(u8, Vec<String>)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut failures = None;
    let code = run_with(command, interrupt, |child| failures = Some(Failures::of(child)))?;
    Ok((code, failures.map(Failures::told).unwrap_or_default()))
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// An error means that it ended by itself.
fn end(child: &Child, at_terminal: bool, signal: Signal) {
    let pid = Pid::from_child(child);
    let _ = if at_terminal { kill_process(pid, signal) } else { kill_process_group(pid, signal) };
}
