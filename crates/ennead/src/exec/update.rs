//! Update and BulkUpdate.

use std::collections::HashMap;

use ennead_core::{
    Assignment, Compare, Count, Error, Expr, Guard, ModelDef, ModelRef, Operand, Operation, Scoped, Target,
    TenantId, Update, UpdateEach, Value, admit_operation, always_set, fill_assignments, refuse_duplicates,
};
use ennead_sql::Batch;

use super::probe::{check_parents, check_single, explain};
use super::work::{Failed, Work};
use super::{Done, Handle};
use crate::sink::{Nothing, Sink};

/// Updates rows, all in the same way.
pub(crate) async fn update(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    mut update: Update,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let model = update.model.0;
    fill_assignments(model, &mut update.set, &handle.db.sources)?;
    update_filled(handle, narrow, update, sink).await
}

/// Updates rows with assignments that are complete.
pub(super) async fn update_filled(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    update: Update,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let model = update.model.0;
    let mut operation = Operation::Update(update);
    admit_operation(&mut operation)?;
    let scoped = handle.scoped(narrow.as_ref(), operation)?;
    let Operation::Update(update) = scoped.operation().clone() else {
        return Err(Error::invalid("no update"));
    };
    if matches!(&update.target, Target::Keys(keys) if keys.is_empty()) {
        return Ok(Done { affected: 0, sink });
    }
    let atomic = !scoped.parents().is_empty() || scoped.must_be_single();
    let mut work = Work::open(handle, true, atomic).await?;
    let result = run(&mut work, model, scoped, &update, sink).await;
    work.end(result).await
}

async fn run(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    scoped: Scoped,
    update: &Update,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let guard = scoped.guard().clone();
    if scoped.must_be_single() {
        check_single(work, model, keys_of(&update.target)).await?;
    }
    let value_of = |column: u16| {
        update.set.iter().find(|set| set.column == column && !set.add).map(|set| set.value.clone())
    };
    check_parents(work, model, scoped.parents(), |column| value_of(column).into_iter().collect()).await?;
    let program = work.db.planner.plan(scoped)?;
    let done = match work.run(model, program, sink).await {
        Ok(done) => done,
        Err(failed) => {
            let written = |_: &Failed, at: u16| value_of(at);
            return Err(explain(work, model, failed, written, &guard).await);
        }
    };
    if done.affected == 0
        && let Target::Key(key) = &update.target
    {
        return Err(missed(work, model, guard, key, update.when.is_some(), update.deleted).await);
    }
    Ok(done)
}

pub(super) fn keys_of(target: &Target) -> Vec<Value> {
    match target {
        Target::Key(key) => vec![key.clone()],
        Target::Keys(keys) => keys.clone(),
        Target::Filter(_) | Target::All => Vec::new(),
    }
}

/// Why a write by key changed nothing: the row is not there for this scope, or its condition is not met.
pub(super) async fn missed(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    guard: Guard,
    key: &Value,
    conditional: bool,
    deleted: ennead_core::Deleted,
) -> Error {
    if !conditional {
        return Error::not_found(model.name);
    }
    let filter =
        Expr::Compare { left: Operand::Column(model.key.field), op: Compare::Eq, value: key.clone() };
    let count = Count { model: ModelRef(model), filter: Some(filter), deleted };
    let asked = match work.db.planner.plan(guard.over(Operation::Count(count))) {
        Ok(program) => work.ask(model, program).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(0) => Error::not_found(model.name),
        Ok(_) => Error::new(
            ennead_core::ErrorKind::Conflict,
            format!("{}: the row is there, but the condition of the write is not met", model.name),
        )
        .with_model(model.name),
        Err(error) => error,
    }
}

/// Updates rows, each in its own way, all or none.
pub(crate) async fn update_each(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    updates: Vec<(Value, Vec<Assignment>)>,
) -> Result<u64, Error> {
    if updates.is_empty() {
        return Ok(0);
    }
    let wanted = updates.len() as u64;
    let mut operations = Vec::new();
    for group in grouped(handle, model, updates)? {
        operations.push(handle.scoped(narrow.as_ref(), Operation::UpdateEach(group))?);
    }
    let mut work = Work::open(handle, true, true).await?;
    let result = run_each(&mut work, model, operations).await.and_then(|affected| {
        if affected == wanted {
            return Ok(affected);
        }
        Err(Error::not_found(model.name))
    });
    work.end(result).await
}

/// The updates that set the same columns, together.
fn grouped(
    handle: Handle<'_>,
    model: &'static ModelDef,
    updates: Vec<(Value, Vec<Assignment>)>,
) -> Result<Vec<UpdateEach>, Error> {
    let mut groups: Vec<UpdateEach> = Vec::new();
    let mut by_columns: HashMap<Vec<(u16, bool)>, usize> = HashMap::new();
    let always = always_set(model, &handle.db.sources);
    for (mut key, mut set) in updates {
        ennead_core::admit_operand(model, model.key_field(), &mut key)?;
        ennead_core::check_assignments(model, &mut set, &always)?;
        set.sort_by_key(|set| set.column);
        let columns: Vec<(u16, bool)> = set.iter().map(|set| (set.column, set.add)).collect();
        let group = *by_columns.entry(columns.clone()).or_insert_with(|| {
            groups.push(UpdateEach { model: ModelRef(model), columns, rows: Vec::new() });
            groups.len() - 1
        });
        let row = std::iter::once(key).chain(set.into_iter().map(|set| set.value)).collect();
        groups[group].rows.push(row);
    }
    refuse_duplicates(model, groups.iter().flat_map(|group| group.rows.iter().map(|row| &row[0])))?;
    Ok(groups)
}

async fn run_each(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    operations: Vec<Scoped>,
) -> Result<u64, Error> {
    let mut affected = 0;
    for scoped in operations {
        let guard = scoped.guard().clone();
        let Operation::UpdateEach(each) = scoped.operation().clone() else { continue };
        if scoped.must_be_single() {
            check_single(work, model, each.rows.iter().map(|row| row[0].clone()).collect()).await?;
        }
        let position =
            |column: u16| each.columns.iter().position(|(at, add)| *at == column && !add).map(|at| at + 1);
        let values = |column: u16| {
            position(column).map_or_else(Vec::new, |at| each.rows.iter().map(|row| row[at].clone()).collect())
        };
        check_parents(work, model, scoped.parents(), values).await?;
        let program = work.db.planner.plan(scoped)?;
        match work.run(model, program, Box::new(Nothing)).await {
            Ok(done) => affected += done.affected,
            Err(failed) => {
                let written = |failed: &Failed, at: u16| match &failed.program.as_ref()?.batch {
                    Batch::Rows(rows) => rows.get(failed.failure.execution)?.get(position(at)?).cloned(),
                    _ => None,
                };
                return Err(explain(work, model, failed, written, &guard).await);
            }
        }
    }
    Ok(affected)
}
