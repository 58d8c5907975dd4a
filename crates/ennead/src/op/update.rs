use std::marker::PhantomData;

use ennead_core::{
    Assignment, Column, Deleted, Dialect, Error, FieldType, Filter, IntoValue, Model, ModelDef, ModelRef,
    Role, Target, UpdateAccess, Value, Values, class, has_version,
};

use crate::exec::{self, Handle, Started};
use crate::op::{Narrow, in_tenant, narrow};
use crate::running::{Running, one};
use crate::scopes::UpdateScope;
use crate::sink::{MakeSink, Single};
use crate::statement::Statement;

/// Updates one row by its key: what `User::update(key)` gives, and what `UpdateUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Update<M> {
    pub(crate) update: ennead_core::Update,
    pub(crate) version: Option<i64>,
    pub(crate) narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

/// `.set(…)` and `.add(…)`, the same on every update: `$set` is the place that holds them.
macro_rules! assignments {
    ($($set:ident).+) => {
        /// Sets a column. The key, the tenant and immutable columns do not compile here.
        pub fn set<T: FieldType, A: UpdateAccess>(
            mut self,
            column: Column<M, T, A>,
            value: impl IntoValue<T>,
        ) -> Self {
            let value = value.into_value().encode();
            $crate::op::update::assign(&mut self.$($set).+, column.index(), value, false);
            self
        }

        /// Adds to a column, in the database: what others add at the same time is kept. NULL stays NULL.
        pub fn add<T: FieldType<Class: class::Numeric>, A: UpdateAccess>(
            mut self,
            column: Column<M, T, A>,
            amount: impl IntoValue<T>,
        ) -> Self {
            let value = amount.into_value().encode();
            $crate::op::update::assign(&mut self.$($set).+, column.index(), value, true);
            self
        }

        /// Puts a value at a path of a JSON column: object keys, and array positions as digits. What is missing on the way is
        /// made, as objects; in an array a position is replaced, and the next one appended. Changes apply in the order in which
        /// they are written. Where the path leads through anything else, nothing is changed: `is_invalid_input`.
        pub fn set_path<T, A, S>(
            mut self,
            column: Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
            value: impl Into<serde_json::Value>,
        ) -> Self
        where
            T: FieldType<Class = class::Json>,
            A: UpdateAccess,
            S: Into<String>,
        {
            let value = ennead_core::set_at(path.into_iter().map(Into::into).collect(), value.into());
            $crate::op::update::assign(&mut self.$($set).+, column.index(), value, true);
            self
        }

        /// Adds to the number at a path of a JSON column, in the database; where nothing is, it begins at 0. What is no number, and
        /// a sum of integers beyond an `i64`, is `is_invalid_input`.
        pub fn add_path<T, A, S>(
            mut self,
            column: Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
            amount: impl ennead_core::JsonAmount,
        ) -> Self
        where
            T: FieldType<Class = class::Json>,
            A: UpdateAccess,
            S: Into<String>,
        {
            let value = ennead_core::add_at(path.into_iter().map(Into::into).collect(), amount.into_json());
            $crate::op::update::assign(&mut self.$($set).+, column.index(), value, true);
            self
        }

        /// Takes away what is at a path of a JSON column, with those behind it moving up in an array. Where nothing is, nothing
        /// changes.
        pub fn remove_path<T, A, S>(
            mut self,
            column: Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
        ) -> Self
        where
            T: FieldType<Class = class::Json>,
            A: UpdateAccess,
            S: Into<String>,
        {
            let value = ennead_core::remove_at(path.into_iter().map(Into::into).collect());
            $crate::op::update::assign(&mut self.$($set).+, column.index(), value, true);
            self
        }
    };
}
pub(crate) use assignments;

pub(crate) fn assign(all: &mut Vec<Assignment>, column: u16, value: Value, add: bool) {
    all.push(Assignment { column, value, add });
}

