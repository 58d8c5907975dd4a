//! Scopes: on whose rows an operation runs.

use std::sync::Arc;

use ennead_core::{
    Actor, Error, GlobalModel, IntoTenantId, Model, OwnedModel, Scope as ScopeValue, TenantId, TenantModel,
};

use crate::backend::Access;
use crate::db::{Db, DbInner};
use crate::exec::Handle;
use crate::transaction::Transaction;

pub(crate) mod sealed {
    /// What a scope gives to the executor; nobody else can make one.
    pub trait Handles {
        /// The database, the tenant and the transaction.
        #[doc(hidden)]
        fn handle(&self) -> crate::exec::Handle<'_>;
    }

    /// A scope that knows who acts.
    pub trait Acts {
        /// The same scope with somebody else who acts.
        #[doc(hidden)]
        #[must_use]
        fn acting(&self, actor: ennead_core::Actor) -> Self;
    }
}

/// A scope on which rows of `M` can be read: a [`Tenant`], [`AcrossTenants`], a transaction of either, and for models
/// that belong to no tenant the [`Db`] itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no scope in which rows of `{M}` can be read",
    label = "not a scope",
    note = "scopes are `&db.tenant(id)?`, `&db.across_tenants(\"reason\")`, the transaction of either, and `&db` for a model that belongs to no tenant"
)]
pub trait Scope<M: Model>: sealed::Handles + Sync {}

/// A scope on which rows of `M` can be updated.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no scope in which rows of `{M}` can be updated",
    label = "not a scope",
    note = "scopes are `&db.tenant(id)?`, `&db.across_tenants(\"reason\")`, the transaction of either, and `&db` for a model that belongs to no tenant"
)]
pub trait UpdateScope<M: Model>: Scope<M> {}

/// A transaction in which rows of `M` can be locked: the rows are held until it ends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no transaction in which rows of `{M}` can be locked",
    label = "not a transaction",
    note = "locks last as long as a transaction: `scope.transaction(async |tx| … .for_update().run(tx).await …)`"
)]
pub trait LockScope<M: Model>: UpdateScope<M> {}

/// A scope on which rows of `M` can be created and deleted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no scope in which rows of `{M}` can be created or deleted",
    label = "not a scope",
    note = "scopes are `&db.tenant(id)?`, `&db.across_tenants(\"reason\")`, the transaction of either, and `&db` for a model that belongs to no tenant"
)]
pub trait CreateScope<M: Model>: UpdateScope<M> {}

/// One tenant of a database: every operation on it reads and writes that tenant's rows, and no other's.
#[derive(Clone)]
pub struct Tenant {
    pub(crate) db: Db,
    pub(crate) scope: Arc<ScopeValue>,
}

impl std::fmt::Debug for Tenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tenant({})", self.id())
    }
}

impl Tenant {
    pub(crate) fn new(db: &Db, id: impl IntoTenantId) -> Result<Self, Error> {
        Ok(Self { db: db.clone(), scope: Arc::new(ScopeValue::Tenant(id.into_tenant_id()?)) })
    }

    /// The same scope with somebody who acts: the audit tells of their writes.
    #[must_use]
    pub fn actor(&self, actor: Actor) -> Self {
        Self { db: self.db.actor(actor), ..self.clone() }
    }

    /// The tenant's id.
    #[must_use]
    pub fn id(&self) -> &TenantId {
        match &*self.scope {
            ScopeValue::Tenant(id) | ScopeValue::InTenant(id) => id,
            // `new` is the only maker, and makes none of the others.
            _ => &TenantId::Int(0),
        }
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }
}

/// Every tenant of a database: the only bypass of the tenant's predicate. It wants a reason, which is traced.
#[derive(Clone)]
pub struct AcrossTenants {
    pub(crate) db: Db,
    pub(crate) reason: Arc<str>,
}

impl std::fmt::Debug for AcrossTenants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AcrossTenants({:?})", self.reason)
    }
}

impl AcrossTenants {
    pub(crate) fn new(db: &Db, reason: &str) -> Self {
        Self { db: db.clone(), reason: reason.into() }
    }

    /// The same scope with somebody who acts: the audit tells of their writes.
    #[must_use]
    pub fn actor(&self, actor: Actor) -> Self {
        Self { db: self.db.actor(actor), ..self.clone() }
    }

    /// Why the bypass is taken.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Runs SQL text as it stands, without values and without rows: for set-up and maintenance. It exists on this scope
    /// only, since nothing keeps raw SQL to a tenant.
    ///
    /// # Errors
    /// `is_invalid_input` with a blank reason; whatever the database refuses.
    pub async fn execute(&self, sql: &str) -> Result<(), Error> {
        if self.reason.trim().is_empty() {
            return Err(Error::invalid(
                "across_tenants needs a reason: say in a few words why every tenant is meant",
            ));
        }
        self.db.inner().trace_bypass(&self.reason, "", "raw SQL");
        self.db.inner().backend.acquire(Access { write: true, owner: true }).await?.script(sql).await
    }
}

impl Db {
    /// The handle of a scope of this database.
    fn with<'a>(&'a self, scope: &'a ScopeValue, reason: Option<&'a str>) -> Handle<'a> {
        let actor = self.who();
        Handle { db: self.inner(), scope, reason, transaction: None, actor, run: None, depth: 0, own: false }
    }
}

impl sealed::Handles for Db {
    fn handle(&self) -> Handle<'_> {
        self.with(&ScopeValue::Global, None)
    }
}

impl sealed::Acts for Db {
    fn acting(&self, actor: Actor) -> Self {
        self.actor(actor)
    }
}

impl sealed::Acts for Tenant {
    fn acting(&self, actor: Actor) -> Self {
        self.actor(actor)
    }
}

impl sealed::Acts for AcrossTenants {
    fn acting(&self, actor: Actor) -> Self {
        self.actor(actor)
    }
}

impl sealed::Handles for Tenant {
    fn handle(&self) -> Handle<'_> {
        self.db.with(&self.scope, None)
    }
}

impl sealed::Handles for AcrossTenants {
    fn handle(&self) -> Handle<'_> {
        self.db.with(&ScopeValue::AcrossTenants, Some(&self.reason))
    }
}

impl<S: sealed::Handles> sealed::Handles for Transaction<S> {
    fn handle(&self) -> Handle<'_> {
        Handle { transaction: Some(self.state()), ..self.scope().handle() }
    }
}

impl<M: GlobalModel> Scope<M> for Db {}
impl<M: GlobalModel> UpdateScope<M> for Db {}
impl<M: GlobalModel> CreateScope<M> for Db {}

impl<M: Model> Scope<M> for Tenant {}
impl<M: TenantModel> UpdateScope<M> for Tenant {}
impl<M: OwnedModel> CreateScope<M> for Tenant {}

impl<M: Model> Scope<M> for AcrossTenants {}
impl<M: Model> UpdateScope<M> for AcrossTenants {}
impl<M: Model> CreateScope<M> for AcrossTenants {}

impl<M: Model, S: Scope<M> + Send> Scope<M> for Transaction<S> {}
impl<M: Model, S: UpdateScope<M> + Send> UpdateScope<M> for Transaction<S> {}
impl<M: Model, S: UpdateScope<M> + Send> LockScope<M> for Transaction<S> {}
impl<M: Model, S: CreateScope<M> + Send> CreateScope<M> for Transaction<S> {}

impl DbInner {
    /// Tells the trace that the bypass is taken.
    pub(crate) fn trace_bypass(&self, reason: &str, model: &str, operation: &str) {
        tracing::info!(target: "ennead::across_tenants", reason, model, operation, "across tenants");
    }
}
