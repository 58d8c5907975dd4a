use std::fmt;
use std::marker::PhantomData;

use ennead_core::{Column, Columns, CreateAccess, Dialect, Error, FieldType, IntoValue, Model, Values};

use crate::exec;
use crate::op::{Narrow, OnConflict, in_tenant};
use crate::running::{Running, one};
use crate::scopes::CreateScope;
use crate::sink::Single;
use crate::statement::Statement;

/// Creates one row: what `User::create(new)` gives, and what `CreateUserNode` names.
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Create<M> {
    pub(crate) values: Values,
    pub(crate) narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> fmt::Debug for Create<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Create").field("model", &M::DEF.name).finish_non_exhaustive()
    }
}

impl<M: Model> Create<M> {
    /// Starts from the required fields.
    pub fn from_new(new: M::New) -> Self {
        let mut values = Values::new(M::DEF);
        M::encode_new(new, &mut values);
        Self { values, narrow: Narrow::NONE, marker: PhantomData }
    }

    /// Starts from a whole row: its key and times are kept; its tenant must be the scope's.
    pub fn from_row(row: M) -> Self {
        let mut values = Values::new(M::DEF);
        row.encode(&mut values);
        Self { values, narrow: Narrow::NONE, marker: PhantomData }
    }

    /// Sets an optional, defaulted or generated field; a required one again.
    pub fn set<T: FieldType, A: CreateAccess>(
        mut self,
        column: Column<M, T, A>,
        value: impl IntoValue<T>,
    ) -> Self {
        self.values.set(column.index(), value.into_value().encode());
        self
    }

    in_tenant!();

    /// What to do where a row with the same unique value is there already. The columns name a declared unique (or the
    /// key); the tenant's column is added.
    pub fn on_conflict(self, unique: impl Columns<M>) -> OnConflict<M> {
        OnConflict::new(self, unique.indexes())
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show_insert(dialect, M::DEF, vec![self.values.clone()], None)
    }

    /// Creates the row and gives it as stored.
    ///
    /// # Errors
    /// `is_unique_violation`, `is_foreign_key_violation`, `is_check_violation`; `is_invalid_input` for a value that does
    /// not fit; a connection or time limit error.
    pub fn run(self, scope: &impl CreateScope<M>) -> Running<'_, M> {
        let sink = Single::<M>::sink;
        let created = exec::start::create(scope.handle(), self.narrow, M::DEF, self.values, None, sink);
        Running { started: created, finish: one }
    }
}
