//! One runner at a time.

use std::time::{Duration, Instant};

use ennead_core::{Error, ErrorKind};

use super::progress::Progress;
use crate::backend::MigrationLock;
use crate::db::Db;

/// The lock; it goes when this is dropped.
pub(super) struct Lock(MigrationLock);

impl Lock {
    /// Takes it, as soon as whoever has it is done.
    pub(super) async fn take(
        db: &Db,
        limit: Duration,
        tell: &(dyn Fn(&Progress<'_>) + Send + Sync),
    ) -> Result<Self, Error> {
        let started = Instant::now();
        let mut lock = db.inner().backend.migration_lock().await?;
        let (mut pause, mut told) = (Duration::from_millis(20), false);
        while !lock.try_take().await? {
            let waited = started.elapsed();
            if waited >= limit {
                let holder = lock.holder().await?.unwrap_or_else(|| "another runner".to_owned());
                return Err(Error::new(
                    ErrorKind::Timeout,
                    format!(
                        "migrations are run by another: {holder}. Waited for {limit:?}; nothing was done. Run it again when that one is over"
                    ),
                ));
            }
            if !told && waited > Duration::from_millis(500) {
                let holder = lock.holder().await?.unwrap_or_else(|| "another runner".to_owned());
                tell(&Progress::Waits { holder: &holder, limit });
                told = true;
            }
            tokio::time::sleep(pause.min(limit.saturating_sub(waited))).await;
            pause = (pause * 2).min(Duration::from_millis(100));
        }
        Ok(Self(lock))
    }

    /// Refuses to go on where it was lost with its connection.
    pub(super) async fn must_be_held(&mut self) -> Result<(), Error> {
        if self.0.is_held().await {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Connection,
            "the connection that holds the lock of the migrations was lost: what is done is kept, run `migrate up` again",
        ))
    }
}
