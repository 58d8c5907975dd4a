use ennead_core::{Deleted, Dialect, Error, Filter, Model, ModelRef, Operation};

use crate::exec;
use crate::op::{Narrow, filtered, in_tenant};
use crate::scopes::Scope;
use crate::statement::Statement;

/// Counts rows: what `User::count()` gives, and what `CountUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Count<M> {
    filter: Option<Filter<M>>,
    deleted: Deleted,
    narrow: Narrow,
}

impl<M: Model> Count<M> {
    pub(crate) fn new() -> Self {
        Self { filter: None, deleted: Deleted::Exclude, narrow: Narrow::default() }
    }

    filtered!();
    in_tenant!();

    /// Counts soft-deleted rows too.
    pub fn with_deleted(mut self) -> Self {
        self.deleted = Deleted::Include;
        self
    }

    fn operation(filter: Option<Filter<M>>, deleted: Deleted) -> ennead_core::Count {
        ennead_core::Count { model: ModelRef(M::DEF), filter: filter.map(Filter::into_expr), deleted }
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A filter value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show(dialect, Operation::Count(Self::operation(self.filter.clone(), self.deleted)))
    }

    /// Counts.
    ///
    /// # Errors
    /// `is_invalid_input` for a filter value that does not fit; a connection or time limit error.
    pub async fn run(self, scope: &impl Scope<M>) -> Result<u64, Error> {
        let narrow = self.narrow.take()?;
        exec::count(scope.handle(), narrow, Self::operation(self.filter, self.deleted)).await
    }
}
