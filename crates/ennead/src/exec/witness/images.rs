//! Rows as they are, read and locked in the transaction of a write.

use std::collections::{HashMap, HashSet};

use ennead_core::{
    Compare, Deleted, Error, Expr, Guard, ModelDef, Operand, Operation, OrderBy, RowLock, Scope, Select,
    Target, Value,
};

use super::super::work::Work;
use super::super::{Handle, ambiguous};
use crate::observe::{ChangeKind, RawChange};
use crate::sink::{ValueRows, downcast};

/// All values of a row, in the order of the fields.
pub(super) type Image = Vec<Value>;

/// What tells rows of a model apart: the key, and the tenant where keys are the tenants' own.
pub(super) type Identity = (Option<Value>, Value);

pub(super) fn identity(model: &ModelDef, image: &Image) -> Identity {
    let tenant = model.tenant_field().filter(|_| !model.key_is_global());
    (tenant.map(|at| image[at as usize].clone()), image[model.key.field as usize].clone())
}

/// A sink for whole rows of a model.
pub(super) fn sink(model: &ModelDef) -> Box<ValueRows> {
    Box::new(ValueRows::new(model.fields.iter().map(|field| field.kind).collect()))
}

/// Reads the rows that a guard and a filter let in; with a lock, until the transaction ends. They come in the order of their keys, so that
/// two writes of the same rows wait for one another rather than each for the other.
pub(super) async fn read(
    handle: Handle<'_>,
    model: &'static ModelDef,
    guard: Guard,
    filter: Option<Expr>,
    deleted: Deleted,
    lock: Option<RowLock>,
) -> Result<Vec<Image>, Error> {
    let by = |column: u16| OrderBy { column, descending: false };
    let tenant = model.tenant_field().filter(|_| !model.key_is_global() && guard == Guard::Open);
    let order = tenant.into_iter().chain([model.key.field]).map(by).collect();
    let select = Select { filter, deleted, order, lock, ..Select::of(model) };
    let program = handle.db.planner.plan(guard.over(Operation::Select(select)))?;
    let mut work = Work::open(handle, false, false).await?;
    let done = work.run(model, program, sink(model)).await.map_err(|failed| failed.failure.error);
    let done = work.end(done).await?;
    Ok(downcast::<ValueRows>(done.sink)?.rows)
}

/// The condition that a write's target and its condition put on the rows.
pub(super) fn condition(model: &ModelDef, target: &Target, when: Option<&Expr>) -> Option<Expr> {
    let left = Operand::Column(model.key.field);
    let target = match target {
        Target::Key(value) => Some(Expr::Compare { left, op: Compare::Eq, value: value.clone() }),
        Target::Keys(values) => Some(Expr::In { left, values: values.clone(), negated: false }),
        Target::Filter(filter) => Some(filter.clone()),
        Target::All => None,
    };
    match (target, when.cloned()) {
        (Some(target), Some(when)) => Some(target.and(when)),
        (target, when) => target.or(when),
    }
}

/// The same write, of just these rows.
pub(super) fn restricted(
    model: &'static ModelDef,
    scope: &Scope,
    target: Target,
    images: &[Image],
) -> Target {
    if matches!(target, Target::Key(_)) {
        return target;
    }
    let key = |image: &Image| image[model.key.field as usize].clone();
    let Some(tenant) = model.tenant_field().filter(|_| !model.key_is_global() && sees_all(scope)) else {
        return Target::Keys(images.iter().map(key).collect());
    };
    let mut of: HashMap<Value, Vec<Value>> = HashMap::new();
    for image in images {
        of.entry(image[tenant as usize].clone()).or_default().push(key(image));
    }
    let own = |(value, values): (Value, Vec<Value>)| {
        Expr::And(vec![
            Expr::Compare { left: Operand::Column(tenant), op: Compare::Eq, value },
            Expr::In { left: Operand::Column(model.key.field), values, negated: false },
        ])
    };
    Target::Filter(Expr::Or(of.into_iter().map(own).collect()))
}

/// Whether rows of more than one tenant may be among those that a scope sees.
pub(super) fn sees_all(scope: &Scope) -> bool {
    matches!(scope, Scope::AcrossTenants)
}

/// What no row fulfils.
pub(super) fn never(model: &ModelDef) -> Expr {
    Expr::In { left: Operand::Column(model.key.field), values: Vec::new(), negated: false }
}

/// Refuses rows of which two have the same key.
pub(super) fn must_be_single(model: &'static ModelDef, images: &[Image]) -> Result<(), Error> {
    let mut seen = HashSet::with_capacity(images.len());
    match images.iter().all(|image| seen.insert(&image[model.key.field as usize])) {
        true => Ok(()),
        false => Err(ambiguous(model)),
    }
}

/// Rows as they are beside what they were.
pub(super) fn paired(
    model: &'static ModelDef,
    kind: ChangeKind,
    before: Vec<Image>,
    after: &[Image],
) -> Vec<RawChange> {
    let mut before: HashMap<Identity, Image> =
        before.into_iter().map(|image| (identity(model, &image), image)).collect();
    let change = |after: &Image| RawChange {
        kind,
        before: before.remove(&identity(model, after)),
        after: Some(after.clone()),
    };
    after.iter().map(change).collect()
}