impl<M: Model> Update<M> {
    pub(crate) fn new(key: Value) -> Self {
        Self { update: update(M::DEF, key), version: None, narrow: Narrow::NONE, marker: PhantomData }
    }

    /// Of a row that was read.
    pub(crate) fn of(row: M) -> Self {
        let (key, version) = key_and_version(row);
        Self { version, ..Self::new(key) }
    }

    assignments!(update.set);
    in_tenant!();

    /// Only while the row matches: else `is_conflict`. A second condition narrows the first.
    pub fn when(mut self, filter: Filter<M>) -> Self {
        narrow(&mut self.update.when, filter.into_expr());
        self
    }

    /// Only while the row has this `#[version]`: else `is_conflict`, and [`Error::version_conflicts`] tells both.
    pub fn expect_version(mut self, version: impl Into<i64>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show_update(dialect, locked(self.update.clone(), self.version)?)
    }

    /// Updates the row and gives it as stored.
    ///
    /// # Errors
    /// `is_not_found` where no row with that key is visible in the scope, `is_conflict` where the condition is not met or the row
    /// has another version than the one expected, a violated constraint, a value that does not fit.
    pub fn run(self, scope: &impl UpdateScope<M>) -> Running<'_, M> {
        let sink = Single::<M>::sink;
        Running { started: start(scope.handle(), self.narrow, self.update, self.version, sink), finish: one }
    }
}

/// What a model's crate does not compile for each model.
fn start(
    handle: Handle<'_>,
    narrow: Narrow,
    update: ennead_core::Update,
    version: Option<i64>,
    sink: MakeSink,
) -> Started<'_> {
    exec::start::update(handle, narrow, locked(update, version), sink)
}

/// An update that holds only while its row has a version.
fn locked(mut update: ennead_core::Update, version: Option<i64>) -> Result<ennead_core::Update, Error> {
    if let Some(version) = version {
        narrow(&mut update.when, has_version(update.model.0, version)?);
    }
    Ok(update)
}

/// What a row that was read is found by again, and its version where the model counts them.
pub(crate) fn key_and_version<M: Model>(row: M) -> (Value, Option<i64>) {
    let mut values = Values::new(M::DEF);
    row.encode(&mut values);
    let version = match M::DEF.role(Role::Version).and_then(|at| values.get(at)) {
        Some(Value::Int(version)) => Some(*version),
        _ => None,
    };
    (values.get(M::DEF.key.field).cloned().unwrap_or(Value::Null), version)
}

fn update(model: &'static ModelDef, key: Value) -> ennead_core::Update {
    ennead_core::Update {
        model: ModelRef(model),
        target: Target::Key(key),
        when: None,
        set: Vec::new(),
        returning: true,
        deleted: Deleted::Exclude,
    }
}

/// Brings a soft-deleted row back: what `User::restore(key)` gives.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Restore<M> {
    key: Value,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> Restore<M> {
    pub(crate) fn new(key: Value) -> Self {
        Self { key, narrow: Narrow::NONE, marker: PhantomData }
    }

    in_tenant!();

    /// Restores the row and gives it as stored.
    ///
    /// # Errors
    /// `is_invalid_input` for a model without a soft deletion; `is_not_found` where no deleted row with that key is
    /// visible in the scope; `is_unique_violation` where a living row took its unique value.
    pub fn run(self, scope: &impl UpdateScope<M>) -> Running<'_, M> {
        let sink = Single::<M>::sink;
        Running {
            started: exec::start::restore(scope.handle(), self.narrow, restore(M::DEF, self.key), sink),
            finish: one,
        }
    }
}

/// The update that brings a row back.
pub(crate) fn restore(model: &'static ModelDef, key: Value) -> Result<ennead_core::Update, Error> {
    if model.soft_delete().is_none() {
        return Err(Error::invalid(format!(
            "{} has no #[deleted_at] or #[soft_delete] field: nothing to restore",
            model.name
        )));
    }
    let set = model.unmarks();
    Ok(ennead_core::Update { set, deleted: Deleted::Only, ..update(model, key) })
}
