//! Update and BulkUpdate.

use std::collections::HashMap;

use ennead_core::{
    Assignment, Compare, Count, Deleted, Error, Expr, Guard, ModelDef, ModelRef, Operand, Operation,
    RowUpdate, Scoped, Target, TenantId, Update, UpdateEach, Value, admit_operation, always_set,
    expected_version, fill_assignments, refuse_duplicates, version_column,
};
use ennead_sql::Batch;

use super::kept::{Kept, behind};
use super::probe::{check_parents, check_single, explain};
use super::work::{Failed, Work};
use super::{Done, Handle, seal, stale, witness};
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
    let nothing = matches!(&update.target, Target::Keys(keys) if keys.is_empty());
    match handle.watch(update.model.0)?.filter(|_| !nothing) {
        Some(watch) => witness::update(handle, watch, narrow, update, sink).await,
        None => update_unwatched(handle, narrow, update, sink).await,
    }
}

/// The same, whoever watches.
pub(super) async fn update_unwatched(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    mut update: Update,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let model = update.model.0;
    let kept = Kept::of(model, update.set.iter().map(|set| (set.column, set.add)));
    let hands_on = update.returning;
    update.returning |= kept.is_some();
    let mut operation = Operation::Update(update);
    admit_operation(&mut operation)?;
    let scoped = handle.scoped(narrow.as_ref(), operation)?;
    if let Operation::Update(update) = scoped.operation()
        && matches!(&update.target, Target::Keys(keys) if keys.is_empty())
    {
        return Ok(Done { affected: 0, sink });
    }
    let atomic = !scoped.parents().is_empty() || scoped.must_be_single() || kept.is_some();
    let mut work = Work::open(handle, true, atomic).await?;
    let result = match kept {
        Some(kept) => run(&mut work, model, scoped, kept.before(sink, hands_on)).await.and_then(behind),
        None => run(&mut work, model, scoped, sink).await,
    };
    work.end(result).await
}

async fn run(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    scoped: Scoped,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let guard = scoped.guard().clone();
    let Operation::Update(update) = scoped.operation() else { return Err(Error::invalid("no update")) };
    if scoped.must_be_single() {
        check_single(work, model, keys_of(&update.target)).await?;
    }
    let missing = Missing::of(model, &update.target, update.when.as_ref(), update.deleted);
    // Foreign keys are asked about their values, before and after; nothing else is needed twice.
    let in_key = |set: &&Assignment| !set.add && references(model, set.column);
    let written: Vec<(u16, Value)> =
        update.set.iter().filter(in_key).map(|set| (set.column, set.value.clone())).collect();
    let value_of = |column: u16| written.iter().find(|(at, _)| *at == column).map(|(_, value)| value.clone());
    check_parents(work, model, scoped.parents()).await?;
    let program = seal::plan(work.db, scoped)?;
    let done = match work.run(model, program, sink).await {
        Ok(done) => done,
        Err(failed) => {
            let written = |_: &Failed, at: u16| value_of(at);
            return Err(Box::pin(explain(work, model, failed, written, &guard)).await);
        }
    };
    match missing {
        Some(missing) if done.affected == 0 => Err(Box::pin(missing.explain(work, model, guard)).await),
        _ => Ok(done),
    }
}

/// Whether a column takes part in a foreign key.
fn references(model: &ModelDef, column: u16) -> bool {
    model.field(column).reference.is_some() || model.tenant_field() == Some(column)
}

pub(super) fn keys_of(target: &Target) -> Vec<Value> {
    match target {
        Target::Key(key) => vec![key.clone()],
        Target::Keys(keys) => keys.clone(),
        Target::Filter(_) | Target::All => Vec::new(),
    }
}

/// What a write by key that changed nothing is asked about.
pub(super) struct Missing {
    /// The key, where a condition may be why.
    conditional: Option<Value>,
    /// The version that the condition demands.
    version: Option<i64>,
    deleted: Deleted,
}

impl Missing {
    /// `None` for a write that is not by one key: it may change nothing.
    pub(super) fn of(
        model: &'static ModelDef,
        target: &Target,
        when: Option<&Expr>,
        deleted: Deleted,
    ) -> Option<Self> {
        let Target::Key(key) = target else { return None };
        let version = when.and_then(|when| expected_version(model, when));
        Some(Self { conditional: when.map(|_| key.clone()), version, deleted })
    }

