//! What is said between the bench and a peer in a process of its own: one JSON text for each line, a reply for each request.

use std::io::{BufRead, Write};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::work::Work;

/// What the bench asks for. The first request opens, all others are samples.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Connect with so many connections. The URL is the one that ennead takes.
    Open { url: String, connections: usize },
    /// Do the work, and tell what it took.
    Alone { work: Work, clock: Clock },
    /// Do all the works, each in its own task, and tell what they took.
    Together { works: Vec<Work>, clock: Clock },
    /// Do the work, and tell how many allocations it took. Apart, since counting costs time.
    Counted { work: Work },
}

/// What the peer answers.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// It is connected. What it brings along that the others do not share is told here.
    Opened { brings: Option<String> },
    /// How many rows it read or wrote, or the count, and the time that it took by the clock of its own process.
    Took { did: usize, nanoseconds: u64 },
    /// The same with the allocations of its own process.
    Counted { did: usize, allocations: u64 },
    /// It could not, and this is why.
    Failed(String),
}

/// Writes a message, which then is on its way.
pub(crate) fn send(to: &mut impl Write, message: &impl Serialize) -> Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()?;
    Ok(())
}

/// Waits for a message; `None` where the other side has ended.
pub(crate) fn receive<T: DeserializeOwned>(from: &mut impl BufRead) -> Result<Option<T>> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    serde_json::from_str(&line).map(Some).with_context(|| {
        let begin: String = line.chars().take(80).collect();
        format!("understand {begin:?}")
    })
}

#[cfg(test)]
mod tests {
    use super::{Reply, Request, receive, send};
    use crate::clock::Clock;
    use crate::work::OPS;

    #[test]
    fn what_is_sent_is_received() {
        // All operations, so that no form of work is left out.
        let mut requests = vec![Request::Open { url: "sqlite:///a b.db".to_owned(), connections: 8 }];
        for op in OPS {
            let work = || op.work(3, 2);
            requests.push(Request::Alone { work: work(), clock: Clock::Wall });
            requests.push(Request::Together { works: vec![work(), work()], clock: Clock::Cpu });
            requests.push(Request::Counted { work: work() });
        }
        let mut line = Vec::new();
        for request in &requests {
            send(&mut line, request).unwrap();
        }
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), requests.len());
        let mut from = line.as_slice();
        for request in &requests {
            assert_eq!(receive::<Request>(&mut from).unwrap().as_ref(), Some(request));
        }
        assert_eq!(receive::<Request>(&mut from).unwrap(), None);
    }

    #[test]
    fn replies_hold_line_breaks() {
        let replies = [
            Reply::Opened { brings: Some("SQLite 3".to_owned()) },
            Reply::Took { did: 7, nanoseconds: u64::MAX },
            Reply::Counted { did: 7, allocations: 0 },
            Reply::Failed("a reason\nof two lines".to_owned()),
        ];
        let mut line = Vec::new();
        for reply in &replies {
            send(&mut line, reply).unwrap();
        }
        let mut from = line.as_slice();
        for reply in &replies {
            assert_eq!(receive::<Reply>(&mut from).unwrap().as_ref(), Some(reply));
        }
    }

    #[test]
    fn a_line_that_is_no_message_is_told() {
        let error = receive::<Reply>(&mut b"Segmentation fault\n".as_slice()).unwrap_err();
        assert!(format!("{error:#}").contains("Segmentation fault"), "{error:#}");
    }
}
