//! Runs operations: the non-generic body under the generic shells of `op`.

mod aftermath;
mod apart;
mod dangling;
mod delete;
mod following;
mod insert;
mod kept;
mod probe;
mod read;
mod rotate;
mod seal;
mod show;
mod stale;
pub(crate) mod start;
mod update;
mod walk;
mod witness;
mod work;

use std::borrow::Cow;
use std::sync::Arc;

use ennead_core::{Actor, Error, ErrorKind, ModelDef, Operation, Scope, Scoped, TenantId};

use crate::backend::{Access, Conn};
use crate::db::DbInner;
use crate::sink::{Sink, ValueRows, downcast};
use crate::transaction::TxState;

pub(crate) use aftermath::Aftermath;
pub(crate) use apart::apart;
pub(crate) use dangling::dangling;
pub(crate) use delete::delete;
pub(crate) use following::restore;
pub(crate) use insert::{Atomic, insert};
pub(crate) use read::{aggregate, complete_order, count, page_digest, select};
pub(crate) use rotate::rotate;
pub(crate) use seal::{in_field, reveal};
pub(crate) use show::{show, show_delete, show_insert, show_update};
pub(crate) use start::Started;
pub(crate) use update::{update, update_each};
pub(crate) use witness::key_text;

/// What a scope gives to the executor.
#[derive(Clone, Copy)]
pub struct Handle<'a> {
    pub(crate) db: &'a Arc<DbInner>,
    pub(crate) scope: &'a Scope,
    /// Why the tenants are bypassed, where they are.
    pub(crate) reason: Option<&'a str>,
    pub(crate) transaction: Option<TxRef<'a>>,
    /// Who acts.
    pub(crate) actor: Option<&'a Arc<Actor>>,
    /// The run of a workflow that it is part of.
    pub(crate) run: Option<&'a str>,
    /// How many observers stand between it and the application's own call.
    pub(crate) depth: u8,
    /// The library itself writes its own tables.
    pub(crate) own: bool,
}

/// A transaction, and the level of nesting that a handle of it stands for.
#[derive(Clone, Copy)]
pub(crate) struct TxRef<'a> {
    pub(crate) state: &'a Arc<TxState>,
    pub(crate) level: u32,
}

/// What an operation did.
pub(crate) struct Done {
    pub(crate) affected: u64,
    pub(crate) sink: Box<dyn Sink>,
}

impl<'a> Handle<'a> {
    /// What a connection for this scope must be able to do.
    pub(crate) fn access(&self, write: bool) -> Access {
        Access { write, owner: matches!(self.scope, Scope::AcrossTenants) }
    }

    /// The tenant that a transaction of this scope names to the database.
    pub(crate) fn tenant(&self) -> Option<&TenantId> {
        match self.scope {
            Scope::Tenant(id) => Some(id),
            _ => None,
        }
    }

    /// The kind of its scope, for the traces: never whose it is.
    pub(crate) fn scope_kind(&self) -> &'static str {
        match self.scope {
            Scope::Tenant(_) => "tenant",
            Scope::AcrossTenants | Scope::InTenant(_) => "across_tenants",
            _ => "none",
        }
    }

    /// The scope's value for one operation: narrowed where the operation says so, and traced where it is the bypass.
    pub(crate) fn resolve(
        &self,
        narrow: Option<&TenantId>,
        model: &'static ModelDef,
        operation: &str,
    ) -> Result<Cow<'a, Scope>, Error> {
        let scope = self.narrowed(narrow, model)?;
        if let Some(reason) = self.reason {
            self.db.trace_bypass(reason, model.name, operation);
        }
        Ok(scope)
    }

    /// The same without a trace, for what is part of an operation that is traced.
    pub(crate) fn narrowed(
        &self,
        narrow: Option<&TenantId>,
        model: &'static ModelDef,
    ) -> Result<Cow<'a, Scope>, Error> {
        if self.reason.is_some_and(|reason| reason.trim().is_empty()) {
            return Err(Error::invalid(
                "across_tenants needs a reason: say in a few words why every tenant is meant",
            ));
        }
        match (self.scope, narrow) {
            (scope, None) => Ok(Cow::Borrowed(scope)),
            (Scope::AcrossTenants, Some(id)) => Ok(Cow::Owned(Scope::InTenant(id.clone()))),
            (Scope::Tenant(own), Some(id)) if own == id => Ok(Cow::Borrowed(self.scope)),
            (Scope::Tenant(_), Some(_)) => {
                Err(Error::invalid("`.in_tenant(id)` names another tenant than the scope's")
                    .with_model(model.name))
            }
            (_, Some(_)) => {
                Err(Error::invalid("`.in_tenant(id)` narrows `db.across_tenants(…)` only")
                    .with_model(model.name))
            }
        }
    }

    /// Adds the tenant to an operation.
    pub(crate) fn scoped(&self, narrow: Option<&TenantId>, operation: Operation) -> Result<Scoped, Error> {
        self.resolve(narrow, operation.model(), operation.name())?.apply(operation)
    }
}

/// The one row that a write of one row gives.
pub(crate) fn one<M>(mut rows: Vec<M>, model: &'static ModelDef) -> Result<M, Error> {
    let found = rows.len();
    rows.pop().filter(|_| found == 1).ok_or_else(|| not_one(found, model))
}

/// What is wrong with a number of rows that is not one.
pub(crate) fn not_one(found: usize, model: &'static ModelDef) -> Error {
    if found == 0 { Error::not_found(model.name) } else { ambiguous(model) }
}

/// A key that more than one tenant has, under `across_tenants`.
pub(crate) fn ambiguous(model: &'static ModelDef) -> Error {
    Error::invalid(format!(
        "more than one tenant has a {} with that key: under `across_tenants`, say which with `.in_tenant(id)`",
        model.name
    ))
    .with_model(model.name)
}

/// Runs SQL of our own that gives one column of texts.
pub(crate) async fn raw_texts(conn: Conn, sql: &str) -> Result<(Conn, Vec<String>), Error> {
    let program = ennead_sql::Program::raw(sql, vec![ennead_core::Kind::Text]);
    let sink = Box::new(ValueRows::new(vec![ennead_core::Kind::Text]));
    let ran = conn.run(None, program, sink).await;
    ran.result.map_err(|failure| failure.error)?;
    let conn = ran.conn.ok_or_else(|| Error::new(ErrorKind::Connection, "the connection was lost"))?;
    let rows = downcast::<ValueRows>(ran.sink)?.rows;
    let text = |value| match value {
        ennead_core::Value::Text(text) => Some(text.into_owned()),
        _ => None,
    };
    Ok((conn, rows.into_iter().flatten().filter_map(text).collect()))
}
