//! Transactions and savepoints, on both databases alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use ennead_core::{Actor, Error, ErrorKind};
use tokio::sync::{Mutex, MutexGuard, Notify};

use crate::backend::Conn;
use crate::db::Db;
use crate::exec::{Aftermath, Handle, TxRef};
use crate::scopes::sealed::{Acts, Handles};
use crate::scopes::{AcrossTenants, Tenant};

/// How often `transaction_retrying` runs its closure at most.
const TRIES: u32 = 5;

/// A transaction: a scope like the one that it was made from, whose operations happen together or not at all.
#[derive(Debug)]
pub struct Transaction<S> {
    state: Arc<TxState>,
    level: u32,
    scope: S,
}

/// What all levels of one transaction share.
pub(crate) struct TxState {
    /// The connection; gone while an operation runs, and for good where one was cancelled.
    pub(crate) conn: Mutex<Option<Conn>>,
    /// How deep it is nested now.
    level: AtomicU32,
    /// The database refused something, or a nested transaction was cancelled: no work until the rollback.
    failed: AtomicBool,
    /// From which levels a witnessed write went a level deeper, a bit for each.
    witnesses: AtomicU64,
    /// Tells those that wait for the end of a witnessed write.
    freed: Notify,
    /// How many writes were witnessed.
    pub(crate) witnessed: AtomicU64,
    /// What is left to do when it is over.
    pub(crate) aftermath: Aftermath,
}

impl std::fmt::Debug for TxState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TxState")
            .field("level", &self.level)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl TxState {
    /// Refuses work in a transaction that failed, was cancelled, or has a nested one in progress.
    pub(crate) fn check(&self, level: u32) -> Result<(), Error> {
        if self.failed.load(Ordering::SeqCst) {
            return Err(aborted());
        }
        if self.level.load(Ordering::SeqCst) != level {
            return Err(Error::invalid(
                "a nested transaction is in progress: run this on the nested one, or after it ended",
            ));
        }
        Ok(())
    }

    /// Takes the connection for work at a level. Work beside a witnessed write waits for its end, as it waits for any other.
    pub(crate) async fn enter(&self, level: u32) -> Result<MutexGuard<'_, Option<Conn>>, Error> {
        loop {
            let freed = self.freed.notified();
            let slot = self.conn.lock().await;
            if self.witnesses.load(Ordering::SeqCst) & bit(level) == 0 {
                self.check(level)?;
                return Ok(slot);
            }
            drop(slot);
            freed.await;
        }
    }

    /// From now on no work is done until the rollback.
    pub(crate) fn fail(&self) {
        self.failed.store(true, Ordering::SeqCst);
    }
}

/// The bit of a level. Deeper than there are bits nobody waits, and work beside a witnessed write is refused.
fn bit(level: u32) -> u64 {
    1_u64.checked_shl(level).unwrap_or(0)
}

fn aborted() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "the transaction already failed: it refuses further work and is rolled back",
    )
}

/// What an operation finds where another one was cancelled and took the connection with it.
pub(crate) fn cancelled() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "an operation of this transaction was cancelled: it is rolled back",
    )
}

impl<S> Transaction<S> {
    pub(crate) fn state(&self) -> TxRef<'_> {
        TxRef { state: &self.state, level: self.level }
    }

    pub(crate) fn scope(&self) -> &S {
        &self.scope
    }
}

impl<S: Handles + Clone> Transaction<S> {
    /// Runs a nested transaction (a savepoint): an error rolls back what it did, and nothing else.
    ///
    /// # Errors
    /// The closure's own; `is_transaction_aborted` where this transaction already failed.
    pub async fn transaction<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&Transaction<S>) -> Result<T, E>,
    ) -> Result<T, E> {
        let nested = Within::savepoint(self.state(), false).await?;
        let inner =
            Transaction { state: Arc::clone(&self.state), level: nested.level, scope: self.scope.clone() };
        let result = work(&inner).await;
        nested.end(result).await
    }
}

/// A transaction of the library's own, or a savepoint in the one that there is. Dropped without an end, the whole
/// transaction is marked as failed.
pub(crate) struct Within {
    state: Arc<TxState>,
    level: u32,
    ended: bool,
    /// It is that of a witnessed write.
    witness: bool,
}

impl Within {
    /// Begins a transaction, or a savepoint within the handle's own.
    pub(crate) async fn begin(handle: Handle<'_>) -> Result<Self, Error> {
        match handle.transaction {
            Some(outer) => Self::savepoint(outer, false).await,
            None => Ok(Self { state: begin(handle).await?, level: 1, ended: false, witness: false }),
        }
    }

