use std::marker::PhantomData;

use ennead_core::{Dialect, Error, Filter, Model, ModelRef, RemovableModel, Target, Value};

use crate::exec;
use crate::op::{Narrow, in_tenant, narrow};
use crate::running::{Running, nothing};
use crate::scopes::CreateScope;
use crate::statement::Statement;

/// Deletes one row by its key: what `User::delete(key)` gives, and what `DeleteUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Delete<M> {
    delete: ennead_core::Delete,
    hard: bool,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> Delete<M> {
    pub(crate) fn new(key: Value) -> Self {
        let delete = ennead_core::Delete { model: ModelRef(M::DEF), target: Target::Key(key), when: None };
        Self { delete, hard: false, narrow: Narrow::default(), marker: PhantomData }
    }

    in_tenant!();

    /// Only while the row matches: else `is_conflict`.
    pub fn when(mut self, filter: Filter<M>) -> Self {
        narrow(&mut self.delete.when, filter.into_expr());
        self
    }

    /// Removes the row of a soft-deleted model for good, marked or not.
    pub fn hard(mut self) -> Self
    where
        M: RemovableModel,
    {
        self.hard = true;
        self
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A key that does not fit, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show_delete(dialect, self.delete.clone(), self.hard)
    }

    /// Deletes the row; of a model with `#[deleted_at]`, marks it.
    ///
    /// # Errors
    /// `is_not_found` where no row with that key is visible in the scope, `is_conflict` where the condition is not met,
    /// `is_foreign_key_violation` where rows refer to it.
    pub fn run(self, scope: &impl CreateScope<M>) -> Running<'_, ()> {
        Running {
            started: exec::start::delete(scope.handle(), self.narrow, Ok(self.delete), self.hard),
            finish: nothing,
        }
    }
}
