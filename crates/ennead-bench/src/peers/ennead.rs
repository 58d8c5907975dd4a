//! ennead, with a tenant's scope and, over the same table, without.

use std::hint::black_box;

use anyhow::Result;
use chrono::{DateTime, Utc};
use ennead::prelude::*;

use crate::work::{Draft, Peer, TENANT};

#[model(tenant_root, table = "organizations")]
pub struct Organization {
    #[key]
    pub id: String,
    pub name: String,
}

// A global key: with a key of each tenant's own, a read by key alone would have no index to go by.
#[model(table = "users", key = "global", index(organization_id, status))]
pub struct User {
    #[key(prefix = "user-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub status: String,
    pub role: String,
    pub last_login_at: Option<DateTime<Utc>>,
    #[default(false)]
    pub mfa_enabled: bool,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

/// The same table as if it belonged to nobody: what the tenant's predicate costs is the difference.
#[model(global, table = "users")]
pub struct AnyUser {
    #[key(prefix = "user-")]
    pub id: String,
    pub organization_id: String,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub status: String,
    pub role: String,
    pub last_login_at: Option<DateTime<Utc>>,
    #[default(false)]
    pub mfa_enabled: bool,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

async fn open(url: &str, connections: usize) -> Result<Db> {
    Ok(Db::builder().max_connections(connections).connect(url).await?)
}

fn create(draft: Draft) -> ennead::op::Create<User> {
    let Draft { id, email, name, password_hash, status, role } = draft;
    User::create(NewUser { email, name, password_hash, status, role }).set(User::ID, id)
}

fn create_any(draft: Draft) -> ennead::op::Create<AnyUser> {
    let Draft { id, email, name, password_hash, status, role } = draft;
    let organization_id = TENANT.to_owned();
    AnyUser::create(NewAnyUser { organization_id, email, name, password_hash, status, role })
        .set(AnyUser::ID, id)
}

macro_rules! peer {
    ($peer:ident, $model:ident, $scope:ty, $open:expr, $create:ident, $filter:expr) => {
        pub(crate) struct $peer($scope);

        impl $peer {
            pub(crate) async fn new(url: &str, connections: usize) -> Result<Self> {
                let open = $open;
                Ok(Self(open(open_db(url, connections).await?)?))
            }
        }

        impl Peer for $peer {
            async fn read(&self, id: &str) -> Result<usize> {
                black_box($model::read(id).run(&self.0).await?);
                Ok(1)
            }

            async fn create(&self, draft: Draft) -> Result<usize> {
                black_box($create(draft).run(&self.0).await?);
                Ok(1)
            }

            async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
                let count = drafts.len();
                let all = async |tx: &ennead::Transaction<$scope>| {
                    for draft in drafts {
                        black_box($create(draft).run(tx).await?);
                    }
                    Ok::<_, Error>(())
                };
                self.0.transaction(all).await?;
                Ok(count)
            }

            async fn update(&self, id: &str, name: &str) -> Result<usize> {
                black_box($model::update(id).set($model::NAME, name).run(&self.0).await?);
                Ok(1)
            }

            async fn delete(&self, id: &str) -> Result<usize> {
                $model::delete(id).run(&self.0).await?;
                Ok(1)
            }

            async fn count(&self) -> Result<usize> {
                Ok($model::count().filter($filter("suspended")).run(&self.0).await? as usize)
            }

            async fn list(&self, limit: usize) -> Result<usize> {
                let users = $model::list().filter($filter("active")).limit(limit as u64).run(&self.0).await?;
                Ok(black_box(users).len())
            }

            async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
                let done = $model::bulk_create(drafts.into_iter().map($create)).run(&self.0).await?;
                Ok(done.affected as usize)
            }

            async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
                let updates = names.into_iter().map(|(id, name)| $model::update(id).set($model::NAME, name));
                Ok($model::bulk_update_each(updates).run(&self.0).await?.affected as usize)
            }

            async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
                Ok($model::bulk_delete().keys(ids).run(&self.0).await?.affected as usize)
            }
        }
    };
}

use open as open_db;

peer!(Ennead, User, Tenant, |db: Db| db.tenant(TENANT), create, |status: &'static str| User::STATUS
    .eq(status));
// Counts and lists find their rows by the index, which leads with the tenant, so here the filter says it.
peer!(EnneadGlobal, AnyUser, Db, Ok::<Db, Error>, create_any, |status: &'static str| {
    AnyUser::ORGANIZATION_ID.eq(TENANT).and(AnyUser::STATUS.eq(status))
});
