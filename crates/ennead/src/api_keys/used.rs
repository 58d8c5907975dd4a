//! When this process last wrote down that a key was used.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::EVERY;

/// How many keys are remembered. Where there are more, the oldest are forgotten first, and the database's own condition is left.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Used(Mutex<HashMap<String, DateTime<Utc>>>);

impl Used {
    /// Whether it is time to write it down; from then on it is not for a minute.
    pub(super) fn is_due(&self, hash: &str, now: DateTime<Utc>) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.get(hash).is_some_and(|last| (now - *last).abs() < EVERY) {
            return false;
        }
        if used.len() >= MOST {
            used.retain(|_, last| (now - *last).abs() < EVERY);
        }
        if used.len() < MOST {
            used.insert(hash.to_owned(), now);
        }
        true
    }
}
