//! rusqlite with cached statements: the floor on SQLite.

use std::hint::black_box;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Result, anyhow, ensure};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use crate::ground::pragmas;
use crate::sql;
use crate::work::{Draft, Peer, TENANT};

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

fn decode(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        organization_id: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        password_hash: row.get(4)?,
        status: row.get(5)?,
        role: row.get(6)?,
        last_login_at: row.get(7)?,
        mfa_enabled: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
    })
}

pub(crate) struct Rusqlite {
    conn: Mutex<Connection>,
    read: String,
    create: String,
    insert: String,
    update: String,
    list: String,
}

impl Rusqlite {
    pub(crate) fn new(path: &Path) -> Result<Self> {
        let conn = Connection::open(path)?;
        pragmas(&conn)?;
        Ok(Self {
            conn: Mutex::new(conn),
            read: sql::read(),
            create: sql::create(),
            insert: sql::insert(),
            update: sql::update(),
            list: sql::list(),
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        work(&mut *self.conn.lock().map_err(|_| anyhow!("a thread panicked"))?)
    }
}

fn create(conn: &Connection, sql: &str, draft: &Draft) -> Result<User> {
    let now = Utc::now();
    let none = None::<DateTime<Utc>>;
    let Draft { id, email, name, password_hash, status, role } = draft;
    let values = params![id, TENANT, email, name, password_hash, status, role, none, false, now, now];
    Ok(conn.prepare_cached(sql)?.query_row(values, decode)?)
}

impl Peer for Rusqlite {
    async fn read(&self, id: &str) -> Result<usize> {
        self.with(|conn| {
            black_box(conn.prepare_cached(&self.read)?.query_row(params![id, TENANT], decode)?);
            Ok(1)
        })
    }

    async fn create(&self, draft: Draft) -> Result<usize> {
        self.with(|conn| {
            black_box(create(conn, &self.create, &draft)?);
            Ok(1)
        })
    }

    async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
        self.with(|conn| {
            let tx = conn.transaction()?;
            for draft in &drafts {
                black_box(create(&tx, &self.create, draft)?);
            }
            tx.commit()?;
            Ok(drafts.len())
        })
    }

    async fn update(&self, id: &str, name: &str) -> Result<usize> {
        self.with(|conn| {
            let values = params![name, Utc::now(), id, TENANT];
            black_box(conn.prepare_cached(&self.update)?.query_row(values, decode)?);
            Ok(1)
        })
    }

    async fn delete(&self, id: &str) -> Result<usize> {
        self.with(|conn| Ok(conn.prepare_cached(sql::DELETE)?.execute(params![id, TENANT])?))
    }

    async fn count(&self) -> Result<usize> {
        self.with(|conn| {
            let values = params![TENANT, "suspended"];
            Ok(conn.prepare_cached(sql::COUNT)?.query_row(values, |row| row.get::<_, i64>(0))? as usize)
        })
    }

    async fn list(&self, limit: usize) -> Result<usize> {
        self.with(|conn| {
            // A bound limit would make SQLite prepare anew each time.
            let sql = self.list.replace("$3", &limit.to_string());
            let mut statement = conn.prepare_cached(&sql)?;
            let rows = statement.query_map(params![TENANT, "active"], decode)?;
            let users: Vec<User> = rows.collect::<rusqlite::Result<_>>()?;
            Ok(black_box(users).len())
        })
    }

    async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
        self.with(|conn| {
            let tx = conn.transaction()?;
            let mut done = 0;
            {
                let mut statement = tx.prepare_cached(&self.insert)?;
                let (now, none) = (Utc::now(), None::<DateTime<Utc>>);
                for draft in &drafts {
                    let Draft { id, email, name, password_hash, status, role } = draft;
                    let values =
                        params![id, TENANT, email, name, password_hash, status, role, none, false, now, now];
                    done += statement.execute(values)?;
                }
            }
            tx.commit()?;
            Ok(done)
        })
    }

    async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
        self.with(|conn| {
            let tx = conn.transaction()?;
            let mut done = 0;
            {
                let mut statement = tx.prepare_cached(sql::RENAME)?;
                let now = Utc::now();
                for (id, name) in &names {
                    done += statement.execute(params![name, now, id, TENANT])?;
                }
            }
            ensure!(done == names.len(), "a row was not there");
            tx.commit()?;
            Ok(done)
        })
    }

    async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
        self.with(|conn| {
            let tx = conn.transaction()?;
            let mut done = 0;
            {
                let mut statement = tx.prepare_cached(sql::DELETE)?;
                for id in &ids {
                    done += statement.execute(params![id, TENANT])?;
                }
            }
            tx.commit()?;
            Ok(done)
        })
    }
}
