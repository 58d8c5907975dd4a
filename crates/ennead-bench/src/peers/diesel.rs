//! Diesel, called in the task's own thread, and diesel-async, on a pool that does not ask before it lends.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use anyhow::{Context, Result, anyhow};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};

use crate::work::{Draft, Peer, TENANT};

/// Rows of one INSERT: eleven binds each, below the databases' limits.
const CHUNK: usize = 1_000;

/// The table, the struct, and the statements that both ways of calling share.
macro_rules! model {
    ($module:ident, $backend:ty, $moment:ident) => {
        mod $module {
            use chrono::{DateTime, Utc};
            use diesel::prelude::*;

            use crate::work::{Draft, TENANT};

            diesel::table! {
                users (id) {
                    id -> Text,
                    organization_id -> Text,
                    email -> Text,
                    name -> Text,
                    password_hash -> Text,
                    status -> Text,
                    role -> Text,
                    last_login_at -> Nullable<$moment>,
                    mfa_enabled -> Bool,
                    created_at -> $moment,
                    updated_at -> $moment,
                }
            }

            #[derive(Queryable, Selectable, Insertable)]
            #[diesel(table_name = users, check_for_backend($backend), treat_none_as_default_value = false)]
            pub(super) struct User {
                pub(super) id: String,
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

            #[derive(AsChangeset)]
            #[diesel(table_name = users)]
            pub(super) struct Renamed<'a> {
                name: &'a str,
                updated_at: DateTime<Utc>,
            }

            pub(super) fn new(draft: Draft) -> User {
                let now = Utc::now();
                User {
                    id: draft.id,
                    organization_id: TENANT.to_owned(),
                    email: draft.email,
                    name: draft.name,
                    password_hash: draft.password_hash,
                    status: draft.status,
                    role: draft.role,
                    last_login_at: None,
                    mfa_enabled: false,
                    created_at: now,
                    updated_at: now,
                }
            }

            pub(super) fn renamed(name: &str) -> Renamed<'_> {
                Renamed { name, updated_at: Utc::now() }
            }
        }
    };
}

model!(lite, diesel::sqlite::Sqlite, TimestamptzSqlite);
model!(pg, diesel::pg::Pg, Timestamptz);

/// Connections that are taken in turn.
pub(crate) struct Diesel<C> {
    connections: Vec<Mutex<C>>,
    next: AtomicUsize,
}

impl<C: Connection> Diesel<C> {
    fn open(url: &str, connections: usize, setup: &str) -> Result<Self> {
        let open = || {
            let mut conn = C::establish(url)?;
            // libpq refuses a text without a statement.
            if !setup.is_empty() {
                conn.batch_execute(setup)?;
            }
            Ok(Mutex::new(conn))
        };
        let connections = (0..connections).map(|_| open()).collect::<Result<_>>()?;
        Ok(Self { connections, next: AtomicUsize::new(0) })
    }

    fn conn(&self) -> Result<MutexGuard<'_, C>> {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.connections.len();
        self.connections.get(at).context("no connection")?.lock().map_err(|_| anyhow!("a thread panicked"))
    }
}

pub(crate) fn sqlite(path: &std::path::Path, connections: usize) -> Result<Diesel<SqliteConnection>> {
    let setup = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;";
    Diesel::open(&path.display().to_string(), connections, setup)
}

pub(crate) fn postgres(url: &str, connections: usize) -> Result<Diesel<PgConnection>> {
    Diesel::open(url, connections, "")
}

macro_rules! peer {
    ($connection:ty, $module:ident) => {
        impl Peer for Diesel<$connection> {
            async fn read(&self, id: &str) -> Result<usize> {
                use $module::{User, users};
                let query = users::table.filter(users::id.eq(id)).filter(users::organization_id.eq(TENANT));
                black_box(query.select(User::as_select()).get_result(&mut *self.conn()?)?);
                Ok(1)
            }

            async fn create(&self, draft: Draft) -> Result<usize> {
                use $module::{User, users};
                let insert = diesel::insert_into(users::table).values($module::new(draft));
                black_box(insert.returning(User::as_returning()).get_result(&mut *self.conn()?)?);
                Ok(1)
            }

            async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
                use $module::{User, users};
                let count = drafts.len();
                self.conn()?.transaction(|conn| {
                    for draft in drafts {
                        let insert = diesel::insert_into(users::table).values($module::new(draft));
                        black_box(insert.returning(User::as_returning()).get_result(conn)?);
                    }
                    Ok::<_, diesel::result::Error>(())
                })?;
                Ok(count)
            }

            async fn update(&self, id: &str, name: &str) -> Result<usize> {
                use $module::{User, users};
                let row = users::table.filter(users::id.eq(id)).filter(users::organization_id.eq(TENANT));
                let update = diesel::update(row).set($module::renamed(name));
                black_box(update.returning(User::as_returning()).get_result(&mut *self.conn()?)?);
                Ok(1)
            }

            async fn delete(&self, id: &str) -> Result<usize> {
                use $module::users;
                let row = users::table.filter(users::id.eq(id)).filter(users::organization_id.eq(TENANT));
                Ok(diesel::delete(row).execute(&mut *self.conn()?)?)
            }

            async fn count(&self) -> Result<usize> {
                use $module::users;
                let rows = users::table.filter(users::organization_id.eq(TENANT));
                let query = rows.filter(users::status.eq("suspended")).count();
                Ok(query.get_result::<i64>(&mut *self.conn()?)? as usize)
            }

            async fn list(&self, limit: usize) -> Result<usize> {
                use $module::{User, users};
                let rows = users::table.filter(users::organization_id.eq(TENANT));
                let query = rows.filter(users::status.eq("active")).limit(limit as i64);
                Ok(black_box(query.select(User::as_select()).load(&mut *self.conn()?)?).len())
            }

            async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
                use $module::{User, users};
                let new: Vec<User> = drafts.into_iter().map($module::new).collect();
                Ok(self.conn()?.transaction(|conn| {
                    let mut done = 0;
                    for chunk in new.chunks(CHUNK) {
                        done += diesel::insert_into(users::table).values(chunk).execute(conn)?;
                    }
                    Ok::<_, diesel::result::Error>(done)
                })?)
            }

            async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
                use $module::users;
                Ok(self.conn()?.transaction(|conn| {
                    let mut done = 0;
                    for (id, name) in &names {
                        let row =
                            users::table.filter(users::id.eq(id)).filter(users::organization_id.eq(TENANT));
                        done += diesel::update(row).set($module::renamed(name)).execute(conn)?;
                    }
                    Ok::<_, diesel::result::Error>(done)
                })?)
            }

            async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
                use $module::users;
                let rows = users::table.filter(users::organization_id.eq(TENANT));
                Ok(diesel::delete(rows.filter(users::id.eq_any(ids))).execute(&mut *self.conn()?)?)
            }
        }
    };
}

