//! A table from its first row to its last, page by page in the order of the keys, and whose each row is.

use ennead_core::{Error, Guard, ModelDef, Operation, Scope, Select, Tenancy, Value};

use super::work::Work;
use super::{Handle, complete_order, key_text, witness};
use crate::sink::{ValueRows, downcast};

/// What is read of each row: its key, what tells whose it is, and some columns.
pub(super) struct Walk {
    pub(super) model: &'static ModelDef,
    columns: Vec<u16>,
}

impl Walk {
    pub(super) fn of(model: &'static ModelDef, columns: impl IntoIterator<Item = u16>) -> Self {
        let owner = match model.tenancy {
            Tenancy::Column { field, .. } | Tenancy::Via { field } => Some(field),
            Tenancy::Root | Tenancy::Global => None,
        };
        let mut all = vec![model.key.field];
        for at in owner.into_iter().chain(columns) {
            if !all.contains(&at) {
                all.push(at);
            }
        }
        Self { model, columns: all }
    }

    pub(super) fn select(&self) -> Select {
        Select { columns: Some(self.columns.clone()), ..Select::of(self.model) }
    }

    pub(super) fn value(&self, row: &[Value], column: u16) -> Value {
        let at = self.columns.iter().position(|at| *at == column);
        at.and_then(|at| row.get(at)).cloned().unwrap_or(Value::Null)
    }

    pub(super) fn key(&self, row: &[Value]) -> Value {
        self.value(row, self.model.key.field)
    }

    /// The rows in the scope, those among them that others share left out, so many at a time.
    ///
    /// # Errors
    /// The scope may not see such rows at all.
    pub(super) fn pages(&self, scope: &Scope, select: Select, size: u64) -> Result<Pages<'_>, Error> {
        scope.apply(Operation::Select(select.clone()))?;
        Ok(Pages { walk: self, guard: scope.guard(self.model, false)?, select, size, ended: false })
    }

    /// What a select of these columns gives.
    pub(super) async fn read(
        &self,
        work: &mut Work<'_>,
        guard: Guard,
        select: Select,
    ) -> Result<Vec<Vec<Value>>, Error> {
        let kinds = self.columns.iter().map(|at| self.model.field(*at).kind).collect();
        let program = work.db.planner.plan(guard.over(Operation::Select(select)))?;
        let done = work.run(self.model, program, Box::new(ValueRows::new(kinds))).await;
        Ok(downcast::<ValueRows>(done.map_err(|failed| failed.failure.error)?.sink)?.rows)
    }

    /// The same by itself.
    pub(super) async fn read_alone(
        &self,
        handle: Handle<'_>,
        guard: Guard,
        select: Select,
    ) -> Result<Vec<Vec<Value>>, Error> {
        let mut work = Work::open(handle, false, false).await?;
        let rows = self.read(&mut work, guard, select).await;
        work.end(rows).await
    }

    /// The tenant of each row.
    pub(super) async fn owners(
        &self,
        handle: Handle<'_>,
        rows: &[Vec<Value>],
    ) -> Result<Vec<Option<String>>, Error> {
        let of_column = |at: u16| rows.iter().map(|row| Some(key_text(&self.value(row, at)))).collect();
        Ok(match self.model.tenancy {
            Tenancy::Global => vec![None; rows.len()],
            Tenancy::Root => of_column(self.model.key.field),
            Tenancy::Column { field, .. } => of_column(field),
            Tenancy::Via { field } => match handle.scope.guard(self.model, false)?.tenant() {
                Some(tenant) => vec![Some(key_text(tenant)); rows.len()],
                None => {
                    let keys = rows.iter().map(|row| self.value(row, field)).collect();
                    witness::tenants_via(handle, self.model, field, keys).await?
                }
            },
        })
    }
}

/// A walk under way.
pub(super) struct Pages<'a> {
    walk: &'a Walk,
    guard: Guard,
    select: Select,
    size: u64,
    ended: bool,
}

impl Pages<'_> {
    /// The next rows; none behind the last.
    pub(super) async fn next(&mut self, handle: Handle<'_>) -> Result<Option<Vec<Vec<Value>>>, Error> {
        if self.ended {
            return Ok(None);
        }
        complete_order(handle, &None, &mut self.select);
        let select = Select { limit: Some(self.size), ..self.select.clone() };
        let page = self.walk.read_alone(handle, self.guard.clone(), select).await?;
        self.ended = (page.len() as u64) < self.size;
        let Some(last) = page.last() else { return Ok(None) };
        let after = self.select.order.iter().map(|by| self.walk.value(last, by.column));
        self.select.after = Some(after.collect());
        Ok(Some(page))
    }
}
