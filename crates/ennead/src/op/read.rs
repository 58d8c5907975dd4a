use std::marker::PhantomData;

use ennead_core::{Compare, Dialect, Error, Expr, Model, ModelRef, Operand, Operation, Select, Value};

use crate::exec;
use crate::op::{Narrow, in_tenant};
use crate::scopes::Scope;
use crate::sink::{Rows, downcast};
use crate::statement::Statement;

/// Reads one row by its key: what `User::read(key)` gives, and what `ReadUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Read<M> {
    key: Value,
    deleted: ennead_core::Deleted,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> Read<M> {
    pub(crate) fn new(key: Value) -> Self {
        Self { key, deleted: Default::default(), narrow: Narrow::default(), marker: PhantomData }
    }

    in_tenant!();

    /// Sees a soft-deleted row too.
    pub fn with_deleted(mut self) -> Self {
        self.deleted = ennead_core::Deleted::Include;
        self
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A key that does not fit.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show(dialect, Operation::Select(select::<M>(self.key.clone(), self.deleted)))
    }

    /// Reads the row.
    ///
    /// # Errors
    /// `is_not_found` where no row with that key is visible in the scope; under `across_tenants`, `is_invalid_input`
    /// where more than one tenant has that key.
    pub async fn run(self, scope: &impl Scope<M>) -> Result<M, Error> {
        self.optional(scope).await?.ok_or_else(|| Error::not_found(M::DEF.name))
    }

    /// Reads the row, or gives `None`.
    ///
    /// # Errors
    /// As [`run`](Self::run), but for the row that is not there.
    pub async fn optional(self, scope: &impl Scope<M>) -> Result<Option<M>, Error> {
        let narrow = self.narrow.take()?;
        let sink = Box::new(Rows::<M>(Vec::with_capacity(1)));
        let select = select::<M>(self.key, self.deleted);
        let mut rows = downcast::<Rows<M>>(exec::select(scope.handle(), narrow, select, sink).await?.sink)?.0;
        if rows.len() > 1 {
            return Err(exec::ambiguous(M::DEF));
        }
        Ok(rows.pop())
    }
}

fn select<M: Model>(key: Value, deleted: ennead_core::Deleted) -> Select {
    Select {
        model: ModelRef(M::DEF),
        filter: Some(Expr::Compare { left: Operand::Column(M::DEF.key.field), op: Compare::Eq, value: key }),
        order: Vec::new(),
        limit: None,
        offset: 0,
        after: None,
        columns: None,
        deleted,
    }
}
