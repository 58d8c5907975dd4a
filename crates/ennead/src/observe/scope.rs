//! The transaction of an observed write, as a scope.

use std::sync::Arc;

use ennead_core::{Actor, Model, Scope as ScopeValue, TenantId};

use crate::db::DbInner;
use crate::exec::{Handle, TxRef};
use crate::scopes::{CreateScope, LockScope, Scope, UpdateScope, sealed};
use crate::transaction::TxState;

/// The transaction of an observed write: the scope in which an observer reads and writes more, together with the write or not at
/// all. It is the write's own scope, with its tenant and its actor; what that may not do is an error when the operation runs.
pub struct ObserverScope {
    db: Arc<DbInner>,
    scope: ScopeValue,
    /// The tenant to which the write narrows itself under `across_tenants`.
    narrow: Option<TenantId>,
    reason: Option<String>,
    state: Arc<TxState>,
    level: u32,
    actor: Option<Arc<Actor>>,
    run: Option<String>,
    depth: u8,
}

impl std::fmt::Debug for ObserverScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObserverScope").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl ObserverScope {
    /// The scope of a write that runs in a transaction.
    pub(crate) fn of(handle: Handle<'_>, transaction: TxRef<'_>, narrow: Option<&TenantId>) -> Self {
        Self {
            db: Arc::clone(handle.db),
            scope: handle.scope.clone(),
            narrow: narrow.cloned(),
            reason: handle.reason.map(str::to_owned),
            state: Arc::clone(transaction.state),
            level: transaction.level,
            actor: handle.actor.cloned(),
            run: handle.run.map(str::to_owned),
            depth: handle.depth + 1,
        }
    }

    /// The tenant whose rows the write concerns; none under `across_tenants`, unless the write says `.in_tenant(id)`, and for models
    /// that belong to none.
    ///
    /// What the observer itself does under `across_tenants` is not narrowed by that: it says `.in_tenant(id)` as well.
    #[must_use]
    pub fn tenant(&self) -> Option<&TenantId> {
        match &self.scope {
            ScopeValue::Tenant(id) | ScopeValue::InTenant(id) => Some(id),
            _ => self.narrow.as_ref(),
        }
    }

    /// Who writes, where the scope of the write says so.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.actor.as_deref()
    }
}

impl sealed::Handles for ObserverScope {
    fn handle(&self) -> Handle<'_> {
        Handle {
            db: &self.db,
            scope: &self.scope,
            reason: self.reason.as_deref(),
            transaction: Some(TxRef { state: &self.state, level: self.level }),
            actor: self.actor.as_ref(),
            run: self.run.as_deref(),
            depth: self.depth,
            own: false,
        }
    }
}

impl<M: Model> Scope<M> for ObserverScope {}
impl<M: Model> UpdateScope<M> for ObserverScope {}
impl<M: Model> CreateScope<M> for ObserverScope {}
impl<M: Model> LockScope<M> for ObserverScope {}
