//! The pool of Postgres connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::managed::{self, Metrics, PoolError, RecycleError, RecycleResult, Timeouts};
use ennead_core::{Error, ErrorKind};
use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection};

use super::error;
use super::options::Options;
use super::run::Conn;

/// A connection that was idle for so long is asked whether it lives before it is used.
const IDLE: Duration = Duration::from_secs(30);

/// One open connection.
pub(crate) struct Session {
    pub(super) conn: PgConnection,
    pub(super) state: State,
    /// It is closed after this use: its prepared statements no longer fit the tables, or raw SQL changed its settings.
    pub(super) retired: bool,
    pub(super) used: Instant,
}

impl Session {
    /// Whether it may serve another user.
    pub(super) fn is_reusable(&self) -> bool {
        self.state == State::Idle && !self.retired
    }
}

/// In what state a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Ready.
    Idle,
    /// Inside a transaction.
    InTransaction,
    /// A request is on its way. A connection that is dropped so was cancelled, and is closed.
    Busy,
    /// It is lost.
    Broken,
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

#[derive(Debug, Clone)]
pub(crate) struct Pool {
    pub(super) inner: managed::Pool<Manager>,
    pub(super) options: Arc<Options>,
}

impl managed::Manager for Manager {
    // Boxed: a connection in use is moved from hand to hand.
    type Type = Box<Session>;
    type Error = Error;

    // Boxed, since every operation's future holds this one: what happens once in a connection's life would make each of them several
    // times as large, and a future is moved as it is made.
    async fn create(&self) -> Result<Box<Session>, Error> {
        Box::pin(open(&self.options)).await
    }

    async fn recycle(&self, session: &mut Box<Session>, _: &Metrics) -> RecycleResult<Error> {
        if !session.is_reusable() {
            return Err(RecycleError::message("a request or transaction was left unfinished"));
        }
        if session.used.elapsed() > IDLE {
            let lost = || RecycleError::message("the connection was lost while idle");
            let asked = Box::pin(tokio::time::timeout(self.options.connect_timeout, session.conn.ping()));
            asked.await.map_err(|_| lost())?.map_err(|_| lost())?;
        }
        Ok(())
    }
}

async fn open(options: &Options) -> Result<Box<Session>, Error> {
    let limit = options.connect_timeout;
    let conn = match tokio::time::timeout(limit, options.connect.connect()).await {
        Ok(Ok(conn)) => conn,
        Ok(Err(failed)) => return Err(error::connecting(&failed)),
        Err(_) => {
            return Err(Error::new(
                ErrorKind::Timeout,
                format!("the Postgres server did not answer within {limit:?}"),
            ));
        }
    };
    #[cfg(unix)]
    if options.connect.get_socket().is_none() {
        super::nodelay::set(options.connect.get_port());
    }
    Ok(Box::new(Session { conn, state: State::Idle, retired: false, used: Instant::now() }))
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
        Ok(Self { inner, options: Arc::new(options) })
    }

    pub(crate) async fn acquire(&self) -> Result<Conn, Error> {
        let limit = self.options.acquire_timeout;
        // Most often one is free, and then no timer is needed. Who waits in line is not passed: what comes back is theirs.
        let mut timeouts = Timeouts { wait: Some(Duration::ZERO), create: None, recycle: None };
        let mut got = self.inner.timeout_get(&timeouts).await;
        if matches!(got, Err(PoolError::Timeout(_))) {
            timeouts.wait = Some(limit);
            got = self.inner.timeout_get(&timeouts).await;
        }
        match got {
            Ok(session) => Ok(Conn::new(session, self.clone())),
            Err(PoolError::Backend(error)) => Err(error),
            Err(PoolError::Timeout(_)) => Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "no connection became free within {limit:?}: raise `max_connections` or `acquire_timeout`, or end transactions sooner"
                ),
            )),
            Err(PoolError::Closed) => Err(Error::new(ErrorKind::Connection, "the database was closed")),
            Err(error) => Err(Error::new(ErrorKind::Connection, format!("no connection: {error}"))),
        }
    }

    /// After a lost connection the others in the pool are likely lost too: they are dropped, so that one failure is all.
    pub(super) fn forget_idle(&self) {
        self.inner.retain(|_, _| false);
    }

    pub(crate) async fn close(&self) {
        self.inner.close();
    }
}