    /// The same for a witnessed write: what runs beside it waits, and is not refused.
    pub(crate) async fn witness(handle: Handle<'_>) -> Result<Self, Error> {
        match handle.transaction {
            Some(outer) => Self::savepoint(outer, true).await,
            None => Self::begin(handle).await,
        }
    }

    async fn savepoint(outer: TxRef<'_>, witness: bool) -> Result<Self, Error> {
        let (state, level) = (outer.state, outer.level + 1);
        let mut slot = state.enter(outer.level).await?;
        let mut conn = slot.take().ok_or_else(cancelled)?;
        let begun = conn.execute(&format!("SAVEPOINT ennead_{level}")).await;
        *slot = Some(conn);
        begun.inspect_err(|_| state.fail())?;
        // With the connection in hand, so that nobody else comes between.
        state.level.store(level, Ordering::SeqCst);
        if witness {
            state.witnesses.fetch_or(bit(outer.level), Ordering::SeqCst);
        }
        drop(slot);
        Ok(Self { state: Arc::clone(state), level, ended: false, witness })
    }

    /// The level around it is the one at which work is done again.
    fn leave(&self) {
        let outer = self.level.max(2) - 1;
        self.state.level.store(outer, Ordering::SeqCst);
        if self.witness {
            self.state.witnesses.fetch_and(!bit(outer), Ordering::SeqCst);
        }
    }

    /// The same handle, inside.
    pub(crate) fn handle<'b>(&'b self, handle: Handle<'b>) -> Handle<'b> {
        Handle { transaction: Some(TxRef { state: &self.state, level: self.level }), ..handle }
    }

    /// What is left to do when the transaction is over.
    pub(crate) fn aftermath(&self) -> &Aftermath {
        &self.state.aftermath
    }

    /// Whether the database refused something in it.
    fn failed(&self) -> bool {
        self.state.failed.load(Ordering::SeqCst)
    }

    /// Whether it is a savepoint.
    pub(crate) fn is_nested(&self) -> bool {
        self.level > 1
    }

    /// Ends it: keeps what it did on `Ok`, and undoes it on `Err`, and where the database refused something.
    pub(crate) async fn end<T, E: From<Error>>(mut self, result: Result<T, E>) -> Result<T, E> {
        if !self.is_nested() {
            self.ended = true;
            return end(&self.state, result).await;
        }
        let (state, savepoint) = (Arc::clone(&self.state), format!("ennead_{}", self.level));
        // With the connection in hand to the end: what waits for it finds the level around this one as it was.
        let mut slot = state.conn.lock().await;
        let failed = self.failed();
        self.leave();
        let Some(mut conn) = slot.take() else {
            state.fail();
            return result.and_then(|_| Err(cancelled().into()));
        };
        let keeps = result.is_ok() && !failed;
        let done = if keeps {
            conn.execute(&format!("RELEASE SAVEPOINT {savepoint}")).await
        } else {
            state.failed.store(false, Ordering::SeqCst);
            conn.execute(&format!("ROLLBACK TO SAVEPOINT {savepoint}; RELEASE SAVEPOINT {savepoint}")).await
        };
        *slot = Some(conn);
        self.ended = true;
        if done.is_err() || (failed && self.witness) {
            // What the database refused to a witnessed write ends the transaction around it, as with any other write.
            state.fail();
        }
        drop(slot);
        state.freed.notify_waiters();
        if keeps {
            done?;
            state.aftermath.released(self.level);
            return result;
        }
        state.aftermath.rolled_back(self.level);
        // A closure that swallowed a database error must not look as if it had worked.
        result.and_then(|_| Err(aborted().into()))
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        if !self.ended {
            self.state.fail();
            self.leave();
            self.state.freed.notify_waiters();
        }
    }
}

async fn run<S: Handles + Clone, T, E: From<Error>>(
    scope: &S,
    work: impl AsyncFnOnce(&Transaction<S>) -> Result<T, E>,
) -> Result<T, E> {
    let state = begin(scope.handle()).await?;
    let transaction = Transaction { state: Arc::clone(&state), level: 1, scope: scope.clone() };
    let result = work(&transaction).await;
    end(&state, result).await
}

