//! Which cases of a run took longest, so that whoever makes the suite faster knows where to begin.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How many are told.
const TOLD: usize = 12;

static TOOK: Mutex<Vec<(Duration, &'static str)>> = Mutex::new(Vec::new());

/// Runs until it is dropped.
pub(crate) struct Clock {
    case: &'static str,
    begun: Instant,
}

impl Clock {
    pub(crate) fn begin(case: &'static str) -> Self {
        Self { case, begun: Instant::now() }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        TOOK.lock().unwrap().push((self.begun.elapsed(), self.case));
    }
}

/// Tells the slowest of them, and what all took together.
pub(crate) fn report(shown: &str) {
    let mut took = TOOK.lock().unwrap();
    took.sort_unstable_by(|left, right| right.cmp(left));
    let all: Duration = took.iter().map(|(time, _)| *time).sum();
    println!("slowest {shown}: {} cases, {:.1} s in all", took.len(), all.as_secs_f64());
    for (time, case) in took.iter().take(TOLD) {
        println!("  {:6.1} s  {}", time.as_secs_f64(), case.trim_start_matches("ennead_suite::"));
    }
}
