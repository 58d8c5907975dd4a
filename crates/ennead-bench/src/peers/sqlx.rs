//! sqlx as people write it: `query_as` with a derived row, its own pool.

use std::hint::black_box;
use std::str::FromStr;

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::sql::{self, COLUMNS};
use crate::work::{Draft, Peer, TENANT};

/// Rows of one INSERT: eleven binds each, below the databases' limits.
const CHUNK: usize = 1_000;

#[derive(sqlx::FromRow)]
#[allow(dead_code, reason = "decoding the fields is what is measured")]
struct User {
    id: String,
    organization_id: String,
    email: String,
    name: String,
    password_hash: String,
    status: String,
    role: String,
    last_login_at: Option<DateTime<Utc>>,
    mfa_enabled: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

struct Texts {
    read: String,
    create: String,
    update: String,
    list: String,
}

impl Texts {
    fn new() -> Self {
        Self { read: sql::read(), create: sql::create(), update: sql::update(), list: sql::list() }
    }
}

fn safe(sql: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql.to_owned())
}

pub(crate) async fn sqlite(url: &str, connections: usize) -> Result<SqlxSqlite> {
    let options = SqliteConnectOptions::from_str(url)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(connections as u32).connect_with(options).await?;
    Ok(SqlxSqlite { pool, texts: Texts::new() })
}

pub(crate) async fn postgres(url: &str, connections: usize) -> Result<SqlxPostgres> {
    let options = PgConnectOptions::from_str(url)?;
    let pool = PgPoolOptions::new().max_connections(connections as u32).connect_with(options).await?;
    Ok(SqlxPostgres { pool, texts: Texts::new() })
}

macro_rules! peer {
    ($peer:ident, $pool:ty, $database:ty, $bulk_delete:ident) => {
        pub(crate) struct $peer {
            pool: $pool,
            texts: Texts,
        }

        impl $peer {
            fn insert<'q>(
                &self,
                draft: Draft,
            ) -> sqlx::query::QueryAs<'q, $database, User, <$database as sqlx::Database>::Arguments> {
                let now = Utc::now();
                sqlx::query_as::<_, User>(safe(&self.texts.create))
                    .bind(draft.id)
                    .bind(TENANT)
                    .bind(draft.email)
                    .bind(draft.name)
                    .bind(draft.password_hash)
                    .bind(draft.status)
                    .bind(draft.role)
                    .bind(None::<DateTime<Utc>>)
                    .bind(false)
                    .bind(now)
                    .bind(now)
            }
        }

        impl Peer for $peer {
            async fn read(&self, id: &str) -> Result<usize> {
                let query = sqlx::query_as::<_, User>(safe(&self.texts.read)).bind(id).bind(TENANT);
                black_box(query.fetch_one(&self.pool).await?);
                Ok(1)
            }

            async fn create(&self, draft: Draft) -> Result<usize> {
                black_box(self.insert(draft).fetch_one(&self.pool).await?);
                Ok(1)
            }

            async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
                let count = drafts.len();
                let mut tx = self.pool.begin().await?;
                for draft in drafts {
                    black_box(self.insert(draft).fetch_one(&mut *tx).await?);
                }
                tx.commit().await?;
                Ok(count)
            }

            async fn update(&self, id: &str, name: &str) -> Result<usize> {
                let query = sqlx::query_as::<_, User>(safe(&self.texts.update));
                let query = query.bind(name).bind(Utc::now()).bind(id).bind(TENANT);
                black_box(query.fetch_one(&self.pool).await?);
                Ok(1)
            }

            async fn delete(&self, id: &str) -> Result<usize> {
                let done = sqlx::query(sql::DELETE).bind(id).bind(TENANT).execute(&self.pool).await?;
                Ok(done.rows_affected() as usize)
            }

            async fn count(&self) -> Result<usize> {
                let query = sqlx::query_scalar::<_, i64>(sql::COUNT).bind(TENANT).bind("suspended");
                Ok(query.fetch_one(&self.pool).await? as usize)
            }

            async fn list(&self, limit: usize) -> Result<usize> {
                let query = sqlx::query_as::<_, User>(safe(&self.texts.list));
                let users =
                    query.bind(TENANT).bind("active").bind(limit as i64).fetch_all(&self.pool).await?;
                Ok(black_box(users).len())
            }

            async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
                let (now, mut done) = (Utc::now(), 0);
                let mut tx = self.pool.begin().await?;
                for chunk in drafts.chunks(CHUNK) {
                    let mut builder =
                        QueryBuilder::<$database>::new(format!("INSERT INTO users ({COLUMNS}) "));
                    builder.push_values(chunk, |mut row, draft| {
                        row.push_bind(&draft.id)
                            .push_bind(TENANT)
                            .push_bind(&draft.email)
                            .push_bind(&draft.name)
                            .push_bind(&draft.password_hash)
                            .push_bind(&draft.status)
                            .push_bind(&draft.role)
                            .push_bind(None::<DateTime<Utc>>)
                            .push_bind(false)
                            .push_bind(now)
                            .push_bind(now);
                    });
                    done += builder.build().execute(&mut *tx).await?.rows_affected();
                }
                tx.commit().await?;
                Ok(done as usize)
            }

            async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
                let (now, mut done) = (Utc::now(), 0);
                let mut tx = self.pool.begin().await?;
                for (id, name) in &names {
                    let query = sqlx::query(sql::RENAME).bind(name).bind(now).bind(id).bind(TENANT);
                    done += query.execute(&mut *tx).await?.rows_affected() as usize;
                }
                ensure!(done == names.len(), "a row was not there");
                tx.commit().await?;
                Ok(done)
            }

            async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
                let mut tx = self.pool.begin().await?;
                let done = $bulk_delete(&mut tx, ids).await?;
                tx.commit().await?;
                Ok(done as usize)
            }
        }
    };
}

async fn bulk_delete_postgres(conn: &mut PgConnection, ids: Vec<String>) -> Result<u64> {
    let query = sqlx::query("DELETE FROM users WHERE organization_id = $1 AND id = ANY($2)");
    Ok(query.bind(TENANT).bind(ids).execute(conn).await?.rows_affected())
}

async fn bulk_delete_sqlite(conn: &mut SqliteConnection, ids: Vec<String>) -> Result<u64> {
    let mut builder = QueryBuilder::<sqlx::Sqlite>::new("DELETE FROM users WHERE organization_id = ");
    builder.push_bind(TENANT).push(" AND id IN (");
    let mut list = builder.separated(", ");
    for id in &ids {
        list.push_bind(id);
    }
    list.push_unseparated(")");
    Ok(builder.build().execute(conn).await?.rows_affected())
}

peer!(SqlxSqlite, SqlitePool, sqlx::Sqlite, bulk_delete_sqlite);
peer!(SqlxPostgres, PgPool, sqlx::Postgres, bulk_delete_postgres);
