//! tokio-postgres with prepared statements, COPY, UNNEST and ANY: the floor on Postgres.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use futures_util::pin_mut;
use tokio::sync::Mutex;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, Statement};

use crate::ground::connect;
use crate::sql::{self, COLUMNS};
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

fn decode(row: &Row) -> Result<User> {
    Ok(User {
        id: row.try_get(0)?,
        organization_id: row.try_get(1)?,
        email: row.try_get(2)?,
        name: row.try_get(3)?,
        password_hash: row.try_get(4)?,
        status: row.try_get(5)?,
        role: row.try_get(6)?,
        last_login_at: row.try_get(7)?,
        mfa_enabled: row.try_get(8)?,
        created_at: row.try_get(9)?,
        updated_at: row.try_get(10)?,
    })
}

struct Session {
    client: Client,
    read: Statement,
    create: Statement,
    update: Statement,
    delete: Statement,
    count: Statement,
    list: Statement,
    copy: Statement,
    bulk_update: Statement,
    bulk_delete: Statement,
}

impl Session {
    async fn open(url: &str) -> Result<Self> {
        let client = connect(url).await?;
        Ok(Self {
            read: client.prepare(&sql::read()).await?,
            create: client.prepare(&sql::create()).await?,
            update: client.prepare(&sql::update()).await?,
            delete: client.prepare(sql::DELETE).await?,
            count: client.prepare(sql::COUNT).await?,
            list: client.prepare(&sql::list()).await?,
            copy: client.prepare(&format!("COPY users ({COLUMNS}) FROM STDIN BINARY")).await?,
            bulk_update: client
                .prepare(
                    "UPDATE users SET name = new.name, updated_at = $3 FROM unnest($1::text[], $2::text[]) AS \
                     new(id, name) WHERE users.id = new.id AND users.organization_id = $4",
                )
                .await?,
            bulk_delete: client
                .prepare("DELETE FROM users WHERE organization_id = $1 AND id = ANY($2)")
                .await?,
            client,
        })
    }

    async fn create(&self, draft: &Draft) -> Result<User> {
        let now = Utc::now();
        let none = None::<DateTime<Utc>>;
        let Draft { id, email, name, password_hash, status, role } = draft;
        let row = self
            .client
            .query_one(
                &self.create,
                &[id, &TENANT, email, name, password_hash, status, role, &none, &false, &now, &now],
            )
            .await?;
        decode(&row)
    }
}

/// Connections that are taken in turn; a task that meets one in use waits for it.
pub(crate) struct TokioPostgres {
    sessions: Vec<Mutex<Session>>,
    next: AtomicUsize,
}

impl TokioPostgres {
    pub(crate) async fn new(url: &str, connections: usize) -> Result<Self> {
        let mut sessions = Vec::new();
        for _ in 0..connections {
            sessions.push(Mutex::new(Session::open(url).await?));
        }
        Ok(Self { sessions, next: AtomicUsize::new(0) })
    }

    async fn session(&self) -> Result<tokio::sync::MutexGuard<'_, Session>> {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.sessions.len();
        Ok(self.sessions.get(at).context("no connection")?.lock().await)
    }
}

impl Peer for TokioPostgres {
    async fn read(&self, id: &str) -> Result<usize> {
        let session = self.session().await?;
        let row = session.client.query_one(&session.read, &[&id, &TENANT]).await?;
        black_box(decode(&row)?);
        Ok(1)
    }

    async fn create(&self, draft: Draft) -> Result<usize> {
        black_box(self.session().await?.create(&draft).await?);
        Ok(1)
    }

    async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
        let session = self.session().await?;
        session.client.batch_execute("BEGIN").await?;
        for draft in &drafts {
            black_box(session.create(draft).await?);
        }
        session.client.batch_execute("COMMIT").await?;
        Ok(drafts.len())
    }

    async fn update(&self, id: &str, name: &str) -> Result<usize> {
        let session = self.session().await?;
        let row = session.client.query_one(&session.update, &[&name, &Utc::now(), &id, &TENANT]).await?;
        black_box(decode(&row)?);
        Ok(1)
    }

    async fn delete(&self, id: &str) -> Result<usize> {
        let session = self.session().await?;
        Ok(session.client.execute(&session.delete, &[&id, &TENANT]).await? as usize)
    }

    async fn count(&self) -> Result<usize> {
        let session = self.session().await?;
        let row = session.client.query_one(&session.count, &[&TENANT, &"suspended"]).await?;
        Ok(row.try_get::<_, i64>(0)? as usize)
    }

    async fn list(&self, limit: usize) -> Result<usize> {
        let session = self.session().await?;
        let rows = session.client.query(&session.list, &[&TENANT, &"active", &(limit as i64)]).await?;
        let users: Vec<User> = rows.iter().map(decode).collect::<Result<_>>()?;
        Ok(black_box(users).len())
    }

    async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
        let session = self.session().await?;
        let (now, none) = (Utc::now(), None::<DateTime<Utc>>);
        let types = [
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
            Type::TIMESTAMPTZ,
            Type::BOOL,
            Type::TIMESTAMPTZ,
            Type::TIMESTAMPTZ,
        ];
        let writer = BinaryCopyInWriter::new(session.client.copy_in(&session.copy).await?, &types);
        pin_mut!(writer);
        for draft in &drafts {
            let Draft { id, email, name, password_hash, status, role } = draft;
            writer
                .as_mut()
                .write(&[id, &TENANT, email, name, password_hash, status, role, &none, &false, &now, &now])
                .await?;
        }
        Ok(writer.finish().await? as usize)
    }

    async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
        let session = self.session().await?;
        let count = names.len();
        let (ids, names): (Vec<String>, Vec<String>) = names.into_iter().unzip();
        let done = session.client.execute(&session.bulk_update, &[&ids, &names, &Utc::now(), &TENANT]).await?
            as usize;
        ensure!(done == count, "a row was not there");
        Ok(done)
    }

    async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
        let session = self.session().await?;
        Ok(session.client.execute(&session.bulk_delete, &[&TENANT, &ids]).await? as usize)
    }
}
