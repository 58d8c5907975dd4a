//! The database: a pool, a clock, a key generator, and the shapes of the statements sent so far.

use std::sync::Arc;

use ennead_core::{Actor, Dialect, Error, IntoTenantId, Sources};
use ennead_sql::Planner;

use crate::backend::Backend;
use crate::builder::DbBuilder;
use crate::keys::Keys;
use crate::known::{Known, Marks};
use crate::observe::Observers;
use crate::scopes::{AcrossTenants, Tenant};

/// A database. It is cheap to clone, and the clones share one pool.
///
/// Models that belong to no tenant run on it directly; for all others, [`tenant`](Self::tenant) gives the scope.
#[derive(Clone)]
pub struct Db {
    inner: Arc<DbInner>,
    actor: Option<Arc<Actor>>,
}

pub(crate) struct DbInner {
    pub(crate) backend: Backend,
    pub(crate) sources: Sources,
    pub(crate) planner: Planner,
    pub(crate) observers: Observers,
    pub(crate) known: Known,
    pub(crate) marks: Marks,
    /// Counts what was written to the outbox and committed, for dispatchers in this process.
    pub(crate) emitted: tokio::sync::watch::Sender<u64>,
    pub(crate) keys: Keys,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({})", self.dialect())
    }
}

impl Db {
    pub(crate) fn new(backend: Backend, sources: Sources, observers: Observers, keys: Keys) -> Self {
        let planner = Planner::new(backend.dialect());
        let planner = if backend.row_security() { planner.without_copy() } else { planner };
        let (known, marks) = (Known::default(), Marks::default());
        let emitted = tokio::sync::watch::Sender::new(0);
        let inner = DbInner { backend, sources, planner, observers, known, marks, emitted, keys };
        Self { inner: Arc::new(inner), actor: None }
    }

    pub(crate) fn inner(&self) -> &Arc<DbInner> {
        &self.inner
    }

    pub(crate) fn who(&self) -> Option<&Arc<Actor>> {
        self.actor.as_ref()
    }

    /// Opens a database: `sqlite://file.db` (the file is created), `sqlite::memory:`, `postgres://user@host/database`.
    ///
    /// # Errors
    /// `is_configuration` for a URL that cannot be used; `is_connection` or `is_timeout` where the database cannot be
    /// reached.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        Self::builder().connect(url).await
    }

    /// Opens a database with other settings than the usual ones.
    #[must_use]
    pub fn builder() -> DbBuilder {
        DbBuilder::default()
    }

    /// The scope of one tenant.
    ///
    /// # Errors
    /// `is_invalid_input` for an id that is none: texts are 1 to 64 characters of `A-Z a-z 0-9 _ -`.
    pub fn tenant(&self, id: impl IntoTenantId) -> Result<Tenant, Error> {
        Tenant::new(self, id)
    }

    /// The scope of every tenant: the only way around the tenant's predicate. It is traced with the reason; a blank
    /// reason is an error when an operation runs.
    #[must_use]
    pub fn across_tenants(&self, reason: &str) -> AcrossTenants {
        AcrossTenants::new(self, reason)
    }

    /// The same database, and each scope of it, with somebody who acts: the audit tells of their writes.
    #[must_use]
    pub fn actor(&self, actor: Actor) -> Self {
        Self { inner: Arc::clone(&self.inner), actor: Some(Arc::new(actor)) }
    }

    /// Which database it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.inner.backend.dialect()
    }

    /// Closes the pool: waiting and later operations fail, connections in use close when they come back.
    pub async fn close(&self) {
        self.inner.backend.close().await;
    }
}
