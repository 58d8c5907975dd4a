//! A look at a database past the library: a connection of the driver itself, which sees committed state only.

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// A connection that the library knows nothing of.
pub(crate) enum Observer {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Observer {
    pub(crate) async fn new(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            Self::Sqlite(SqliteConnection::connect(url).await.unwrap())
        } else {
            Self::Postgres(PgConnection::connect(url).await.unwrap())
        }
    }

    pub(crate) async fn execute(&mut self, sql: &str) {
        self.try_execute(sql).await.unwrap();
    }

    pub(crate) async fn try_execute(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Sqlite(conn) => sql.execute(conn).await.map(|_| ()),
            Self::Postgres(conn) => sql.execute(conn).await.map(|_| ()),
        }
    }

    pub(crate) async fn number(&mut self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(conn) => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap(),
            Self::Postgres(conn) => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap(),
        }
    }

    pub(crate) async fn text(&mut self, sql: &str) -> String {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(conn) => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap(),
            Self::Postgres(conn) => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap(),
        }
    }

    /// Ends the server's other connections to this database, and says how many there were.
    pub(crate) async fn terminate_others(&mut self) -> i64 {
        self.number(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
    }

    /// Waits until nobody holds a transaction open: what was cancelled is rolled back, and not only some day.
    pub(crate) async fn sees_no_open_transaction(&mut self) {
        for _ in 0..200 {
            let open = match self {
                Self::Sqlite(_) => match self.try_execute("BEGIN IMMEDIATE").await {
                    Ok(()) => {
                        self.execute("ROLLBACK").await;
                        0
                    }
                    Err(_) => 1,
                },
                Self::Postgres(_) => {
                    self.number(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                         AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'",
                    )
                    .await
                }
            };
            if open == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("a transaction stays open");
    }
}
