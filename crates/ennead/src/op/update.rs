use std::marker::PhantomData;

use ennead_core::{
    Assignment, Column, Deleted, Dialect, Error, FieldType, Filter, IntoValue, Model, ModelRef, Role, Target,
    UpdateAccess, Value, class,
};

use crate::exec;
use crate::op::{Narrow, in_tenant};
use crate::scopes::UpdateScope;
use crate::sink::{Rows, downcast};
use crate::statement::Statement;

/// Updates one row by its key: what `User::update(key)` gives, and what `UpdateUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Update<M> {
    pub(crate) key: Value,
    pub(crate) set: Vec<Assignment>,
    pub(crate) when: Option<Filter<M>>,
    pub(crate) narrow: Narrow,
}

/// `.set(…)` and `.add(…)`, the same on every update.
macro_rules! assignments {
    () => {
        /// Sets a column. The key, the tenant and immutable columns do not compile here.
        pub fn set<T: FieldType, A: UpdateAccess>(
            mut self,
            column: Column<M, T, A>,
            value: impl IntoValue<T>,
        ) -> Self {
            let value = value.into_value().encode();
            self.set.push(Assignment { column: column.index(), value, add: false });
            self
        }

        /// Adds to a column, in the database: what others add at the same time is kept. NULL stays NULL.
        pub fn add<T: FieldType<Class = class::Number>, A: UpdateAccess>(
            mut self,
            column: Column<M, T, A>,
            amount: impl IntoValue<T>,
        ) -> Self {
            let value = amount.into_value().encode();
            self.set.push(Assignment { column: column.index(), value, add: true });
            self
        }
    };
}
pub(crate) use assignments;

impl<M: Model> Update<M> {
    pub(crate) fn new(key: Value) -> Self {
        Self { key, set: Vec::new(), when: None, narrow: Narrow::default() }
    }

    assignments!();
    in_tenant!();

    /// Only while the row matches: else `is_conflict`. A second condition narrows the first.
    pub fn when(mut self, filter: Filter<M>) -> Self {
        self.when = Some(match self.when.take() {
            Some(first) => first.and(filter),
            None => filter,
        });
        self
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show_update(dialect, update(self.key.clone(), self.set.clone(), self.when.clone()))
    }

    /// Updates the row and gives it as stored.
    ///
    /// # Errors
    /// `is_not_found` where no row with that key is visible in the scope, `is_conflict` where the condition is not met,
    /// a violated constraint, a value that does not fit.
    pub async fn run(self, scope: &impl UpdateScope<M>) -> Result<M, Error> {
        let narrow = self.narrow.take()?;
        let operation = update(self.key, self.set, self.when);
        let sink = Box::new(Rows::<M>(Vec::with_capacity(1)));
        let done = exec::update(scope.handle(), narrow, operation, sink).await?;
        exec::one(downcast::<Rows<M>>(done.sink)?.0, M::DEF)
    }
}

fn update<M: Model>(key: Value, set: Vec<Assignment>, when: Option<Filter<M>>) -> ennead_core::Update {
    ennead_core::Update {
        model: ModelRef(M::DEF),
        target: Target::Key(key),
        when: when.map(Filter::into_expr),
        set,
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
        Self { key, narrow: Narrow::default(), marker: PhantomData }
    }

    in_tenant!();

    /// Restores the row and gives it as stored.
    ///
    /// # Errors
    /// `is_invalid_input` for a model without `#[deleted_at]`; `is_not_found` where no deleted row with that key is
    /// visible in the scope; `is_unique_violation` where a living row took its unique value.
    pub async fn run(self, scope: &impl UpdateScope<M>) -> Result<M, Error> {
        let Some(column) = M::DEF.role(Role::DeletedAt) else {
            return Err(Error::invalid(format!(
                "{} has no #[deleted_at] field: nothing to restore",
                M::DEF.name
            )));
        };
        let mut operation =
            update::<M>(self.key, vec![Assignment { column, value: Value::Null, add: false }], None);
        operation.deleted = Deleted::Only;
        let sink = Box::new(Rows::<M>(Vec::with_capacity(1)));
        let done = exec::update(scope.handle(), self.narrow.take()?, operation, sink).await?;
        exec::one(downcast::<Rows<M>>(done.sink)?.0, M::DEF)
    }
}