    /// Why nothing was changed: the row is not there for this scope, or the condition is not met.
    pub(super) async fn explain(self, work: &mut Work<'_>, model: &'static ModelDef, guard: Guard) -> Error {
        let Some(value) = self.conditional else { return Error::not_found(model.name) };
        let filter = Expr::Compare { left: Operand::Column(model.key.field), op: Compare::Eq, value };
        if let Some(expected) = self.version {
            let (guard, filter) = (guard.clone(), filter.clone());
            match stale::explain_one(work, model, guard, filter, self.deleted, expected).await {
                Ok(Some(error)) | Err(error) => return error,
                Ok(None) => {}
            }
        }
        let count = Count { model: ModelRef(model), filter: Some(filter), deleted: self.deleted };
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
}

/// Updates rows, each in its own way, all or none.
pub(crate) async fn update_each(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    updates: Vec<RowUpdate>,
) -> Result<u64, Error> {
    if updates.is_empty() {
        return Ok(0);
    }
    match handle.watch(model)? {
        Some(watch) => Ok(witness::update_each(handle, watch, narrow, model, updates).await?.affected),
        None => update_each_unwatched(handle, narrow, model, updates).await,
    }
}

/// The same, whoever watches.
pub(super) async fn update_each_unwatched(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    updates: Vec<RowUpdate>,
) -> Result<u64, Error> {
    let rows: Vec<(Value, Option<i64>)> = updates.iter().map(|row| (row.key.clone(), row.version)).collect();
    let (mut operations, mut changed) = (Vec::new(), Vec::new());
    for group in grouped(handle, model, updates)? {
        // Only the rows that change there: what others hold was not touched.
        if let Some(kept) = Kept::of(model, group.columns.iter().copied()) {
            changed.push((kept, group.rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>()));
        }
        operations.push(handle.scoped(narrow.as_ref(), Operation::UpdateEach(group))?);
    }
    let mut work = Work::open(handle, true, true).await?;
    let guard = operations.first().map(|scoped: &Scoped| scoped.guard().clone());
    let (wanted, expects) = (rows.len() as u64, rows.iter().any(|(_, version)| version.is_some()));
    let mut result = run_each(&mut work, model, operations).await;
    for (kept, keys) in changed {
        if let (Ok(_), Some(guard)) = (&result, &guard)
            && let Err(wrong) = kept.check(&mut work, guard, &keys).await
        {
            result = Err(wrong);
        }
    }
    match (result, guard) {
        // What it changed already is taken back before the others are looked at: else its own rows had new versions too.
        (Ok(affected), Some(guard)) if affected != wanted && expects => {
            match work.end(Err(Error::not_found(model.name))).await {
                Err(error) if error.is_not_found() => stale::explain_each(handle, model, guard, rows).await,
                other => other,
            }
        }
        (Ok(affected), _) if affected != wanted => work.end(Err(Error::not_found(model.name))).await,
        (result, _) => work.end(result).await,
    }
}

/// The updates that set the same columns, together.
fn grouped(
    handle: Handle<'_>,
    model: &'static ModelDef,
    updates: Vec<RowUpdate>,
) -> Result<Vec<UpdateEach>, Error> {
    let mut groups: Vec<UpdateEach> = Vec::new();
    let mut by_columns: HashMap<(Vec<(u16, bool)>, bool), usize> = HashMap::new();
    let always = always_set(model, &handle.db.sources);
    let mut group = 0;
    for RowUpdate { mut key, version, mut set } in updates {
        if version.is_some() {
            version_column(model)?;
        }
        ennead_core::admit_operand(model, model.key_field(), &mut key)?;
        ennead_core::check_assignments(model, &mut set, &always)?;
        set.sort_by_key(|set| set.column);
        let columns = set.iter().map(|set| (set.column, set.add));
        // Most often all are alike, so the group is the one before.
        let alike = groups.get(group).is_some_and(|group| {
            group.versioned == version.is_some() && group.columns.iter().copied().eq(columns.clone())
        });
        if !alike {
            let columns: Vec<(u16, bool)> = columns.collect();
            group = *by_columns.entry((columns.clone(), version.is_some())).or_insert_with(|| {
                let (rows, versioned) = (Vec::new(), version.is_some());
                groups.push(UpdateEach { model: ModelRef(model), columns, rows, versioned });
                groups.len() - 1
            });
        }
        let values = set.into_iter().map(|set| set.value);
        let row = std::iter::once(key).chain(values).chain(version.map(Value::Int)).collect();
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
        let Operation::UpdateEach(each) = scoped.operation() else { continue };
        if scoped.must_be_single() {
            check_single(work, model, each.rows.iter().map(|row| row[0].clone()).collect()).await?;
        }
        let columns = each.columns.clone();
        let position =
            |column: u16| columns.iter().position(|(at, add)| *at == column && !add).map(|at| at + 1);
        check_parents(work, model, scoped.parents()).await?;
        let program = seal::plan(work.db, scoped)?;
        match work.run(model, program, Box::new(Nothing)).await {
            Ok(done) => affected += done.affected,
            Err(failed) => {
                let written = |failed: &Failed, at: u16| match &failed.program.as_ref()?.batch {
                    Batch::Rows(rows) => rows.get(failed.failure.execution)?.get(position(at)?).cloned(),
                    _ => None,
                };
                return Err(Box::pin(explain(work, model, failed, written, &guard)).await);
            }
        }
    }
    Ok(affected)
}
