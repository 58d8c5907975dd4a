use std::marker::PhantomData;

use ennead_core::{
    Dialect, Error, Filter, Model, ModelDef, ModelRef, RemovableModel, Target, Value, has_version,
};

use crate::exec::{self, Handle, Started};
use crate::op::update::key_and_version;
use crate::op::{Narrow, in_tenant, narrow};
use crate::running::{Running, nothing};
use crate::scopes::CreateScope;
use crate::statement::Statement;

/// Deletes one row by its key: what `User::delete(key)` gives, and what `DeleteUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Delete<M> {
    delete: ennead_core::Delete,
    version: Option<i64>,
    hard: bool,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> Delete<M> {
    pub(crate) fn new(key: Value) -> Self {
        Self {
            delete: delete(M::DEF, key),
            version: None,
            hard: false,
            narrow: Narrow::NONE,
            marker: PhantomData,
        }
    }

    /// Of a row that was read.
    pub(crate) fn of(row: M) -> Self {
        let (key, version) = key_and_version(row);
        Self { version, ..Self::new(key) }
    }

    in_tenant!();

    /// Only while the row matches: else `is_conflict`.
    pub fn when(mut self, filter: Filter<M>) -> Self {
        narrow(&mut self.delete.when, filter.into_expr());
        self
    }

    /// Only while the row has this `#[version]`: else `is_conflict`, and [`Error::version_conflicts`] tells both.
    pub fn expect_version(mut self, version: impl Into<i64>) -> Self {
        self.version = Some(version.into());
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
        exec::show_delete(dialect, locked(self.delete.clone(), self.version)?, self.hard)
    }

    /// Deletes the row; of a model with `#[deleted_at]`, marks it.
    ///
    /// # Errors
    /// `is_not_found` where no row with that key is visible in the scope, `is_conflict` where the condition is not met or
    /// the row has another version than the one expected, `is_foreign_key_violation` where rows refer to it.
    pub fn run(self, scope: &impl CreateScope<M>) -> Running<'_, ()> {
        Running {
            started: start(scope.handle(), self.narrow, self.delete, self.version, self.hard),
            finish: nothing,
        }
    }
}

fn delete(model: &'static ModelDef, key: Value) -> ennead_core::Delete {
    ennead_core::Delete { model: ModelRef(model), target: Target::Key(key), when: None }
}

/// What a model's crate does not compile for each model.
fn start(
    handle: Handle<'_>,
    narrow: Narrow,
    delete: ennead_core::Delete,
    version: Option<i64>,
    hard: bool,
) -> Started<'_> {
    exec::start::delete(handle, narrow, locked(delete, version), hard)
}

/// A delete that holds only while its row has a version.
fn locked(mut delete: ennead_core::Delete, version: Option<i64>) -> Result<ennead_core::Delete, Error> {
    if let Some(version) = version {
        narrow(&mut delete.when, has_version(delete.model.0, version)?);
    }
    Ok(delete)
}
