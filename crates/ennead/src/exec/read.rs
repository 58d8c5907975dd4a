//! Read, List, Count and aggregates.

use std::hash::{Hash, Hasher};

use ennead_core::{
    Aggregate, Count, Error, ErrorKind, Kind, Operation, OrderBy, Scope, Select, TenantId, Value,
    admit_operation,
};

use ennead_sql::Totals;

use super::work::Work;
use super::{Done, Handle};
use crate::sink::{Sink, ValueRows, downcast};

/// Runs a select; its rows go to the sink.
pub(crate) async fn select(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    select: Select,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let model = select.model.0;
    let mut operation = Operation::Select(select);
    admit_operation(&mut operation)?;
    let program = handle.db.planner.plan(handle.scoped(narrow.as_ref(), operation)?)?;
    let mut work = Work::open(handle, false, false).await?;
    let done = work.run(model, program, sink).await.map_err(|failed| failed.failure.error);
    work.end(done).await
}

/// Runs a count.
pub(crate) async fn count(handle: Handle<'_>, narrow: Option<TenantId>, count: Count) -> Result<u64, Error> {
    let model = count.model.0;
    let mut operation = Operation::Count(count);
    admit_operation(&mut operation)?;
    let program = handle.db.planner.plan(handle.scoped(narrow.as_ref(), operation)?)?;
    let mut work = Work::open(handle, false, false).await?;
    let sink = Box::new(ValueRows::new(vec![Kind::I64]));
    let done = work.run(model, program, sink).await.map_err(|failed| failed.failure.error);
    let done = work.end(done).await?;
    match downcast::<ValueRows>(done.sink)?.rows.first().and_then(|row| row.first()) {
        Some(Value::Int(count)) => Ok(count.unsigned_abs()),
        _ => Err(Error::new(ErrorKind::Decode, format!("{}: the count gave no number", model.name))),
    }
}

/// Runs an aggregate: the keys and what the rows amount to, for each group.
pub(crate) async fn aggregate(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    aggregate: Aggregate,
) -> Result<Vec<Vec<Value>>, Error> {
    let model = aggregate.model.0;
    let planner = &handle.db.planner;
    let totals = Totals::of(planner.dialect(), &aggregate);
    let mut operation = Operation::Aggregate(aggregate);
    admit_operation(&mut operation)?;
    let program = planner.plan(handle.scoped(narrow.as_ref(), operation)?)?;
    let mut work = Work::open(handle, false, false).await?;
    let sink = Box::new(ValueRows::new(program.shape.outputs.clone()));
    let done = work.run(model, program, sink).await.map_err(|failed| failed.failure.error);
    let done = work.end(done).await?;
    downcast::<ValueRows>(done.sink)?.rows.into_iter().map(|row| totals.read(row)).collect()
}

/// Makes an order total: the key is its last part, and the tenant with it where keys are the tenants' own and the scope
/// sees more than one of them.
pub(crate) fn complete_order(handle: Handle<'_>, narrow: &Option<TenantId>, select: &mut Select) {
    let model = select.model.0;
    let mut last = vec![model.key.field];
    if let (Some(tenant), Scope::AcrossTenants, None) = (model.tenant_field(), handle.scope, narrow) {
        last.insert(0, tenant);
    }
    // The direction of the last part asked for, so that one index serves the whole order.
    let descending = select.order.last().is_some_and(|by| by.descending);
    for column in last {
        if !select.order.iter().any(|by| by.column == column) {
            select.order.push(OrderBy { column, descending });
        }
    }
}

/// What a cursor is bound to: the model, the scope, the filter and the order.
pub(crate) fn page_digest(handle: Handle<'_>, narrow: &Option<TenantId>, select: &Select) -> u64 {
    let mut hasher = Digest(Vec::with_capacity(128));
    select.model.name.hash(&mut hasher);
    handle.scope.hash(&mut hasher);
    narrow.hash(&mut hasher);
    select.filter.hash(&mut hasher);
    select.order.hash(&mut hasher);
    (select.deleted as u8).hash(&mut hasher);
    hasher.finish()
}

/// A hasher that gives the same on every run, unlike the standard one.
struct Digest(Vec<u8>);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    fn finish(&self) -> u64 {
        ennead_core::naming::fnv1a(&self.0)
    }
}