async fn begin(handle: Handle<'_>) -> Result<Arc<TxState>, Error> {
    let mut conn = handle.db.backend.acquire(handle.access(true)).await?;
    conn.begin(handle.tenant()).await?;
    Ok(Arc::new(TxState {
        conn: Mutex::new(Some(conn)),
        level: AtomicU32::new(1),
        failed: AtomicBool::new(false),
        witnesses: AtomicU64::new(0),
        freed: Notify::new(),
        witnessed: AtomicU64::new(0),
        aftermath: Aftermath::default(),
    }))
}

async fn end<T, E: From<Error>>(state: &TxState, result: Result<T, E>) -> Result<T, E> {
    let ended = finish(state, result).await;
    state.aftermath.run(ended.is_ok()).await;
    ended
}

/// The end itself, with nothing of what comes after it.
async fn finish<T, E: From<Error>>(state: &TxState, result: Result<T, E>) -> Result<T, E> {
    let conn = state.conn.lock().await.take();
    let failed = state.failed.load(Ordering::SeqCst);
    match (result, conn) {
        (Ok(value), Some(conn)) if !failed => {
            conn.commit().await?;
            Ok(value)
        }
        (Ok(_), Some(mut conn)) => {
            conn.rollback().await?;
            Err(aborted().into())
        }
        (Ok(_), None) => Err(cancelled().into()),
        (Err(error), Some(mut conn)) => {
            // The closure's error says more than a failing rollback, after which the connection is closed anyway.
            let _ = conn.rollback().await;
            Err(error)
        }
        (Err(error), None) => Err(error),
    }
}

/// Runs work of the library's own on a handle within a transaction, or within a savepoint of the handle's own.
pub(crate) async fn within<T>(
    handle: Handle<'_>,
    work: impl AsyncFnOnce(Handle<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let inside = Within::begin(handle).await?;
    let result = work(inside.handle(handle)).await;
    inside.end(result).await
}

// The closure is called here, and not within another one: fewer of its futures could be told to be `Send`.
async fn retrying<S: Handles + Clone, T>(
    scope: &S,
    work: impl AsyncFn(&Transaction<S>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut tries = 1;
    loop {
        let state = begin(scope.handle()).await?;
        let transaction = Transaction { state: Arc::clone(&state), level: 1, scope: scope.clone() };
        let result = work(&transaction).await;
        match finish(&state, result).await {
            // What failed is tried again: it is no attempt of its own.
            Err(error) if error.is_retryable() && tries < TRIES => {
                tokio::time::sleep(pause(tries)).await;
                tries += 1;
            }
            done => {
                state.aftermath.run(done.is_ok()).await;
                return done;
            }
        }
    }
}

/// Longer with each try, and never the same for two that met each other.
fn pause(tries: u32) -> Duration {
    let jitter = u64::from(uuid::Uuid::new_v4().as_fields().0) % 1000;
    Duration::from_micros((1000 << tries) + jitter * u64::from(tries))
}

macro_rules! transactions {
    ($($scope:ty)*) => {$(
        impl $scope {
            /// Runs a closure in a transaction: it commits where the closure gives `Ok`, and rolls back where it gives
            /// `Err`, panics, or its future is dropped. It is never run twice.
            ///
            /// On SQLite it begins IMMEDIATE: it waits for other writers at its beginning, and never fails for them later.
            ///
            /// # Errors
            /// The closure's own; `is_commit_unknown` where the connection is lost during COMMIT;
            /// `is_foreign_key_violation` where a deferred reference is missing at COMMIT.
            pub async fn transaction<T, E: From<Error>>(
                &self,
                work: impl AsyncFnOnce(&Transaction<$scope>) -> Result<T, E>,
            ) -> Result<T, E> {
                run(self, work).await
            }

            /// Runs a closure in a transaction, and again, up to five times in all, where the database gives it up for a
            /// deadlock or a serialization failure.
            ///
            /// # Errors
            /// As [`transaction`](Self::transaction).
            pub async fn transaction_retrying<T>(
                &self,
                work: impl AsyncFn(&Transaction<$scope>) -> Result<T, Error>,
            ) -> Result<T, Error> {
                retrying(self, work).await
            }
        }
    )*};
}

transactions! { Db Tenant AcrossTenants }

impl<S: Handles + Acts> Transaction<S> {
    /// The same transaction with somebody who acts: the audit tells of their writes.
    #[must_use]
    pub fn actor(&self, actor: Actor) -> Self {
        Self { state: Arc::clone(&self.state), level: self.level, scope: self.scope.acting(actor) }
    }
}
