//! What is left to do when a transaction is over.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Work that nobody has begun yet.
pub(crate) type Later = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What waits for the end of the outermost transaction.
#[derive(Default)]
pub(crate) struct Aftermath {
    /// In the order in which it came, with the level of nesting that it happened at.
    committed: Mutex<Vec<(u32, Later)>>,
    /// What is done however the transaction ends.
    ended: Mutex<Vec<Later>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Aftermath {
    /// Does this when all that is around it is committed, and never where that is undone.
    pub(crate) fn on_commit(&self, level: u32, later: Later) {
        lock(&self.committed).push((level, later));
    }

    /// Does this when the transaction is over, however it ends.
    pub(crate) fn on_end(&self, later: Later) {
        lock(&self.ended).push(later);
    }

    /// A savepoint was released: what happened in it belongs to the level around it.
    pub(crate) fn released(&self, level: u32) {
        lock(&self.committed).iter_mut().for_each(|(at, _)| *at = (*at).min(level - 1));
    }

    /// A savepoint was rolled back, and with it what happened in it.
    pub(crate) fn rolled_back(&self, level: u32) {
        lock(&self.committed).retain(|(at, _)| *at < level);
    }

    /// The transaction is over.
    pub(crate) async fn run(&self, committed: bool) {
        let mut all = std::mem::take(&mut *lock(&self.committed));
        if !committed {
            all.clear();
        }
        let ended = std::mem::take(&mut *lock(&self.ended));
        for later in all.into_iter().map(|(_, later)| later).chain(ended) {
            later.await;
        }
    }
}
