//! SeaORM 2: compact entities, no ping before a connection is used.

use std::hint::black_box;

use anyhow::{Context, Result, ensure};
use chrono::Utc;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait, PaginatorTrait,
    QueryFilter, QuerySelect, Set, TransactionTrait, Unchanged,
};

use self::users::{ActiveModel, Column, Entity};
use crate::work::{Draft, Peer, TENANT};

/// Rows of one INSERT: eleven binds each, below the databases' limits.
const CHUNK: usize = 1_000;

#[allow(unreachable_pub, reason = "what the macro derives is as visible as its model")]
mod users {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub organization_id: String,
        pub email: String,
        pub name: String,
        pub password_hash: String,
        pub status: String,
        pub role: String,
        pub last_login_at: Option<DateTimeUtc>,
        pub mfa_enabled: bool,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) struct SeaOrm(DatabaseConnection);

impl SeaOrm {
    pub(crate) async fn new(url: &str, connections: usize) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(connections as u32).test_before_acquire(false).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|options| {
            options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .foreign_keys(true)
        });
        Ok(Self(Database::connect(options).await?))
    }
}

fn new(draft: Draft) -> ActiveModel {
    let now = Utc::now();
    ActiveModel {
        id: Set(draft.id),
        organization_id: Set(TENANT.to_owned()),
        email: Set(draft.email),
        name: Set(draft.name),
        password_hash: Set(draft.password_hash),
        status: Set(draft.status),
        role: Set(draft.role),
        last_login_at: Set(None),
        mfa_enabled: Set(false),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

fn renamed(id: String, name: String) -> ActiveModel {
    ActiveModel { id: Unchanged(id), name: Set(name), updated_at: Set(Utc::now()), ..Default::default() }
}

async fn create(db: &impl ConnectionTrait, draft: Draft) -> Result<()> {
    black_box(Entity::insert(new(draft)).exec_with_returning(db).await?);
    Ok(())
}

impl Peer for SeaOrm {
    async fn read(&self, id: &str) -> Result<usize> {
        let query = Entity::find_by_id(id).filter(Column::OrganizationId.eq(TENANT));
        black_box(query.one(&self.0).await?.context("no such row")?);
        Ok(1)
    }

    async fn create(&self, draft: Draft) -> Result<usize> {
        create(&self.0, draft).await?;
        Ok(1)
    }

    async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
        let count = drafts.len();
        let tx = self.0.begin().await?;
        for draft in drafts {
            create(&tx, draft).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    async fn update(&self, id: &str, name: &str) -> Result<usize> {
        let update = Entity::update(renamed(id.to_owned(), name.to_owned())).validate()?;
        black_box(update.filter(Column::OrganizationId.eq(TENANT)).exec(&self.0).await?);
        Ok(1)
    }

    async fn delete(&self, id: &str) -> Result<usize> {
        let delete = Entity::delete_by_id(id).filter(Column::OrganizationId.eq(TENANT));
        Ok(delete.exec(&self.0).await?.rows_affected as usize)
    }

    async fn count(&self) -> Result<usize> {
        let query = Entity::find().filter(Column::OrganizationId.eq(TENANT));
        Ok(query.filter(Column::Status.eq("suspended")).count(&self.0).await? as usize)
    }

    async fn list(&self, limit: usize) -> Result<usize> {
        let query = Entity::find().filter(Column::OrganizationId.eq(TENANT));
        let users = query.filter(Column::Status.eq("active")).limit(limit as u64).all(&self.0).await?;
        Ok(black_box(users).len())
    }

    async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
        let count = drafts.len();
        let mut models = drafts.into_iter().map(new).peekable();
        let tx = self.0.begin().await?;
        while models.peek().is_some() {
            let chunk: Vec<ActiveModel> = models.by_ref().take(CHUNK).collect();
            Entity::insert_many(chunk).exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
        let (count, mut done) = (names.len(), 0);
        let tx = self.0.begin().await?;
        for (id, name) in names {
            let update = Entity::update_many().set(ActiveModel {
                name: Set(name),
                updated_at: Set(Utc::now()),
                ..Default::default()
            });
            let update = update.filter(Column::Id.eq(id)).filter(Column::OrganizationId.eq(TENANT));
            done += update.exec(&tx).await?.rows_affected as usize;
        }
        ensure!(done == count, "a row was not there");
        tx.commit().await?;
        Ok(done)
    }

    async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
        let delete = Entity::delete_many().filter(Column::OrganizationId.eq(TENANT));
        Ok(delete.filter(Column::Id.is_in(ids)).exec(&self.0).await?.rows_affected as usize)
    }
}
