use ennead_core::{Dialect, Error, Filter, Model, ModelRef, Target, Value};

use crate::exec;
use crate::op::{Narrow, in_tenant};
use crate::scopes::CreateScope;
use crate::statement::Statement;

/// Deletes one row by its key: what `User::delete(key)` gives, and what `DeleteUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Delete<M> {
    key: Value,
    when: Option<Filter<M>>,
    hard: bool,
    narrow: Narrow,
}

impl<M: Model> Delete<M> {
    pub(crate) fn new(key: Value) -> Self {
        Self { key, when: None, hard: false, narrow: Narrow::default() }
    }

    in_tenant!();

    /// Only while the row matches: else `is_conflict`.
    pub fn when(mut self, filter: Filter<M>) -> Self {
        self.when = Some(match self.when.take() {
            Some(first) => first.and(filter),
            None => filter,
        });
        self
    }

    /// Removes the row of a soft-deleted model for good, marked or not.
    pub fn hard(mut self) -> Self {
        self.hard = true;
        self
    }

    fn operation(key: Value, when: Option<Filter<M>>) -> ennead_core::Delete {
        ennead_core::Delete {
            model: ModelRef(M::DEF),
            target: Target::Key(key),
            when: when.map(Filter::into_expr),
        }
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A key that does not fit, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show_delete(dialect, Self::operation(self.key.clone(), self.when.clone()), self.hard)
    }

    /// Deletes the row; of a model with `#[deleted_at]`, marks it.
    ///
    /// # Errors
    /// `is_not_found` where no row with that key is visible in the scope, `is_conflict` where the condition is not met,
    /// `is_foreign_key_violation` where rows refer to it.
    pub async fn run(self, scope: &impl CreateScope<M>) -> Result<(), Error> {
        let narrow = self.narrow.take()?;
        exec::delete(scope.handle(), narrow, Self::operation(self.key, self.when), self.hard).await?;
        Ok(())
    }
}
