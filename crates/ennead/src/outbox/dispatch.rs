//! The dispatcher: takes what is due, hands it to the sink, writes down how that ended.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use ennead_core::{Error, ErrorKind};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::attempt::{Deliver, attempt};
use super::backoff::Backoff;
use super::claim::{Desk, Settled, Taken, passes};
use crate::db::Db;

/// A dispatcher of the outbox. Any number of them may work on one database, in one process or in many: while the lease of one lives,
/// no other one takes its events.
///
/// It runs `across_tenants` with the reason "deliver outbox". With row level security it acts as the owner.
///
/// ```no_run
/// use std::time::Duration;
/// use ennead::outbox::{Outbox, OutboxEvent, Undelivered};
/// # use ennead::prelude::*;
/// # async fn send(url: &str, body: String) -> u16 { 200 }
/// # async fn serve(db: Db, stopped: tokio::sync::oneshot::Receiver<()>) -> Result<(), Error> {
/// let outbox = Outbox::new(&db).concurrency(8).timeout(Duration::from_secs(10)).max_attempts(12);
/// outbox
///     .until(async { drop(stopped.await) })
///     .deliver(async |event: OutboxEvent| match send("https://example.com/hook", event.body()).await {
///         200..300 => Ok(()),
///         410 => Err(Undelivered::for_good("410")),
///         status => Err(Undelivered::new(status.to_string())),
///     })
///     .await?;
/// # Ok(()) }
/// ```
#[must_use = "`.deliver(sink).await` delivers"]
pub struct Outbox {
    pub(super) desk: Desk,
    concurrency: usize,
    poll_every: Duration,
    timeout: Duration,
    grace: Duration,
    /// In a lock, so that others may look at the settings.
    until: Option<Mutex<Stop>>,
}

type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("desk", &self.desk).finish_non_exhaustive()
    }
}

/// What a dispatcher did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Sent {
    /// How many events were delivered.
    pub delivered: u64,
    /// How many attempts failed, and will be made again.
    pub failed: u64,
    /// How many events were given up.
    pub dead: u64,
    /// How many were given back since the dispatcher had to stop.
    pub released: u64,
    /// How many attempts ended when their lease had run out and another dispatcher had the event: it may have been delivered twice.
    pub lost: u64,
}

impl Outbox {
    /// A dispatcher with the usual settings.
    pub fn new(db: &Db) -> Self {
        let (lease, max_attempts) = (Duration::from_secs(60), 15);
        Self {
            desk: Desk { db: db.clone(), lease, max_attempts, backoff: Backoff::default() },
            concurrency: 16,
            poll_every: Duration::from_secs(1),
            timeout: Duration::from_secs(30),
            grace: Duration::from_secs(30),
            until: None,
        }
    }

    /// How many events are delivered at the same time: 16 unless said.
    pub fn concurrency(mut self, events: usize) -> Self {
        self.concurrency = events.max(1);
        self
    }

    /// How often the database is asked for what others wrote, and for what is due again: each second unless said. What this process
    /// writes wakes the dispatcher at once.
    pub fn poll_every(mut self, pause: Duration) -> Self {
        self.poll_every = pause.max(Duration::from_millis(1));
        self
    }

    /// How long an attempt may take: 30 s unless said. A sink that blocks its thread cannot be interrupted.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// For how long an event that was taken belongs to this dispatcher: 60 s unless said. Where the process dies, others wait for so
    /// long. It is longer than the time limit by more than the clocks of the dispatchers differ.
    pub fn lease(mut self, length: Duration) -> Self {
        self.desk.lease = length;
        self
    }

    /// How often an event is tried before it is given up: 15 times unless said, which is about five hours with the usual waits.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.desk.max_attempts = attempts.clamp(1, i32::MAX as u32);
        self
    }

    /// How long an event waits after its first failure, and how long at most: 5 s and an hour unless said. Between them it is twice
    /// as long after each attempt; of that, between half and all is waited.
    pub fn backoff(mut self, first: Duration, most: Duration) -> Self {
        self.desk.backoff = Backoff { first, most: most.max(first) };
        self
    }

    /// Stops when this is over: nothing more is taken, and what is under way comes to its end or, after the [`grace`](Self::grace), is
    /// given back.
    pub fn until(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.until = Some(Mutex::new(Box::pin(stop)));
        self
    }

    /// How long a dispatcher that stops waits for what is under way: 30 s unless said.
    pub fn grace(mut self, limit: Duration) -> Self {
        self.grace = limit;
        self
    }

    /// Delivers what is written until [`until`](Self::until) says that it is enough, without which it goes on for ever.
    ///
    /// A database that is away for a moment is waited for. Where the future is dropped, what is under way is given up, and
    /// is tried again when its lease has run out.
    ///
    /// # Errors
    /// `is_configuration` for a lease that is not longer than the time limit; what does not pass by itself: `is_schema_mismatch`
    /// where the database has no outbox.
    pub async fn deliver(self, sink: impl Deliver) -> Result<Sent, Error> {
        self.run(sink, false).await
    }

    /// Delivers until nothing is due any more, and ends: for a command, a job that runs each minute, a test.
    ///
    /// # Errors
    /// As [`deliver`](Self::deliver), and an error of the moment too.
    pub async fn deliver_due(self, sink: impl Deliver) -> Result<Sent, Error> {
        self.run(sink, true).await
    }

    async fn run(mut self, sink: impl Deliver, once: bool) -> Result<Sent, Error> {
        if self.desk.lease <= self.timeout {
            let text = "the lease of an outbox's events must be longer than the time limit of an attempt";
            return Err(Error::new(ErrorKind::Configuration, text));
        }
        let until = self.until.take().map(|stop| stop.into_inner().unwrap_or_else(PoisonError::into_inner));
        let woken = self.desk.db.inner().emitted.subscribe();
        let (leave, _) = watch::channel(false);
        let round = Round {
            sink: Arc::new(sink),
            tasks: JoinSet::new(),
            sent: Sent::default(),
            leave,
            woken,
            until,
            once,
        };
        round.run(&self).await
    }
}

