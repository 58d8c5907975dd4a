use std::marker::PhantomData;

use ennead_core::{Dialect, Error, Expr, IntoKey, Model, ModelDef, ModelRef, RemovableModel, Target, Value};

use crate::exec;
use crate::op::{BulkResult, Narrow, filtered, in_tenant};
use crate::running::{Running, bulk_result};
use crate::scopes::CreateScope;
use crate::statement::Statement;

/// Deletes all rows that match, or have one of the keys: what `User::bulk_delete()` gives, and what
/// `BulkDeleteUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct BulkDelete<M> {
    filter: Option<Expr>,
    keys: Option<Vec<Value>>,
    all_rows: bool,
    hard: bool,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> BulkDelete<M> {
    pub(crate) fn new() -> Self {
        Self {
            filter: None,
            keys: None,
            all_rows: false,
            hard: false,
            narrow: Narrow::NONE,
            marker: PhantomData,
        }
    }

    filtered!(filter);
    in_tenant!();

    /// The rows with these keys; keys that are not there are passed over.
    pub fn keys<K: IntoKey<M::Key>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.keys.get_or_insert_default().extend(keys.into_iter().map(IntoKey::into_key));
        self
    }

    /// Every row of the scope: without it, a delete without filter or keys is an error.
    pub fn all_rows(mut self) -> Self {
        self.all_rows = true;
        self
    }

    /// Removes rows of a soft-deleted model for good, marked or not.
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
    /// A value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        let operation = operation(M::DEF, self.filter.clone(), self.keys.clone(), self.all_rows)?;
        exec::show_delete(dialect, operation, self.hard)
    }

    /// Deletes the rows; of a model with `#[deleted_at]`, marks them.
    ///
    /// # Errors
    /// `is_invalid_input` without filter and keys; `is_foreign_key_violation` where rows refer to one of them: then no
    /// row is deleted.
    pub fn run(self, scope: &impl CreateScope<M>) -> Running<'_, BulkResult> {
        let delete = operation(M::DEF, self.filter, self.keys, self.all_rows);
        Running {
            started: exec::start::delete(scope.handle(), self.narrow, delete, self.hard),
            finish: bulk_result,
        }
    }
}

fn operation(
    model: &'static ModelDef,
    filter: Option<Expr>,
    keys: Option<Vec<Value>>,
    all_rows: bool,
) -> Result<ennead_core::Delete, Error> {
    let (target, when) = match (filter, keys, all_rows) {
        (Some(filter), None, false) => (Target::Filter(filter), None),
        (filter, Some(keys), false) => (Target::Keys(keys), filter),
        (None, None, true) => (Target::All, None),
        (None, None, false) => {
            return Err(Error::invalid(format!(
                "a bulk delete of {} needs `.filter(…)` or `.keys(…)`, or `.all_rows()` where every row is meant",
                model.name
            )));
        }
        _ => return Err(Error::invalid("`.all_rows()` excludes `.filter(…)` and `.keys(…)`")),
    };
    Ok(ennead_core::Delete { model: ModelRef(model), target, when })
}
