//! What stops a statement of SQLite from outside: its time limit, and the end of whoever waited for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The limits of the run that is under way on a connection. SQLite asks it every few thousand steps.
pub(super) struct Watch {
    made: Instant,
    /// Nanoseconds after `made`; 0 is no limit.
    deadline: AtomicU64,
    /// The number of the run under way.
    run: AtomicU64,
    /// The number of the run that nobody waits for any more. A number rather than a flag: it may be told late, when the
    /// connection is at work for somebody else.
    abandoned: AtomicU64,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self {
            made: Instant::now(),
            deadline: AtomicU64::new(0),
            run: AtomicU64::new(1),
            abandoned: AtomicU64::new(0),
        }
    }

    /// Begins a run, with no limit yet, and gives its number.
    pub(super) fn begin(&self) -> u64 {
        self.set_deadline(None);
        self.run.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// From now on a statement that runs past the deadline is interrupted.
    pub(super) fn set_deadline(&self, deadline: Option<Instant>) {
        let nanos =
            deadline.map_or(0, |deadline| nanos(deadline.saturating_duration_since(self.made)).max(1));
        self.deadline.store(nanos, Ordering::Relaxed);
    }

    pub(super) fn must_stop(&self) -> bool {
        if self.abandoned() {
            return true;
        }
        let deadline = self.deadline.load(Ordering::Relaxed);
        deadline != 0 && nanos(self.made.elapsed()) >= deadline
    }

    /// Whether nobody waits for the run any more.
    pub(super) fn abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed) == self.run.load(Ordering::Relaxed)
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Held by whoever waits for a run on another thread: dropped before its end, the run is abandoned.
pub(super) struct Waiting {
    watch: Arc<Watch>,
    run: u64,
    over: bool,
}

impl Waiting {
    pub(super) fn begin(watch: &Arc<Watch>) -> Self {
        Self { watch: Arc::clone(watch), run: watch.begin(), over: false }
    }

    pub(super) fn over(mut self) {
        self.over = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.over {
            self.watch.abandoned.store(self.run, Ordering::Relaxed);
        }
    }
}
