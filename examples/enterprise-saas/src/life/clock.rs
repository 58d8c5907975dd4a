//! The clock of the story: it stands until the story goes on, so that weeks pass in a moment and every run tells the same times.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use ennead::Clock;

/// When the story begins: 2 November 2026, nine o'clock.
const BEGIN: i64 = 1_793_610_000;

/// A clock that stands until it is told how much time has passed.
#[derive(Debug, Clone)]
pub struct StoryClock(Arc<AtomicI64>);

impl Default for StoryClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(BEGIN)))
    }
}

impl StoryClock {
    /// Lets time pass, in whole seconds.
    pub fn pass(&self, time: TimeDelta) {
        self.0.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap_or_default()
    }
}
