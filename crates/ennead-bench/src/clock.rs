//! By which time is measured.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Clock {
    /// What a user waits.
    Wall,
    /// What this process computes, in all its threads.
    Cpu,
}

impl Clock {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Clock::Wall => "time on the clock",
            Clock::Cpu => "processor time of the client's process",
        }
    }

    /// Counted from some moment in the past.
    pub(crate) fn now(self) -> Duration {
        static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Clock::Wall => BEGIN.elapsed(),
            Clock::Cpu => {
                let time = clock_gettime(ClockId::ProcessCPUTime);
                // It begins at 0 and never goes back.
                Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
            }
        }
    }
}
