use std::marker::PhantomData;

use ennead_core::{
    Assignment, Column, Deleted, Dialect, Error, Expr, FieldType, IntoValue, Model, ModelDef, ModelRef,
    RowUpdate, Target, UpdateAccess, class,
};

use crate::exec;
use crate::op::update::assignments;
use crate::op::{BulkResult, Narrow, Update, filtered, in_tenant};
use crate::running::{Running, bulk_result};
use crate::scopes::UpdateScope;
use crate::sink::{Nothing, Rows, rows};
use crate::statement::Statement;

/// Updates all rows that match, in the same way: what `User::bulk_update()` gives, and what `BulkUpdateUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct BulkUpdate<M> {
    filter: Option<Expr>,
    all_rows: bool,
    set: Vec<Assignment>,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> BulkUpdate<M> {
    pub(crate) fn new() -> Self {
        Self { filter: None, all_rows: false, set: Vec::new(), narrow: Narrow::NONE, marker: PhantomData }
    }

    filtered!(filter);
    assignments!(set);
    in_tenant!();

    /// Every row of the scope: without it, an update without a filter is an error.
    pub fn all_rows(mut self) -> Self {
        self.all_rows = true;
        self
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        let operation = operation(M::DEF, self.filter.clone(), self.all_rows, self.set.clone(), false)?;
        exec::show_update(dialect, operation)
    }

    /// Updates the rows.
    ///
    /// # Errors
    /// `is_invalid_input` without a filter; a violated constraint or a value that does not fit: then no row is changed.
    pub fn run(self, scope: &impl UpdateScope<M>) -> Running<'_, BulkResult> {
        let update = operation(M::DEF, self.filter, self.all_rows, self.set, false);
        Running {
            started: exec::start::update(scope.handle(), self.narrow, update, Nothing::sink),
            finish: bulk_result,
        }
    }

    /// Updates the rows and gives them as stored, in no particular order.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn returning(self, scope: &impl UpdateScope<M>) -> Running<'_, Vec<M>> {
        let update = operation(M::DEF, self.filter, self.all_rows, self.set, true);
        Running {
            started: exec::start::update(scope.handle(), self.narrow, update, Rows::<M>::sink),
            finish: rows,
        }
    }
}

fn operation(
    model: &'static ModelDef,
    filter: Option<Expr>,
    all_rows: bool,
    set: Vec<Assignment>,
    returning: bool,
) -> Result<ennead_core::Update, Error> {
    let target = match (filter, all_rows) {
        (Some(filter), false) => Target::Filter(filter),
        (None, true) => Target::All,
        (Some(_), true) => {
            return Err(Error::invalid("`.filter(…)` and `.all_rows()` exclude each other"));
        }
        (None, false) => {
            return Err(Error::invalid(format!(
                "a bulk update of {} needs `.filter(…)`, or `.all_rows()` where every row is meant",
                model.name
            )));
        }
    };
    let model = ModelRef(model);
    Ok(ennead_core::Update { model, target, when: None, set, returning, deleted: Deleted::Exclude })
}

/// Updates many rows, each in its own way, all or none.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct BulkUpdateEach<M> {
    updates: Vec<Update<M>>,
    narrow: Narrow,
}

impl<M: Model> BulkUpdateEach<M> {
    pub(crate) fn new(updates: impl IntoIterator<Item = Update<M>>) -> Self {
        Self { updates: updates.into_iter().collect(), narrow: Narrow::NONE }
    }

    in_tenant!();

    /// Updates the rows. None at all: nothing happens, and no SQL is sent.
    ///
    /// # Errors
    /// `is_not_found` where one of the keys is not visible in the scope, `is_conflict` where rows have other versions than those
    /// expected, `is_unique_violation` where a key stands twice, a violated constraint or a value that does not fit: then no
    /// row is changed.
    pub fn run(self, scope: &impl UpdateScope<M>) -> Running<'_, BulkResult> {
        let one = |update: Update<M>| (update.update, update.version, update.narrow);
        let updates = self.updates.into_iter().map(one).collect();
        let started = exec::start::update_each(scope.handle(), self.narrow, M::DEF, each(updates));
        Running { started, finish: bulk_result }
    }
}

fn each(updates: Vec<(ennead_core::Update, Option<i64>, Narrow)>) -> Result<Vec<RowUpdate>, Error> {
    let mut rows = Vec::with_capacity(updates.len());
    for (update, version, narrow) in updates {
        let alone = update.when.is_none() && narrow.take()?.is_none();
        match update.target {
            Target::Key(key) if alone => rows.push(RowUpdate { key, version, set: update.set }),
            _ => {
                return Err(Error::invalid(
                    "an update in `bulk_update_each` takes neither `.when(…)` nor `.in_tenant(…)` of its own; `.expect_version(n)` it does",
                ));
            }
        }
    }
    Ok(rows)
}
