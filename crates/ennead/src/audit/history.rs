//! What happened to a row.

use std::marker::PhantomData;

use ennead_core::{
    Actor, Column, Compare, Error, ErrorKind, Expr, FieldType, IntoKey, Model, Operand, OrderBy, Select,
    Value, ValueReader,
};

use super::{AuditRecord, Audited};
use crate::exec;
use crate::node::json::from_json;
use crate::op::{Narrow, in_tenant, narrow};
use crate::running::{Outcome, Running};
use crate::scopes::Scope;
use crate::sink::{Rows, rows};

/// Lists what happened to one row: what `User::history(key)` gives.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct History<M> {
    select: Select,
    narrow: Narrow,
    failed: bool,
    marker: PhantomData<fn() -> M>,
}

fn is(column: u16, value: impl Into<String>) -> Expr {
    let value = Value::text(value.into());
    Expr::Compare { left: Operand::Column(column), op: Compare::Eq, value }
}

impl<M: Audited> History<M> {
    pub(crate) fn new(key: impl IntoKey<M::Key>) -> Self {
        let key = exec::key_text(&key.into_key());
        let of = is(AuditRecord::MODEL.index(), M::DEF.name).and(is(AuditRecord::ROW_KEY.index(), key));
        let order = vec![OrderBy { column: AuditRecord::ID.index(), descending: true }];
        let select = Select { filter: Some(of), order, ..Select::of(AuditRecord::DEF) };
        Self { select, narrow: Narrow::NONE, failed: false, marker: PhantomData }
    }

    in_tenant!();

    /// The oldest first, and not the newest.
    pub fn oldest_first(mut self) -> Self {
        self.select.order.iter_mut().for_each(|by| by.descending = false);
        self
    }

    /// At most so many.
    pub fn limit(mut self, limit: u64) -> Self {
        self.select.limit = Some(limit);
        self
    }

    /// Goes on behind the last one of a page, in the same order.
    pub fn behind(mut self, last: &Revision<M>) -> Self {
        self.select.after = Some(vec![Value::Int(last.record.id)]);
        self
    }

    /// Tells of attempts that failed, too.
    pub fn with_failed(mut self) -> Self {
        self.failed = true;
        self
    }

    /// Reads them. The history of a row that is gone is there as that of one that is not; of a row that never was, and of other
    /// tenants' rows, there is none.
    ///
    /// # Errors
    /// A connection or time limit error.
    pub fn run(mut self, scope: &impl Scope<M>) -> Running<'_, Vec<Revision<M>>> {
        if !self.failed {
            let left = Operand::Column(AuditRecord::ERROR.index());
            narrow(&mut self.select.filter, Expr::Null { left, negated: false });
        }
        let started =
            exec::start::select(scope.handle(), self.narrow, self.select, Rows::<AuditRecord>::sink);
        Running { started, finish: revisions }
    }
}

fn revisions<M>(outcome: Outcome) -> Result<Vec<Revision<M>>, Error> {
    let revision = |record| Revision { record, marker: PhantomData };
    Ok(rows::<AuditRecord>(outcome)?.into_iter().map(revision).collect())
}

/// One entry of a row's history.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Revision<M> {
    /// The record as it is stored.
    pub record: AuditRecord,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> Revision<M> {
    /// Who did it, where the scope said so.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        let record = &self.record;
        Some(Actor {
            kind: record.actor_kind.clone()?,
            id: record.actor_id.clone(),
            email: record.actor_email.clone(),
            ip: record.actor_ip.clone(),
            trace: record.trace.clone(),
        })
    }

    /// Whether a field changed; of a hidden one nothing else is known.
    #[must_use]
    pub fn changed<T, A>(&self, column: Column<M, T, A>) -> bool {
        let name = M::DEF.field(column.index()).name;
        self.record.changed.as_array().is_some_and(|all| all.iter().any(|field| field == name))
    }

    /// What a field held before; none where the row came into being, and for a hidden field.
    ///
    /// # Errors
    /// `is_decode` where the field was of another type when it was recorded.
    pub fn before<T: FieldType, A>(&self, column: Column<M, T, A>) -> Result<Option<T>, Error> {
        value::<M, T>(self.record.before.as_ref(), column.index())
    }

    /// What a field holds after it; none where the row went, and for a hidden field.
    ///
    /// # Errors
    /// `is_decode` where the field was of another type when it was recorded.
    pub fn after<T: FieldType, A>(&self, column: Column<M, T, A>) -> Result<Option<T>, Error> {
        value::<M, T>(self.record.after.as_ref(), column.index())
    }
}

fn value<M: Model, T: FieldType>(image: Option<&serde_json::Value>, at: u16) -> Result<Option<T>, Error> {
    let field = M::DEF.field(at);
    let Some(json) = image.and_then(|image| image.get(field.name)) else { return Ok(None) };
    let wrong = |what: String| {
        Error::new(ErrorKind::Decode, format!("the history of {}.{}: {what}", M::DEF.name, field.name))
            .with_model(M::DEF.name)
    };
    let value = match (json, field.nullable) {
        (serde_json::Value::Null, true) => Value::Null,
        _ => from_json(json.clone(), &field.kind).map_err(wrong)?,
    };
    T::decode(&mut ValueReader(&[value]), 0).map(Some).map_err(|error| wrong(error.to_string()))
}
