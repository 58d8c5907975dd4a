use std::marker::PhantomData;

use ennead_core::{Deleted, Dialect, Error, Model, Operation, RowLock, Select, Value};

use crate::exec;
use crate::op::{IncludingRead, Lockable, Locked, Narrow, RelationsOf, in_tenant};
use crate::running::{Running, one, optional};
use crate::scopes::Scope;
use crate::sink::Single;
use crate::statement::Statement;

/// Reads one row by its key: what `User::read(key)` gives, and what `ReadUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Read<M> {
    select: Select,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> Read<M> {
    pub(crate) fn new(key: Value) -> Self {
        Self { select: Select::by_key(M::DEF, key), narrow: Narrow::NONE, marker: PhantomData }
    }

    in_tenant!();

    /// Sees a soft-deleted row too.
    pub fn with_deleted(mut self) -> Self {
        self.select.deleted = Deleted::Include;
        self
    }

    /// Reads related rows beside the row: `User::read(id).include(User::ORGANIZATION)`, or a tuple of relations.
    pub fn include<I: RelationsOf<M>>(self, inclusion: I) -> IncludingRead<M, I> {
        IncludingRead { read: self, inclusion }
    }

    /// Locks the row until the transaction ends: see [`Locked`].
    pub fn for_update(self) -> Locked<Self> {
        Locked::new(self)
    }

    pub(super) fn into_parts(self) -> (Select, Narrow) {
        (self.select, self.narrow)
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A key that does not fit.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show(dialect, Operation::Select(self.select.clone()))
    }

    /// Reads the row.
    ///
    /// # Errors
    /// `is_not_found` where no row with that key is visible in the scope; under `across_tenants`, `is_invalid_input`
    /// where more than one tenant has that key.
    pub fn run(self, scope: &impl Scope<M>) -> Running<'_, M> {
        Running {
            started: exec::start::read(scope.handle(), self.narrow, self.select, Single::<M>::sink),
            finish: one,
        }
    }

    /// Reads the row, or gives `None`.
    ///
    /// # Errors
    /// As [`run`](Self::run), but for the row that is not there.
    pub fn optional(self, scope: &impl Scope<M>) -> Running<'_, Option<M>> {
        let read = exec::start::read(scope.handle(), self.narrow, self.select, Single::<M>::sink);
        Running { started: read, finish: optional }
    }
}

impl<M> Lockable for Read<M> {
    fn lock(&mut self, lock: RowLock) {
        self.select.lock = Some(lock);
    }
}
