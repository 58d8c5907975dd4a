//! Transactions and savepoints, on both databases alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use ennead_core::{Error, ErrorKind};
use tokio::sync::Mutex;

use crate::backend::Conn;
use crate::db::Db;
use crate::exec::{Handle, TxRef};
use crate::scopes::sealed::Handles;
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

    /// From now on no work is done until the rollback.
    pub(crate) fn fail(&self) {
        self.failed.store(true, Ordering::SeqCst);
    }
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
        nested(self.state(), async |level| {
            let inner = Transaction { state: Arc::clone(&self.state), level, scope: self.scope.clone() };
            work(&inner).await
        })
        .await
    }
}

/// Runs work at the next level of a transaction, between a savepoint and its release or rollback.
async fn nested<T, E: From<Error>>(
    outer: TxRef<'_>,
    work: impl AsyncFnOnce(u32) -> Result<T, E>,
) -> Result<T, E> {
    let level = outer.level + 1;
    let savepoint = format!("ennead_{level}");
    outer.control(&format!("SAVEPOINT {savepoint}")).await?;
    outer.state.level.store(level, Ordering::SeqCst);
    let cancelled = Cancelled { state: outer.state, level: outer.level, armed: true };
    let result = work(level).await;
    cancelled.disarm();
    let failed = outer.state.failed.load(Ordering::SeqCst);
    if result.is_ok() && !failed {
        outer.control(&format!("RELEASE SAVEPOINT {savepoint}")).await?;
        return result;
    }
    outer.state.failed.store(false, Ordering::SeqCst);
    match outer.control(&format!("ROLLBACK TO SAVEPOINT {savepoint}")).await {
        Ok(()) => outer.control(&format!("RELEASE SAVEPOINT {savepoint}")).await?,
        Err(_) => outer.state.fail(),
    }
    // A closure that swallowed a database error must not look as if it had worked.
    result.and_then(|_| Err(aborted().into()))
}

impl TxRef<'_> {
    async fn control(&self, sql: &str) -> Result<(), Error> {
        let mut slot = self.state.conn.lock().await;
        self.state.check(self.level)?;
        let mut conn = slot.take().ok_or_else(cancelled)?;
        let done = conn.execute(sql).await;
        *slot = Some(conn);
        done.inspect_err(|_| self.state.fail())
    }
}

/// Marks the transaction as failed where the future of a nested one is dropped half way.
struct Cancelled<'a> {
    state: &'a TxState,
    level: u32,
    armed: bool,
}

impl Cancelled<'_> {
    fn disarm(mut self) {
        self.armed = false;
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        self.state.level.store(self.level, Ordering::SeqCst);
        if self.armed {
            self.state.fail();
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
    }))
}

async fn end<T, E: From<Error>>(state: &TxState, result: Result<T, E>) -> Result<T, E> {
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
    if let Some(outer) = handle.transaction {
        return nested(outer, async |level| {
            work(Handle { transaction: Some(TxRef { state: outer.state, level }), ..handle }).await
        })
        .await;
    }
    let state = begin(handle).await?;
    let inside = Handle { transaction: Some(TxRef { state: &state, level: 1 }), ..handle };
    let result = work(inside).await;
    end(&state, result).await
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
        match end(&state, result).await {
            Err(error) if error.is_retryable() && tries < TRIES => {
                tokio::time::sleep(pause(tries)).await;
                tries += 1;
            }
            done => return done,
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
