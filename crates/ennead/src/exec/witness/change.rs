//! Update, UpdateEach and Delete, witnessed.

use std::collections::{HashMap, HashSet};

use ennead_core::{
    AuditOperation, Delete, Deleted, Error, Expr, Guard, ModelDef, Operand, Operation, RowLock, RowUpdate,
    Target, TenantId, Update, Value, admit_operation, check_assignments, fill_assignments, version_column,
};

use super::super::start::Started;
use super::super::{Done, Handle};
use super::audit::{key_text, operation_of};
use super::images::{self, Identity, Image};
use super::{Watch, Witness, Writing, hand_on};
use crate::observe::{ChangeKind, RawChange, RawUpdating, RawWrite};
use crate::op::narrow as narrow_to;
use crate::sink::{Nothing, Sink, ValueRows, downcast};

/// Which rows a write concerns, as its scope sees them.
struct Rows {
    guard: Guard,
    filter: Option<Expr>,
    deleted: Deleted,
    single: bool,
    lock: RowLock,
}

impl Rows {
    /// Those of a write.
    fn of(handle: Handle<'_>, narrow: Option<&TenantId>, mut operation: Operation) -> Result<Self, Error> {
        admit_operation(&mut operation)?;
        let model = operation.model();
        let scoped = handle.narrowed(narrow, model)?.apply(operation)?;
        let (guard, single) = (scoped.guard().clone(), scoped.must_be_single());
        let (filter, deleted) = match scoped.operation() {
            Operation::Update(op) => (images::condition(model, &op.target, op.when.as_ref()), op.deleted),
            Operation::Delete(op) => {
                (images::condition(model, &op.target, op.when.as_ref()), Deleted::Include)
            }
            _ => (Some(images::never(model)), Deleted::Include),
        };
        let lock = lock_of(scoped.operation());
        Ok(Self { guard, filter, deleted, single, lock })
    }

    async fn read(&self, handle: Handle<'_>, model: &'static ModelDef) -> Result<Vec<Image>, Error> {
        let (guard, filter) = (self.guard.clone(), self.filter.clone());
        let rows = images::read(handle, model, guard, filter, self.deleted, Some(self.lock)).await?;
        if self.single {
            images::must_be_single(model, &rows)?;
        }
        Ok(rows)
    }
}

/// How a write locks its rows before it. Nobody may begin to refer to a row that goes; an update changes no key, and whoever
/// refers to its rows goes on.
fn lock_of(operation: &Operation) -> RowLock {
    match operation {
        Operation::Update(update) if kind_of(update) != ChangeKind::SoftDeleted => RowLock::Change,
        _ => RowLock::Wait,
    }
}

/// The key of a write by key, as text.
fn target_text(target: &Target) -> Option<String> {
    match target {
        Target::Key(key) => Some(key_text(key)),
        _ => None,
    }
}

/// What an update does to its rows.
fn kind_of(update: &Update) -> ChangeKind {
    if ennead_core::marks_rows(update) {
        ChangeKind::SoftDeleted
    } else if ennead_core::is_restore(update) {
        ChangeKind::Restored
    } else {
        ChangeKind::Updated
    }
}

/// Update and BulkUpdate, and the marks of soft deletes.
pub(in super::super) fn update<'a>(
    handle: Handle<'a>,
    watch: Watch<'a>,
    narrow: Option<TenantId>,
    update: Update,
    sink: Box<dyn Sink>,
) -> Started<'a> {
    Box::pin(async move {
        let (operation, key) = (operation_of(kind_of(&update)), target_text(&update.target));
        let writing = Writing { watch, handle, narrow: narrow.clone(), operation, key };
        let within = writing.begin().await?;
        let witness = writing.witness(&within);
        let result = update_within(&witness, narrow, update, sink).await;
        writing.end(within, result).await
    })
}

async fn update_within(
    witness: &Witness<'_>,
    narrow: Option<TenantId>,
    mut update: Update,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let (handle, model, kind) = (witness.handle, update.model.0, kind_of(&update));
    let rows = Rows::of(handle, narrow.as_ref(), Operation::Update(update.clone()))?;
    let mut before = rows.read(handle, model).await?;
    let again = match kind {
        ChangeKind::SoftDeleted => witness.before(RawWrite::Delete(&before)).await?,
        ChangeKind::Restored => witness.before(RawWrite::Restore(&before)).await?,
        _ => {
            let mut part = [RawUpdating { rows: before.clone(), set: std::mem::take(&mut update.set) }];
            let again = witness.before(RawWrite::Update(&mut part)).await?;
            let [part] = part;
            update.set = part.set;
            fill_assignments(model, &mut update.set, &handle.db.sources)?;
            again
        }
    };
    if again {
        before = rows.read(handle, model).await?;
    }
    let scope = handle.narrowed(narrow.as_ref(), model)?;
    update.target = images::restricted(model, &scope, update.target, &before);
    match (&update.target, before.is_empty()) {
        // A row that came into being meanwhile was not witnessed.
        (Target::Key(_), true) => narrow_to(&mut update.when, images::never(model)),
        (Target::Key(_), false) => {}
        _ => update.when = None,
    }
    update.returning = true;
    let done = super::super::update::update_unwatched(handle, narrow, update, images::sink(model)).await?;
    let after = downcast::<ValueRows>(done.sink)?.rows;
    let sink = hand_on(after.iter().map(Vec::as_slice), sink)?;
    witness.after(images::paired(model, kind, before, &after)).await?;
    Ok(Done { affected: done.affected, sink })
}

