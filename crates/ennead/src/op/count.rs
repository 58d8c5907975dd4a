use std::marker::PhantomData;

use ennead_core::{Deleted, Dialect, Error, Model, ModelRef, Operation};

use crate::exec;
use crate::op::{Narrow, filtered, in_tenant};
use crate::running::{Running, affected};
use crate::scopes::Scope;
use crate::statement::Statement;

/// Counts rows: what `User::count()` gives, and what `CountUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Count<M> {
    count: ennead_core::Count,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> Count<M> {
    pub(crate) fn new() -> Self {
        let count = ennead_core::Count { model: ModelRef(M::DEF), filter: None, deleted: Deleted::Exclude };
        Self { count, narrow: Narrow::NONE, marker: PhantomData }
    }

    filtered!(count.filter);
    in_tenant!();

    /// Counts soft-deleted rows too.
    pub fn with_deleted(mut self) -> Self {
        self.count.deleted = Deleted::Include;
        self
    }

    /// Counts soft-deleted rows only.
    pub fn only_deleted(mut self) -> Self {
        self.count.deleted = Deleted::Only;
        self
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A filter value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show(dialect, Operation::Count(self.count.clone()))
    }

    /// Counts.
    ///
    /// # Errors
    /// `is_invalid_input` for a filter value that does not fit; a connection or time limit error.
    pub fn run(self, scope: &impl Scope<M>) -> Running<'_, u64> {
        Running { started: exec::start::count(scope.handle(), self.narrow, self.count), finish: affected }
    }
}