/// A dispatcher at work.
struct Round<D> {
    sink: Arc<D>,
    tasks: JoinSet<Ended>,
    sent: Sent,
    /// Tells those under way that nobody waits for them any more.
    leave: watch::Sender<bool>,
    woken: watch::Receiver<u64>,
    until: Option<Stop>,
    once: bool,
}

/// How an attempt was written down, or why it was not.
struct Ended {
    settled: Result<Settled, Error>,
    /// Others may have waited for it.
    in_lane: bool,
}

/// Why a dispatcher looks up.
enum Happened {
    Ended(Ended),
    Woken,
    Stopped,
    TimePassed,
}

impl<D: Deliver> Round<D> {
    async fn run(mut self, outbox: &Outbox) -> Result<Sent, Error> {
        // Whether there may be more to take.
        let mut more = true;
        let mut stopping = false;
        let (mut failure, mut give_up) = (None, None);
        // A statement that was prepared before a migration fails once, and is then prepared anew.
        let mut doubted = false;
        loop {
            // Not only where it waits: as long as there is more to take, it does not.
            stopping |= self.is_stopped().await;
            let free = outbox.concurrency.saturating_sub(self.tasks.len());
            // Not for each one that ends: what is taken together costs one transaction.
            if more && !stopping && (free * 2 >= outbox.concurrency || self.tasks.is_empty()) {
                match outbox.desk.take(free).await {
                    Ok(taken) => {
                        doubted = false;
                        // What was given up may have kept others waiting.
                        more = taken.found >= free || taken.dead > 0;
                        self.begin(outbox, taken);
                    }
                    Err(error) if !self.once && (passes(&error) || !doubted) => {
                        tracing::warn!(target: "ennead::outbox", %error, "the outbox could not be read");
                        (doubted, more) = (true, false);
                    }
                    Err(error) => (failure, stopping) = (Some(error), true),
                }
                if more && !stopping && self.tasks.is_empty() {
                    continue;
                }
            }
            if (stopping || self.once && !more) && self.tasks.is_empty() {
                return failure.map_or(Ok(self.sent), Err);
            }
            let pause = if stopping {
                let end = *give_up.get_or_insert_with(|| Instant::now() + outbox.grace);
                // Those that were told to leave still write that down.
                if *self.leave.borrow() {
                    outbox.timeout
                } else {
                    end.saturating_duration_since(Instant::now())
                }
            } else {
                outbox.poll_every
            };
            match self.next(pause).await {
                Happened::Ended(ended) => {
                    self.count(ended.settled);
                    more |= ended.in_lane || self.tasks.is_empty();
                }
                Happened::Stopped => stopping = true,
                Happened::TimePassed if stopping => {
                    self.leave.send_replace(true);
                }
                Happened::TimePassed | Happened::Woken => more |= !self.once,
            }
        }
    }

    fn begin(&mut self, outbox: &Outbox, taken: Taken) {
        self.sent.dead += taken.dead;
        for event in taken.events {
            let (desk, sink) = (outbox.desk.clone(), Arc::clone(&self.sink));
            let (limit, leave) = (outbox.timeout, self.leave.subscribe());
            self.tasks.spawn(async move {
                let outcome = attempt(&*sink, &event, limit, leave).await;
                let settled = desk.settle(&event, &outcome).await;
                Ended { settled, in_lane: event.ordering_key.is_some() }
            });
        }
    }

    fn count(&mut self, ended: Result<Settled, Error>) {
        match ended {
            Ok(Settled::Delivered) => self.sent.delivered += 1,
            Ok(Settled::Failed) => self.sent.failed += 1,
            Ok(Settled::Dead) => self.sent.dead += 1,
            Ok(Settled::Released) => self.sent.released += 1,
            Ok(Settled::Lost) => {
                tracing::warn!(target: "ennead::outbox", "an attempt ended when its lease had run out");
                self.sent.lost += 1;
            }
            Err(error) => {
                tracing::error!(target: "ennead::outbox", %error, "the end of an attempt could not be written: the event is tried again");
                self.sent.failed += 1;
            }
        }
    }

    /// Whether somebody said since the last look that it is enough.
    async fn is_stopped(&mut self) -> bool {
        let Some(stop) = &mut self.until else { return false };
        let over = std::future::poll_fn(|context| Poll::Ready(stop.as_mut().poll(context).is_ready())).await;
        if over {
            self.until = None;
        }
        over
    }

    /// Waits for whatever comes first.
    async fn next(&mut self, pause: Duration) -> Happened {
        let Self { tasks, woken, until, .. } = self;
        let mut sleep = pin!(tokio::time::sleep(pause));
        let mut woken = pin!(woken.changed());
        std::future::poll_fn(|context| {
            if let Poll::Ready(Some(ended)) = tasks.poll_join_next(context) {
                let broken = |_| {
                    let error = Error::new(ErrorKind::Observer, "an attempt ended by a panic");
                    Ended { settled: Err(error), in_lane: false }
                };
                return Poll::Ready(Happened::Ended(ended.unwrap_or_else(broken)));
            }
            if let Some(stop) = until
                && stop.as_mut().poll(context).is_ready()
            {
                *until = None;
                return Poll::Ready(Happened::Stopped);
            }
            if woken.as_mut().poll(context).is_ready() {
                return Poll::Ready(Happened::Woken);
            }
            sleep.as_mut().poll(context).map(|()| Happened::TimePassed)
        })
        .await
    }
}
