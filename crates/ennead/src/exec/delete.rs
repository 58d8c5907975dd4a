//! Delete and BulkDelete.

use chrono::{DateTime, Utc};
use ennead_core::{
    Assignment, Delete, Deleted, Error, ModelDef, Operation, Sources, Target, TenantId, Update, admit_filter,
    admit_operation, always_set,
};

use super::probe::{check_single, explain_delete};
use super::update::{Missing, keys_of};
use super::work::Work;
use super::{Handle, following, witness};
use crate::sink::Nothing;

/// Deletes rows; those of a model with `#[deleted_at]` are marked, unless `hard`.
pub(crate) async fn delete(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    mut delete: Delete,
    hard: bool,
) -> Result<u64, Error> {
    let model = delete.model.0;
    if matches!(&delete.target, Target::Keys(keys) if keys.is_empty()) {
        // What is wrong is wrong for no row too.
        return delete.when.as_mut().map_or(Ok(()), |when| admit_filter(model, when)).map(|()| 0);
    }
    let sources = &handle.db.sources;
    let follows = !hard && following::marks_others(handle.db, model);
    let now = if hard { sources.now() } else { handle.db.marks.moment(sources.now(), follows) };
    match (hard, marking(model, now, sources, delete)?) {
        (false, Marking::Mark(update)) => Box::pin(following::mark(handle, narrow, update, now)).await,
        (_, Marking::Mark(update)) => {
            remove(handle, narrow, Delete { model: update.model, target: update.target, when: update.when })
                .await
        }
        (_, Marking::Remove(delete)) => remove(handle, narrow, delete).await,
    }
}

/// What deleting means for a model.
pub(super) enum Marking {
    /// The row is marked as deleted.
    Mark(Update),
    /// The row goes.
    Remove(Delete),
}

/// A delete as the update that marks its rows, where the model has `#[deleted_at]`.
pub(super) fn marking(
    model: &'static ModelDef,
    now: DateTime<Utc>,
    sources: &Sources,
    delete: Delete,
) -> Result<Marking, Error> {
    let Some(set) = mark_of(model, now, sources) else { return Ok(Marking::Remove(delete)) };
    Ok(Marking::Mark(Update {
        model: delete.model,
        target: delete.target,
        when: delete.when,
        set,
        returning: false,
        deleted: Deleted::Exclude,
    }))
}

/// What marks a row at a moment, beside what every update sets; `None` for a model whose rows are not marked.
pub(super) fn mark_of(
    model: &'static ModelDef,
    now: DateTime<Utc>,
    sources: &Sources,
) -> Option<Vec<Assignment>> {
    model.soft_delete()?;
    let mut set = model.marks(now);
    set.extend(beside(model, sources));
    Some(set)
}

/// What every update sets.
pub(super) fn beside(model: &'static ModelDef, sources: &Sources) -> impl Iterator<Item = Assignment> {
    always_set(model, sources).into_iter().map(|(column, value, add)| Assignment { column, value, add })
}

async fn remove(handle: Handle<'_>, narrow: Option<TenantId>, delete: Delete) -> Result<u64, Error> {
    match handle.watch(delete.model.0)? {
        Some(watch) => Ok(witness::remove(handle, watch, narrow, delete).await?.affected),
        None => remove_unwatched(handle, narrow, delete).await,
    }
}

/// The same, whoever watches.
pub(super) async fn remove_unwatched(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    delete: Delete,
) -> Result<u64, Error> {
    let model = delete.model.0;
    let mut operation = Operation::Delete(delete);
    admit_operation(&mut operation)?;
    let scoped = handle.scoped(narrow.as_ref(), operation)?;
    // A soft-deleted model's cascades and SQLite's triggers belong to the same statement, so one needs no transaction.
    let mut work = Work::open(handle, true, scoped.must_be_single()).await?;
    let result = run(&mut work, model, scoped).await;
    work.end(result).await
}

async fn run(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    scoped: ennead_core::Scoped,
) -> Result<u64, Error> {
    let guard = scoped.guard().clone();
    let Operation::Delete(delete) = scoped.operation() else { return Ok(0) };
    let keys = keys_of(&delete.target);
    if scoped.must_be_single() {
        check_single(work, model, keys.clone()).await?;
    }
    let missing = Missing::of(model, &delete.target, delete.when.as_ref(), Deleted::Include);
    let program = work.db.planner.plan(scoped)?;
    let done = match work.run(model, program, Box::new(Nothing)).await {
        Ok(done) => done,
        Err(failed) => {
            return Err(Box::pin(explain_delete(work, model, failed.failure.error, keys, &guard)).await);
        }
    };
    match missing {
        Some(missing) if done.affected == 0 => Err(Box::pin(missing.explain(work, model, guard)).await),
        _ => Ok(done.affected),
    }
}
