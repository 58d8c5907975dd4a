//! Why a write with an optimistic lock changed nothing: the versions that its rows have.

use std::collections::HashMap;

use ennead_core::{
    Deleted, Error, Expr, Guard, ModelDef, Operand, Operation, Select, Value, VersionConflict,
    changed_meanwhile, version_column,
};

use super::Handle;
use super::work::Work;
use crate::sink::{ValueRows, downcast};

/// The versions of the rows that match, by their keys.
async fn versions(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    guard: Guard,
    filter: Expr,
    deleted: Deleted,
) -> Result<HashMap<Value, i64>, Error> {
    let columns = vec![model.key.field, version_column(model)?];
    let kinds = columns.iter().map(|at| model.field(*at).kind).collect();
    let select = Select { filter: Some(filter), columns: Some(columns), deleted, ..Select::of(model) };
    let program = work.db.planner.plan(guard.over(Operation::Select(select)))?;
    let done = work
        .run(model, program, Box::new(ValueRows::new(kinds)))
        .await
        .map_err(|failed| failed.failure.error)?;
    let pair = |row: Vec<Value>| match <[Value; 2]>::try_from(row) {
        Ok([key, Value::Int(version)]) => Some((key, version)),
        _ => None,
    };
    Ok(downcast::<ValueRows>(done.sink)?.rows.into_iter().filter_map(pair).collect())
}

/// The error of a write of one row that must have a version; `None` where it has it, and something else is why.
pub(super) async fn explain_one(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    guard: Guard,
    filter: Expr,
    deleted: Deleted,
    expected: i64,
) -> Result<Option<Error>, Error> {
    let found = versions(work, model, guard, filter, deleted).await?.into_values().next();
    Ok(match found {
        None => Some(Error::not_found(model.name)),
        Some(found) if found != expected => {
            Some(changed_meanwhile(model, vec![VersionConflict { row: None, expected, found }]))
        }
        Some(_) => None,
    })
}

/// The error of a bulk update of which some rows changed nothing, and which was taken back: a missing row is told before those
/// that have another version.
pub(super) async fn explain_each(
    handle: Handle<'_>,
    model: &'static ModelDef,
    guard: Guard,
    rows: Vec<(Value, Option<i64>)>,
) -> Result<u64, Error> {
    let keys = rows.iter().map(|(key, _)| key.clone()).collect();
    let filter = Expr::In { left: Operand::Column(model.key.field), values: keys, negated: false };
    let mut work = Work::open(handle, false, false).await?;
    let found = versions(&mut work, model, guard, filter, Deleted::Exclude).await;
    let found = work.end(found).await?;
    let mut conflicts = Vec::new();
    for (row, (key, expected)) in rows.iter().enumerate() {
        let Some(found) = found.get(key) else { return Err(Error::not_found(model.name)) };
        if let Some(expected) = expected.filter(|expected| expected != found) {
            conflicts.push(VersionConflict { row: Some(row), expected, found: *found });
        }
    }
    Err(changed_meanwhile(model, conflicts))
}
