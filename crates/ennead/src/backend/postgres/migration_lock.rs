//! The lock that lets one runner of migrations at a time work on a database.
//!
//! It is an advisory lock of a transaction that does nothing else, on a connection of its own: it goes with the process,
//! holds no snapshot that CREATE INDEX CONCURRENTLY would wait for, and a pooler in transaction mode cannot give it to
//! somebody else. It is asked for again and again rather than waited for, each time in a new transaction: whoever waits in the
//! database holds a snapshot, and the builder of an index waits until the transaction of that is over.

use ennead_core::{Error, ErrorKind};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};

use super::error;
use super::options::Options;

/// The number of the lock.
const KEY: i64 = 7_310_574_929;

/// The lock, or the wish for it. It goes when this is dropped.
pub(crate) struct MigrationLock {
    conn: PgConnection,
}

impl MigrationLock {
    /// Opens its connection.
    pub(super) async fn connect(options: &Options) -> Result<Self, Error> {
        let limit = options.connect_timeout;
        let conn = match tokio::time::timeout(limit, options.connect.connect()).await {
            Ok(Ok(conn)) => conn,
            Ok(Err(failed)) => return Err(error::connecting(&failed)),
            Err(_) => {
                let text = format!("the Postgres server did not answer within {limit:?}");
                return Err(Error::new(ErrorKind::Timeout, text));
            }
        };
        Ok(Self { conn })
    }

    /// Takes the lock, if it is free. Where it is not, the transaction ends at once: the builder of an index that met it
    /// while it asked waits for its end.
    pub(crate) async fn try_take(&mut self) -> Result<bool, Error> {
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 0; \
             SET LOCAL application_name = 'ennead migrate, process {}'",
            std::process::id()
        );
        self.send(&begin).await?;
        let is_taken = self.ask(&format!("SELECT pg_catalog.pg_try_advisory_xact_lock({KEY})")).await?;
        if !is_taken {
            self.send("ROLLBACK").await?;
        }
        Ok(is_taken)
    }

    /// Whether the connection, and with it the lock, is still there.
    pub(crate) async fn is_held(&mut self) -> bool {
        self.conn.execute("SELECT 1").await.is_ok()
    }

    /// Who has it.
    pub(crate) async fn holder(&mut self) -> Result<Option<String>, Error> {
        let sql = format!(
            "SELECT pg_catalog.format('%s (%s, pid %s, since %s)', a.application_name, a.usename, a.pid, \
               to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC')) \
             FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
               AND ((l.classid::bigint << 32) | l.objid::bigint) = {KEY} \
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())"
        );
        let query = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(sql)).persistent(false);
        let found = query.fetch_optional(&mut self.conn).await;
        Ok(found.map_err(|failed| error::plain(&failed))?.flatten())
    }

    async fn send(&mut self, sql: &str) -> Result<(), Error> {
        let done = self.conn.execute(AssertSqlSafe(sql)).await;
        done.map(|_| ()).map_err(|failed| error::plain(&failed))
    }

    async fn ask(&mut self, sql: &str) -> Result<bool, Error> {
        let query = sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql)).persistent(false);
        query.fetch_one(&mut self.conn).await.map_err(|failed| error::plain(&failed))
    }
}
