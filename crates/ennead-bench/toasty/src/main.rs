//! Toasty as a peer of ennead's benchmark. It has a process of its own, since its driver links another version of SQLite
//! than ennead does: requests come on the standard input, replies go to the standard output, a line of JSON each.

// The same text as the bench has: what is measured is described once.
#[path = "../../src/allocations.rs"]
mod allocations;
#[path = "../../src/clock.rs"]
#[allow(dead_code, reason = "the bench needs more of it")]
mod clock;
mod peer;
#[path = "../../src/protocol.rs"]
mod protocol;
#[path = "../../src/work.rs"]
#[allow(dead_code, reason = "the bench needs more of it")]
mod work;

use std::io::{BufReader, stdin, stdout};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::runtime::{Builder, Runtime};

use crate::clock::Clock;
use crate::peer::Toasty;
use crate::protocol::{Reply, Request, receive, send};
use crate::work::{Work, perform};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fn main() -> Result<()> {
    let (mut from, mut to) = (BufReader::new(stdin().lock()), stdout().lock());
    let mut session = None;
    while let Some(request) = receive(&mut from)? {
        let reply = answer(&mut session, request).unwrap_or_else(|error| Reply::Failed(format!("{error:#}")));
        send(&mut to, &reply)?;
    }
    Ok(())
}

fn answer(session: &mut Option<Session>, request: Request) -> Result<Reply> {
    let now = match request {
        Request::Open { url, connections } => {
            let opened = Session::open(&url, connections)?;
            let brings = opened.runtime.block_on(opened.peer.brings())?;
            *session = Some(opened);
            return Ok(Reply::Opened { brings });
        }
        request => (session.as_ref().context("nothing was opened")?, request),
    };
    match now {
        (session, Request::Alone { work, clock }) => session.alone(work, clock),
        (session, Request::Together { works, clock }) => session.together(works, clock),
        (session, Request::Counted { work }) => session.counted(work),
        (_, Request::Open { .. }) => bail!("it is open"),
    }
}

struct Session {
    runtime: Runtime,
    peer: Arc<Toasty>,
}

impl Session {
    /// As in the bench: one thread for operations one by one, two for those of many tasks.
    fn open(url: &str, connections: usize) -> Result<Self> {
        let runtime = match connections {
            1 => Builder::new_current_thread().enable_all().build()?,
            _ => Builder::new_multi_thread().worker_threads(2).enable_all().build()?,
        };
        let peer = Arc::new(runtime.block_on(Toasty::open(url, connections))?);
        Ok(Self { runtime, peer })
    }

    fn alone(&self, work: Work, clock: Clock) -> Result<Reply> {
        self.runtime.block_on(async {
            let given = work.clone();
            let started = clock.now();
            let did = perform(&*self.peer, work).await?;
            let took = clock.now().saturating_sub(started);
            took_so_long(self.peer.verify(&given, did).await?, took)
        })
    }

    fn together(&self, works: Vec<Work>, clock: Clock) -> Result<Reply> {
        self.runtime.block_on(async {
            let started = clock.now();
            let spawn = |work| {
                let peer = Arc::clone(&self.peer);
                tokio::spawn(async move { perform(&*peer, work).await })
            };
            let tasks: Vec<_> = works.into_iter().map(spawn).collect();
            let mut did = 0;
            for task in tasks {
                did += task.await??;
            }
            took_so_long(did, clock.now().saturating_sub(started))
        })
    }

    fn counted(&self, work: Work) -> Result<Reply> {
        self.runtime.block_on(async {
            let given = work.clone();
            allocations::begin();
            let done = perform(&*self.peer, work).await;
            let allocations = allocations::end();
            Ok(Reply::Counted { did: self.peer.verify(&given, done?).await?, allocations })
        })
    }
}

fn took_so_long(did: usize, took: Duration) -> Result<Reply> {
    Ok(Reply::Took { did, nanoseconds: took.as_nanos().try_into()? })
}
