//! A peer in a process of its own, since it links what this one must not.

use std::io::{BufReader, ErrorKind};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use futures_util::future::BoxFuture;

use crate::clock::Clock;
use crate::measure::Contender;
use crate::protocol::{Reply, Request, receive, send};
use crate::work::Work;

/// A process that does each work when it is its turn, and sleeps otherwise: it takes time and allocations itself, so that
/// nothing of what is said counts.
pub(crate) struct Apart {
    process: Mutex<Process>,
    brings: Option<String>,
}

impl Apart {
    /// Starts the program and has it connect.
    pub(crate) fn start(program: &Path, url: &str, connections: usize) -> Result<Self> {
        let mut process = Process::start(program)?;
        match process.ask(&Request::Open { url: url.to_owned(), connections })? {
            Reply::Opened { brings } => Ok(Self { process: Mutex::new(process), brings }),
            reply => bail!("it answered {reply:?}"),
        }
    }

    /// Waits in this thread: there is nothing that should run meanwhile.
    fn ask(&self, request: &Request, expected: usize) -> Result<Reply> {
        let reply = self.process.lock().map_err(|_| anyhow!("a thread panicked"))?.ask(request)?;
        if let Reply::Took { did, .. } | Reply::Counted { did, .. } = &reply {
            ensure!(*did == expected, "it did {did} instead of {expected}");
        }
        Ok(reply)
    }

    fn time(&self, request: &Request, expected: usize) -> Result<Duration> {
        match self.ask(request, expected)? {
            Reply::Took { nanoseconds, .. } => Ok(Duration::from_nanos(nanoseconds)),
            reply => bail!("it answered {reply:?}"),
        }
    }
}

impl Contender for Apart {
    fn alone(&self, work: Work, clock: Clock) -> BoxFuture<'_, Result<Duration>> {
        Box::pin(async move {
            let expected = work.expected();
            self.time(&Request::Alone { work, clock }, expected)
        })
    }

    fn together(&self, works: Vec<Work>, clock: Clock) -> BoxFuture<'_, Result<Duration>> {
        Box::pin(async move {
            let expected = works.iter().map(Work::expected).sum();
            self.time(&Request::Together { works, clock }, expected)
        })
    }

    fn counted(&self, work: Work) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            let expected = work.expected();
            match self.ask(&Request::Counted { work }, expected)? {
                Reply::Counted { allocations, .. } => Ok(allocations),
                reply => bail!("it answered {reply:?}"),
            }
        })
    }

    fn brings(&self) -> Option<String> {
        self.brings.clone()
    }
}

/// The process with both ends of its line.
struct Process {
    child: Child,
    /// Until it is told to end.
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Process {
    fn start(program: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("start {}", program.display()))?;
        let to = child.stdin.take();
        let from = BufReader::new(child.stdout.take().context("no line from the process")?);
        Ok(Self { child, to, from })
    }

    fn ask(&mut self, request: &Request) -> Result<Reply> {
        let to = self.to.as_mut().context("the process was told to end")?;
        if let Err(error) = send(to, request) {
            // What a process says that ended is how it ended.
            let broken = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            ensure!(broken == Some(ErrorKind::BrokenPipe), error);
            return Err(self.ended());
        }
        match receive(&mut self.from)? {
            Some(Reply::Failed(why)) => Err(anyhow!(why)),
            Some(reply) => Ok(reply),
            None => Err(self.ended()),
        }
    }

    fn ended(&mut self) -> anyhow::Error {
        self.to = None;
        match self.child.wait() {
            Ok(status) => anyhow!("its process ended with {status}"),
            Err(error) => anyhow!("its process ended, {error}"),
        }
    }
}

impl Drop for Process {
    /// A process ends when its line does, and its databases are free only then.
    fn drop(&mut self) {
        self.to = None;
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Apart;

    #[test]
    fn a_program_that_is_missing_or_ends_is_told() {
        let missing = Apart::start(Path::new("/there/is/none"), "sqlite://a", 1).map(|_| ()).unwrap_err();
        assert!(format!("{missing:#}").contains("start /there/is/none"), "{missing:#}");
        let ended = Apart::start(Path::new("false"), "sqlite://a", 1).map(|_| ()).unwrap_err();
        assert!(format!("{ended:#}").contains("its process ended with exit status: 1"), "{ended:#}");
    }
}