/// Deletes that remove rows.
pub(in super::super) fn remove<'a>(
    handle: Handle<'a>,
    watch: Watch<'a>,
    narrow: Option<TenantId>,
    delete: Delete,
) -> Started<'a> {
    Box::pin(async move {
        let (operation, key) = (AuditOperation::Delete, target_text(&delete.target));
        let writing = Writing { watch, handle, narrow: narrow.clone(), operation, key };
        let within = writing.begin().await?;
        let witness = writing.witness(&within);
        let result = remove_within(&witness, narrow, delete).await;
        writing.end(within, result).await
    })
}

async fn remove_within(
    witness: &Witness<'_>,
    narrow: Option<TenantId>,
    mut delete: Delete,
) -> Result<Done, Error> {
    let (handle, model) = (witness.handle, delete.model.0);
    let rows = Rows::of(handle, narrow.as_ref(), Operation::Delete(delete.clone()))?;
    let mut before = rows.read(handle, model).await?;
    if witness.before(RawWrite::Delete(&before)).await? {
        before = rows.read(handle, model).await?;
    }
    let scope = handle.narrowed(narrow.as_ref(), model)?;
    delete.target = images::restricted(model, &scope, delete.target, &before);
    match (&delete.target, before.is_empty()) {
        (Target::Key(_), true) => narrow_to(&mut delete.when, images::never(model)),
        (Target::Key(_), false) => {}
        _ => delete.when = None,
    }
    let affected = super::super::delete::remove_unwatched(handle, narrow, delete).await?;
    let gone = |image| RawChange { kind: ChangeKind::Deleted, before: Some(image), after: None };
    witness.after(before.into_iter().map(gone).collect()).await?;
    Ok(Done { affected, sink: Box::new(Nothing) })
}

/// BulkUpdate with a value for each row.
pub(in super::super) fn update_each<'a>(
    handle: Handle<'a>,
    watch: Watch<'a>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    updates: Vec<RowUpdate>,
) -> Started<'a> {
    Box::pin(async move {
        let operation = AuditOperation::Update;
        let writing = Writing { watch, handle, narrow: narrow.clone(), operation, key: None };
        let within = writing.begin().await?;
        let witness = writing.witness(&within);
        let result = update_each_within(&witness, narrow, model, updates).await;
        writing.end(within, result).await
    })
}

async fn update_each_within(
    witness: &Witness<'_>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    mut updates: Vec<RowUpdate>,
) -> Result<Done, Error> {
    let handle = witness.handle;
    for row in &mut updates {
        row.version.map_or(Ok(0), |_| version_column(model))?;
        ennead_core::admit_operand(model, model.key_field(), &mut row.key)?;
        check_assignments(model, &mut row.set.clone(), &[])?;
    }
    let keys: Vec<Value> = updates.iter().map(|row| row.key.clone()).collect();
    ennead_core::refuse_duplicates(model, keys.iter())?;
    let scope = handle.narrowed(narrow.as_ref(), model)?.into_owned();
    let rows = Rows {
        guard: scope.guard(model, false)?,
        filter: Some(Expr::In { left: Operand::Column(model.key.field), values: keys, negated: false }),
        deleted: Deleted::Exclude,
        single: images::sees_all(&scope) && !model.key_is_global(),
        lock: RowLock::Change,
    };
    let mut before = rows.read(handle, model).await?;
    if before.len() != updates.len() {
        return Err(Error::not_found(model.name));
    }
    let of: HashMap<&Value, &Image> =
        before.iter().map(|image| (&image[model.key.field as usize], image)).collect();
    let part = |row: &mut RowUpdate| RawUpdating {
        rows: of.get(&row.key).map(|image| (*image).clone()).into_iter().collect(),
        set: std::mem::take(&mut row.set),
    };
    let mut parts: Vec<RawUpdating> = updates.iter_mut().map(part).collect();
    let again = witness.before(RawWrite::Update(&mut parts)).await?;
    for (row, part) in updates.iter_mut().zip(parts) {
        row.set = part.set;
    }
    if again {
        before = rows.read(handle, model).await?;
    }
    let affected = super::super::update::update_each_unwatched(handle, narrow, model, updates).await?;
    let mut after = images::read(handle, model, rows.guard, rows.filter, Deleted::Include, None).await?;
    let own: HashSet<Identity> = before.iter().map(|image| images::identity(model, image)).collect();
    after.retain(|image| own.contains(&images::identity(model, image)));
    witness.after(images::paired(model, ChangeKind::Updated, before, &after)).await?;
    Ok(Done { affected, sink: Box::new(Nothing) })
}
