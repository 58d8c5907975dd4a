//! Toasty: a model, filters, `create_many`, and transactions.

use std::collections::HashMap;
use std::hint::black_box;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use toasty::schema::Model;
use toasty::stmt::List;
use toasty::{Db, Executor};

use crate::work::{Draft, Peer, TENANT, Work};

/// Rows of one INSERT: eleven binds each, below the databases' limits.
const CHUNK: usize = 1_000;

#[derive(Debug, toasty::Model)]
#[table = "users"]
#[index(organization_id, status)]
#[allow(dead_code, reason = "decoding the fields is what is measured")]
struct User {
    #[key]
    id: String,
    organization_id: String,
    #[unique]
    email: String,
    name: String,
    password_hash: String,
    status: String,
    role: String,
    last_login_at: Option<Timestamp>,
    #[default(false)]
    mfa_enabled: bool,
    #[auto]
    created_at: Timestamp,
    #[auto]
    updated_at: Timestamp,
}

/// What the derive makes beside the model: its names cannot be written here.
type Users = <User as Model>::Query<List<User>>;
type NewUser = <User as Model>::Create;

/// A pool; `Db` is a handle that is cloned for each who works with it.
pub(crate) struct Toasty {
    db: Db,
    sqlite: bool,
}

impl Toasty {
    pub(crate) async fn open(url: &str, connections: usize) -> Result<Self> {
        let mut builder = Db::builder();
        // Nobody else is at the connections while an operation is measured.
        builder.models(toasty::models!(User)).max_pool_size(connections).pool_health_check_interval(None);
        let sqlite = url.strip_prefix("sqlite://");
        // Behind `sqlite:` it takes a path.
        let url = sqlite.map_or_else(|| url.to_owned(), |path| format!("sqlite:{path}"));
        let mut db = builder.connect(&url).await?;
        if sqlite.is_some() {
            // These are a connection's own, and of connections there is one.
            ensure!(connections == 1, "SQLite with {connections} connections");
            for pragma in ["journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"] {
                toasty::sql::query(format!("PRAGMA {pragma}")).exec(&mut db).await?;
            }
        }
        Ok(Self { db, sqlite: sqlite.is_some() })
    }

    /// The version of SQLite that its driver brings along.
    pub(crate) async fn brings(&self) -> Result<Option<String>> {
        if !self.sqlite {
            return Ok(None);
        }
        let query = toasty::sql::query("SELECT sqlite_version()");
        let rows = query.exec(&mut self.db()).await?;
        let row = rows.first().and_then(|row| row.as_record()).context("no version")?;
        let version = row.fields.first().and_then(|value| value.as_str()).context("no version")?;
        Ok(Some(format!("SQLite {version}")))
    }

    fn db(&self) -> Db {
        self.db.clone()
    }

    /// Toasty does not tell how many rows a statement changed or deleted: what is there afterwards tells it, outside the
    /// time that is measured. Gives what was done.
    pub(crate) async fn verify(&self, work: &Work, did: usize) -> Result<usize> {
        match work {
            Work::Delete(ids) | Work::BulkDelete(ids) => {
                let left = keyed(ids.clone()).count().exec(&mut self.db()).await?;
                Ok(did.saturating_sub(left.try_into()?))
            }
            Work::BulkUpdate(names) => {
                let names: HashMap<&str, &str> =
                    names.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
                let ids = names.keys().map(|id| (*id).to_owned()).collect();
                let users = keyed(ids).exec(&mut self.db()).await?;
                let renamed = |user: &&User| names.get(user.id.as_str()) == Some(&user.name.as_str());
                Ok(users.iter().filter(renamed).count())
            }
            _ => Ok(did),
        }
    }
}

/// The row of a key, if the tenant has it. Every statement below has this predicate, or inserts the tenant.
fn row(id: &str) -> Users {
    User::filter_by_id(id).filter(User::fields().organization_id().eq(TENANT))
}

fn keyed(ids: Vec<String>) -> Users {
    User::filter(User::fields().organization_id().eq(TENANT).and(User::fields().id().in_list(ids)))
}

fn new(draft: Draft) -> NewUser {
    let Draft { id, email, name, password_hash, status, role } = draft;
    toasty::create!(User { id, organization_id: TENANT, email, name, password_hash, status, role })
}

async fn create_many(drafts: impl Iterator<Item = Draft>, db: &mut dyn Executor) -> Result<usize> {
    let all = drafts.fold(User::create_many(), |all, draft| all.item(new(draft)));
    Ok(black_box(all.exec(db).await?).len())
}

impl Peer for Toasty {
    async fn read(&self, id: &str) -> Result<usize> {
        black_box(row(id).get(&mut self.db()).await?);
        Ok(1)
    }

    async fn create(&self, draft: Draft) -> Result<usize> {
        black_box(new(draft).exec(&mut self.db()).await?);
        Ok(1)
    }

    async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
        let count = drafts.len();
        let mut db = self.db();
        let mut tx = db.transaction().await?;
        for draft in drafts {
            black_box(new(draft).exec(&mut tx).await?);
        }
        tx.commit().await?;
        Ok(count)
    }

    /// An update by a filter gives no row, and an update of a row that was read has the key alone as its predicate. So it
    /// is two statements whichever way; this way both have the tenant's.
    async fn update(&self, id: &str, name: &str) -> Result<usize> {
        let mut db = self.db();
        row(id).update().name(name).exec(&mut db).await?;
        let user = black_box(row(id).get(&mut db).await?);
        Ok(usize::from(user.name == name))
    }

    async fn delete(&self, id: &str) -> Result<usize> {
        row(id).delete().exec(&mut self.db()).await?;
        Ok(1)
    }

    async fn count(&self) -> Result<usize> {
        let query = User::filter_by_organization_id_and_status(TENANT, "suspended").count();
        Ok(query.exec(&mut self.db()).await?.try_into()?)
    }

    async fn list(&self, limit: usize) -> Result<usize> {
        let query = User::filter_by_organization_id_and_status(TENANT, "active").limit(limit);
        Ok(black_box(query.exec(&mut self.db()).await?).len())
    }

    async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
        let mut db = self.db();
        if drafts.len() <= CHUNK {
            // One statement is all or nothing by itself.
            return create_many(drafts.into_iter(), &mut db).await;
        }
        let mut drafts = drafts.into_iter().peekable();
        let mut done = 0;
        let mut tx = db.transaction().await?;
        while drafts.peek().is_some() {
            done += create_many(drafts.by_ref().take(CHUNK), &mut tx).await?;
        }
        tx.commit().await?;
        Ok(done)
    }

    async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
        let mut db = self.db();
        let mut tx = db.transaction().await?;
        for (id, name) in &names {
            row(id).update().name(name).exec(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(names.len())
    }

    async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
        let count = ids.len();
        keyed(ids).delete().exec(&mut self.db()).await?;
        Ok(count)
    }
}
