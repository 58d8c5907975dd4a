//! The databases. One module for each names its driver; nothing else does.

#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use ennead_core::{Dialect, Error, ModelDef, TenantId};
use ennead_sql::Program;

use crate::sink::Sink;

/// A pool of connections to one database.
#[derive(Debug)]
pub(crate) enum Backend {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Pool),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Backend),
}

/// A connection, taken from its pool. Dropped in whatever state, it goes back clean or not at all.
pub(crate) enum Conn {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Conn),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Conn),
}

/// What a connection is wanted for.
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(
    not(all(feature = "sqlite", feature = "postgres")),
    allow(dead_code, reason = "only SQLite has a line of writers, and only Postgres roles")
)]
pub(crate) struct Access {
    /// It will change rows.
    pub(crate) write: bool,
    /// It acts as the owner of the tables: `across_tenants`, DDL.
    pub(crate) owner: bool,
}

/// What a program did: the connection (unless it is lost), the rows' sink, and how many rows were affected.
pub(crate) struct Ran {
    pub(crate) conn: Option<Conn>,
    /// The program, back for questions about what failed.
    pub(crate) program: Option<Program>,
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) result: Result<u64, Failure>,
}

/// A failure of a statement, and which of its executions it was.
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) execution: usize,
    /// The database itself refused: a transaction is over until it is rolled back.
    pub(crate) in_database: bool,
}

impl Failure {
    pub(crate) fn new(error: Error) -> Self {
        Self { error, execution: 0, in_database: true }
    }
}

/// The lock of one database's migrations: it is held until it is dropped, or the process ends.
pub(crate) enum MigrationLock {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::MigrationLock),
    #[cfg(feature = "postgres")]
    Postgres(postgres::MigrationLock),
}

macro_rules! each {
    ($value:expr, $enum:ident, $name:ident => $body:expr) => {
        match $value {
            #[cfg(feature = "sqlite")]
            $enum::Sqlite($name) => $body,
            #[cfg(feature = "postgres")]
            $enum::Postgres($name) => $body,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => crate::backend::none(),
        }
    };
}

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
pub(crate) fn none<T>() -> T {
    // reason: with neither feature there is no value of `Backend` or `Conn` with which to come here.
    unreachable!("no backend is compiled in")
}

impl Backend {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => Dialect::Postgres,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => none(),
        }
    }

    /// Takes a connection.
    pub(crate) async fn acquire(&self, access: Access) -> Result<Conn, Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite(pool) => pool.acquire(access.write).await.map(Conn::Sqlite),
            #[cfg(feature = "postgres")]
            Backend::Postgres(pools) => pools.acquire(access.owner).await.map(Conn::Postgres),
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => none(),
        }
    }

    /// Whether the database itself keeps tenants apart by row level security, so that scoped work needs a transaction
    /// that names its tenant.
    pub(crate) fn row_security(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Backend::Postgres(pools) => pools.row_security(),
            #[allow(unreachable_patterns, reason = "the only backend may be Postgres")]
            _ => false,
        }
    }

    /// Makes ready to take the lock of migrations.
    pub(crate) async fn migration_lock(&self) -> Result<MigrationLock, Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite(pool) => pool.migration_lock().map(MigrationLock::Sqlite),
            #[cfg(feature = "postgres")]
            Backend::Postgres(pools) => pools.migration_lock().await.map(MigrationLock::Postgres),
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => none(),
        }
    }

    /// Closes every connection; later operations fail.
    pub(crate) async fn close(&self) {
        each!(self, Backend, pool => pool.close().await)
    }
}

impl Conn {
    /// Runs a program; its rows go to the sink.
    pub(crate) async fn run(
        self,
        model: Option<&'static ModelDef>,
        program: Program,
        sink: Box<dyn Sink>,
    ) -> Ran {
        each!(self, Conn, conn => conn.run(model, program, sink).await)
    }

    /// Runs raw SQL that takes no values. Nobody uses the connection as the SQL left it.
    pub(crate) async fn script(self, sql: &str) -> Result<(), Error> {
        each!(self, Conn, conn => conn.script(sql).await)
    }

    /// Runs a short statement of our own that takes no values and gives no rows.
    pub(crate) async fn execute(&mut self, sql: &str) -> Result<(), Error> {
        each!(self, Conn, conn => conn.execute(sql).await)
    }

    /// Begins a transaction; `tenant` is told to a database that keeps tenants apart itself.
    pub(crate) async fn begin(&mut self, tenant: Option<&TenantId>) -> Result<(), Error> {
        let _ = tenant;
        match self {
            #[cfg(feature = "sqlite")]
            Conn::Sqlite(conn) => conn.begin().await,
            #[cfg(feature = "postgres")]
            Conn::Postgres(conn) => conn.begin(tenant).await,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => none(),
        }
    }

    /// Commits the transaction.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        each!(self, Conn, conn => conn.commit().await)
    }

    /// Commits the transaction, and keeps the connection for what belongs with it.
    pub(crate) async fn commit_and_keep(&mut self) -> Result<(), Error> {
        each!(self, Conn, conn => conn.commit_and_keep().await)
    }

    /// Says that what follows changes settings of the connection, so that nobody uses it as that leaves it.
    pub(crate) fn will_change_settings(&mut self) {
        each!(self, Conn, conn => conn.will_change_settings())
    }

    /// Rolls the transaction back.
    pub(crate) async fn rollback(&mut self) -> Result<(), Error> {
        each!(self, Conn, conn => conn.rollback().await)
    }
}

impl MigrationLock {
    /// Takes the lock, if it is free.
    pub(crate) async fn try_take(&mut self) -> Result<bool, Error> {
        match self {
            #[cfg(feature = "sqlite")]
            MigrationLock::Sqlite(lock) => lock.try_take(),
            #[cfg(feature = "postgres")]
            MigrationLock::Postgres(lock) => lock.try_take().await,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => none(),
        }
    }

    /// Whether it is still held: a connection may be lost, and with it the lock.
    pub(crate) async fn is_held(&mut self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            MigrationLock::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            MigrationLock::Postgres(lock) => lock.is_held().await,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => none(),
        }
    }

    /// Who has it.
    pub(crate) async fn holder(&mut self) -> Result<Option<String>, Error> {
        match self {
            #[cfg(feature = "sqlite")]
            MigrationLock::Sqlite(lock) => Ok(lock.holder()),
            #[cfg(feature = "postgres")]
            MigrationLock::Postgres(lock) => lock.holder().await,
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => none(),
        }
    }
}