peer!(SqliteConnection, lite);
peer!(PgConnection, pg);

pub(crate) struct DieselAsync(Pool<AsyncPgConnection>);

impl DieselAsync {
    pub(crate) fn new(url: &str, connections: usize) -> Result<Self> {
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
        Ok(Self(Pool::builder(manager).max_size(connections).build()?))
    }

    async fn conn(&self) -> Result<Object<AsyncPgConnection>> {
        Ok(self.0.get().await?)
    }
}

/// Apart, since its `RunQueryDsl` has the names of Diesel's own.
mod calls {
    use std::hint::black_box;

    use anyhow::Result;
    use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
    use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

    use super::pg::{self, User, users};
    use super::{CHUNK, DieselAsync};
    use crate::work::{Draft, Peer, TENANT};

    async fn create(conn: &mut AsyncPgConnection, draft: Draft) -> diesel::QueryResult<()> {
        let insert = diesel::insert_into(users::table).values(pg::new(draft));
        black_box(insert.returning(User::as_returning()).get_result(conn).await?);
        Ok(())
    }

    impl Peer for DieselAsync {
        async fn read(&self, id: &str) -> Result<usize> {
            let query = users::table.filter(users::id.eq(id)).filter(users::organization_id.eq(TENANT));
            let mut conn = self.conn().await?;
            black_box(query.select(User::as_select()).get_result(&mut conn).await?);
            Ok(1)
        }

        async fn create(&self, draft: Draft) -> Result<usize> {
            create(&mut *self.conn().await?, draft).await?;
            Ok(1)
        }

        async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
            let count = drafts.len();
            let mut conn = self.conn().await?;
            let all = async |conn: &mut AsyncPgConnection| {
                for draft in drafts {
                    create(conn, draft).await?;
                }
                Ok::<_, diesel::result::Error>(())
            };
            AsyncConnection::transaction(&mut *conn, all).await?;
            Ok(count)
        }

        async fn update(&self, id: &str, name: &str) -> Result<usize> {
            let row = users::table.filter(users::id.eq(id)).filter(users::organization_id.eq(TENANT));
            let update = diesel::update(row).set(pg::renamed(name)).returning(User::as_returning());
            black_box(update.get_result(&mut *self.conn().await?).await?);
            Ok(1)
        }

        async fn delete(&self, id: &str) -> Result<usize> {
            let row = users::table.filter(users::id.eq(id)).filter(users::organization_id.eq(TENANT));
            Ok(diesel::delete(row).execute(&mut *self.conn().await?).await?)
        }

        async fn count(&self) -> Result<usize> {
            let rows = users::table.filter(users::organization_id.eq(TENANT));
            let query = rows.filter(users::status.eq("suspended")).count();
            Ok(query.get_result::<i64>(&mut *self.conn().await?).await? as usize)
        }

        async fn list(&self, limit: usize) -> Result<usize> {
            let rows = users::table.filter(users::organization_id.eq(TENANT));
            let query = rows.filter(users::status.eq("active")).limit(limit as i64);
            Ok(black_box(query.select(User::as_select()).load(&mut *self.conn().await?).await?).len())
        }

        async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
            let new: Vec<User> = drafts.into_iter().map(pg::new).collect();
            let mut conn = self.conn().await?;
            let all = async |conn: &mut AsyncPgConnection| {
                let mut done = 0;
                for chunk in new.chunks(CHUNK) {
                    done += diesel::insert_into(users::table).values(chunk).execute(conn).await?;
                }
                Ok::<_, diesel::result::Error>(done)
            };
            Ok(AsyncConnection::transaction(&mut *conn, all).await?)
        }

        async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
            let mut conn = self.conn().await?;
            let all = async |conn: &mut AsyncPgConnection| {
                let mut done = 0;
                for (id, name) in &names {
                    let row = users::table.filter(users::id.eq(id)).filter(users::organization_id.eq(TENANT));
                    done += diesel::update(row).set(pg::renamed(name)).execute(conn).await?;
                }
                Ok::<_, diesel::result::Error>(done)
            };
            Ok(AsyncConnection::transaction(&mut *conn, all).await?)
        }

        async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
            let rows = users::table.filter(users::organization_id.eq(TENANT));
            Ok(diesel::delete(rows.filter(users::id.eq_any(ids))).execute(&mut *self.conn().await?).await?)
        }
    }
}
