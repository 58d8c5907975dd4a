//! The pool of SQLite connections, and the one place in line for writers.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::managed::{self, Metrics, PoolError, RecycleError, RecycleResult, Timeouts};
use ennead_core::{Error, ErrorKind};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use super::lane::Lane;
use super::migration_lock::MigrationLock;
use super::options::Options;
use super::run::Conn;

/// One open connection. The lane is dropped first: it runs on the handle that the connection owns.
pub(crate) struct Session {
    pub(super) lane: Lane,
    /// It served raw SQL, which may have changed its settings: it is not used again.
    pub(super) retired: bool,
    _owner: SqliteConnection,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

#[derive(Debug)]
pub(crate) struct Manager {
    options: Options,
}

#[derive(Debug)]
pub(crate) struct Pool {
    inner: managed::Pool<Manager>,
    /// SQLite has one writer. Ours wait here in line rather than by polling the file's lock.
    writer: Arc<Semaphore>,
    /// One runner of migrations at a time.
    migrating: Arc<Semaphore>,
    options: Arc<Options>,
}

impl managed::Manager for Manager {
    // Boxed: a connection in use is moved from hand to hand.
    type Type = Box<Session>;
    type Error = Error;

    // Boxed, since every operation's future holds this one, and a future is moved as it is made.
    async fn create(&self) -> Result<Box<Session>, Error> {
        Box::pin(session(&self.options)).await
    }

    async fn recycle(&self, session: &mut Box<Session>, _: &Metrics) -> RecycleResult<Error> {
        if session.retired {
            return Err(RecycleError::message("raw SQL may have changed its settings"));
        }
        if session.lane.autocommit() { Ok(()) } else { Err(RecycleError::message("a transaction is open")) }
    }
}

async fn session(options: &Options) -> Result<Box<Session>, Error> {
    let mut owner = open(options).await.map_err(|error| open_error(options, &error))?;
    let handle = owner.lock_handle().await.map_err(|error| open_error(options, &error))?.as_raw_handle();
    let kept = NonZeroUsize::new(options.statement_cache).unwrap_or(NonZeroUsize::MIN);
    // SAFETY: sqlx opens with SQLITE_OPEN_NOMUTEX; `owner` keeps the handle open for as long as the lane lives
    // (field order) and is sent no command until then.
    let lane = unsafe { Lane::new(handle, kept) };
    let mut lane = lane.map_err(|error| super::error::plain(&error))?;
    must_enforce_foreign_keys(&mut lane)?;
    Ok(Box::new(Session { lane, retired: false, _owner: owner }))
}

/// Opens the file. Where several make a new one at the same time, one of them turns it to WAL, and SQLite tells the others at once
/// that it is locked, whatever `busy_timeout` says: they wait for it here, no longer than that.
async fn open(options: &Options) -> Result<SqliteConnection, sqlx::Error> {
    let until = Instant::now() + options.busy_timeout;
    let mut pause = Duration::from_millis(2);
    loop {
        match options.connect.connect().await {
            Err(error) if is_busy(&error) && Instant::now() < until => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            done => return done,
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == libsqlite3_sys::SQLITE_BUSY)
}

/// Reads the setting back: a library built without foreign keys would take it in silence.
fn must_enforce_foreign_keys(lane: &mut Lane) -> Result<(), Error> {
    let on =
        super::run::pragma_int(lane, "PRAGMA foreign_keys").map_err(|error| super::error::plain(&error))?;
    if on == 1 {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Configuration,
        "this SQLite does not enforce foreign keys, and ennead does not run without",
    ))
}

fn open_error(options: &Options, error: &sqlx::Error) -> Error {
    let path = options.connect.get_filename();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let text = match folder {
        _ if options.memory => format!("the SQLite memory database cannot be opened: {error}"),
        Some(folder) if !folder.exists() => format!(
            "the SQLite file {} cannot be opened: the folder {} does not exist, create it first",
            path.display(),
            folder.display()
        ),
        _ if !Path::new(path).exists() => format!(
            "the SQLite file {} does not exist, and {} in the URL does not create it: use mode=rwc, or no mode",
            path.display(),
            options.mode
        ),
        _ => format!("the SQLite file {} cannot be opened: {error}", path.display()),
    };
    Error::new(ErrorKind::Connection, text)
}

impl Pool {
    pub(crate) fn new(options: Options) -> Result<Self, Error> {
        let manager = Manager { options: options.clone() };
        let inner = managed::Pool::builder(manager)
            .max_size(options.max_connections)
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Configuration, format!("the pool cannot be made: {error}"))
            })?;
        let (writer, migrating) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(1)));
        Ok(Self { inner, writer, migrating, options: Arc::new(options) })
    }

    /// Takes a connection; a writer first takes its place in line.
    pub(crate) async fn acquire(&self, write: bool) -> Result<Conn, Error> {
        let permit = if write { Some(self.stand_in_line().await?) } else { None };
        // Most often one is free, and then no timer is needed. Who waits in line is not passed: what comes back is theirs.
        let mut timeouts = Timeouts { wait: Some(Duration::ZERO), create: None, recycle: None };
        let mut got = self.inner.timeout_get(&timeouts).await;
        if matches!(got, Err(PoolError::Timeout(_))) {
            timeouts.wait = Some(self.options.acquire_timeout);
            got = self.inner.timeout_get(&timeouts).await;
        }
        match got {
            Ok(session) => Ok(Conn::new(session, permit, Arc::clone(&self.options))),
            Err(PoolError::Timeout(_)) => Err(exhausted(self.options.acquire_timeout)),
            Err(PoolError::Backend(error)) => Err(error),
            Err(PoolError::Closed) => Err(closed()),
            Err(error) => Err(Error::new(ErrorKind::Connection, format!("no connection: {error}"))),
        }
    }

    /// Takes the place of the one writer, waiting for it no longer than SQLite would for the file's lock.
    async fn stand_in_line(&self) -> Result<OwnedSemaphorePermit, Error> {
        match Arc::clone(&self.writer).try_acquire_owned() {
            Ok(permit) => return Ok(permit),
            Err(TryAcquireError::Closed) => return Err(closed()),
            Err(TryAcquireError::NoPermits) => {}
        }
        let line = Arc::clone(&self.writer).acquire_owned();
        match tokio::time::timeout(self.options.busy_timeout, line).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(super::error::busy(self.options.busy_timeout)),
        }
    }

    /// Opens the file that is the lock of a migration.
    pub(crate) fn migration_lock(&self) -> Result<MigrationLock, Error> {
        let file = self.options.connect.get_filename();
        MigrationLock::open((!self.options.memory).then_some(file), Arc::clone(&self.migrating))
    }

    pub(crate) async fn close(&self) {
        self.inner.close();
        self.writer.close();
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Connection, "the database was closed")
}

fn exhausted(waited: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!(
            "no connection became free within {waited:?}: raise `max_connections` or `acquire_timeout`, or end transactions sooner"
        ),
    )
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.inner.close();
    }
}
