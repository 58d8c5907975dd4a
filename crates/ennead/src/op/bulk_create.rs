use std::fmt;

use ennead_core::{Columns, Dialect, Error, Model, TenantId, Values};

use crate::exec;
use crate::op::{BulkResult, Create, Narrow, OnConflictBulk, in_tenant};
use crate::running::{Running, bulk_result};
use crate::scopes::CreateScope;
use crate::sink::{MakeSink, Rows, rows};
use crate::statement::Statement;

/// Creates many rows, all or none: what `User::bulk_create(rows)` gives, and what `BulkCreateUserNode` names.
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct BulkCreate<M> {
    pub(crate) rows: Vec<Create<M>>,
    pub(crate) narrow: Narrow,
}

impl<M: Model> fmt::Debug for BulkCreate<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkCreate").field("model", &M::DEF.name).field("rows", &self.rows.len()).finish()
    }
}

impl<M: Model> BulkCreate<M> {
    pub(crate) fn new(rows: impl Iterator<Item = Create<M>>) -> Self {
        Self { rows: rows.collect(), narrow: Narrow::NONE }
    }

    in_tenant!();

    /// What to do where rows with the same unique value are there already.
    pub fn on_conflict(self, unique: impl Columns<M>) -> OnConflictBulk<M> {
        OnConflictBulk::new(self, unique.indexes())
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`. Many rows may go to Postgres
    /// as COPY instead, with the same values.
    ///
    /// # Errors
    /// A value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show_insert(dialect, M::DEF, self.rows.iter().map(|row| row.values.clone()).collect(), None)
    }

    /// Creates the rows. None at all: nothing happens, and no SQL is sent.
    ///
    /// # Errors
    /// A violated constraint or a value that does not fit: then no row is created.
    pub fn run(self, scope: &impl CreateScope<M>) -> Running<'_, BulkResult> {
        let started = exec::start::bulk_create(scope.handle(), M::DEF, self.into_values(), None, None);
        Running { started, finish: bulk_result }
    }

    /// Creates the rows and gives them as stored, in the order given.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn returning(self, scope: &impl CreateScope<M>) -> Running<'_, Vec<M>> {
        let (values, sink): (_, MakeSink) = (self.into_values(), Rows::<M>::sink);
        let started = exec::start::bulk_create(scope.handle(), M::DEF, values, None, Some(sink));
        Running { started, finish: rows }
    }

    /// The rows' values and the tenant they are narrowed to; a row's own `.in_tenant` counts where all agree.
    pub(crate) fn into_values(self) -> Result<(Option<TenantId>, Vec<Values>), Error> {
        let whole = self.narrow.take()?;
        let mut agreed = whole.clone();
        let mut values = Vec::with_capacity(self.rows.len());
        for (at, row) in self.rows.into_iter().enumerate() {
            // A row that names no tenant of its own takes that of the whole, never that of its neighbours.
            let own = row.narrow.take()?.or_else(|| whole.clone());
            if at == 0 {
                agreed = own;
            } else if agreed != own {
                return Err(mixed_tenants());
            }
            values.push(row.values);
        }
        if whole.is_some() && agreed != whole {
            return Err(mixed_tenants());
        }
        Ok((agreed, values))
    }
}

/// Rows of one bulk operation that name several tenants, or of which some name one and some do not.
pub(crate) fn mixed_tenants() -> Error {
    Error::invalid("the rows of one bulk operation belong to one tenant: say it once, on the whole")
}

/// Creates many rows and settles conflicts, all or none.
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct BulkUpsert<M> {
    pub(crate) rows: BulkCreate<M>,
    pub(crate) conflict: ennead_core::Conflict,
}

impl<M: Model> fmt::Debug for BulkUpsert<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkUpsert").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<M: Model> BulkUpsert<M> {
    in_tenant!(rows.narrow);
    crate::op::upsert::conflict_actions!();

    /// Creates or changes the rows; `affected` counts those created and those changed, not those left.
    ///
    /// # Errors
    /// A violated constraint or a value that does not fit: then nothing happens.
    pub fn run(self, scope: &impl CreateScope<M>) -> Running<'_, BulkResult> {
        let (values, conflict) = (self.rows.into_values(), Some(self.conflict));
        let started = exec::start::bulk_create(scope.handle(), M::DEF, values, conflict, None);
        Running { started, finish: bulk_result }
    }

    /// Creates or changes the rows and gives them as stored; those left as they were do not come back.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn returning(self, scope: &impl CreateScope<M>) -> Running<'_, Vec<M>> {
        let (values, conflict) = (self.rows.into_values(), Some(self.conflict));
        let sink: MakeSink = Rows::<M>::sink;
        let started = exec::start::bulk_create(scope.handle(), M::DEF, values, conflict, Some(sink));
        Running { started, finish: rows }
    }
}
