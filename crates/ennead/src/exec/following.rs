//! Soft deletion along references: the rows that go with a marked one, those that keep it, and the way back.
//!
//! Everything is one transaction, and each step is a write like any other: observed and audited as one. Rows are followed level
//! by level, one statement for each reference of a level, whatever the number of rows; a level ends where no living row is left
//! to mark, so circles end.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use ennead_core::constraints::{self, column_names, foreign_keys};
use ennead_core::{
    Action, Compare, Count, Deleted, Error, ErrorKind, Expr, Kind, ModelDef, ModelRef, Operand, Operation,
    ReferenceDef, Role, Row, RowReader, Scope, Select, Target, TenantId, Update, Value, admit_target,
    fill_assignments,
};
use ennead_sql::referred;

use super::delete::{beside, mark_of};
use super::probe::violation;
use super::update::update_filled;
use super::work::Work;
use super::{Done, Handle, ambiguous};
use crate::db::DbInner;
use crate::known::Inverse;
use crate::sink::{Nothing, Sink, downcast};
use crate::transaction::Within;

/// Rows of one model that were marked or restored together, of one tenant where their keys alone do not name them.
struct Level {
    model: &'static ModelDef,
    narrow: Option<TenantId>,
    keys: Vec<Value>,
    /// The rows that they name, by the reference.
    names: Vec<(u16, HashSet<Value>)>,
}

/// Whether marking rows of the model marks others too, as far as is known.
pub(super) fn marks_others(db: &DbInner, model: &'static ModelDef) -> bool {
    model.soft_delete().is_some()
        && db
            .known
            .references(model)
            .0
            .iter()
            .any(|(child, field)| action(child, *field) == Action::Cascade && child.soft_delete().is_some())
}

/// Whether a soft delete looks to the rows of a reference at all.
fn matters(action: Action) -> bool {
    matches!(action, Action::Restrict | Action::Cascade)
}

fn reference(child: &'static ModelDef, field: u16) -> Option<ReferenceDef> {
    child.field(field).reference
}

/// The references to a model that matter to its soft deletes, and whether they are all that there are.
fn references(db: &DbInner, model: &'static ModelDef) -> (Vec<Inverse>, bool) {
    let (mut references, is_known) = db.known.references(model);
    references.retain(|(child, field)| matters(action(child, *field)));
    (references, is_known)
}

fn action(child: &'static ModelDef, field: u16) -> Action {
    reference(child, field).map_or(Action::NoAction, |reference| reference.on_delete)
}

/// Marks rows as deleted, with those that go with them, and refuses where living rows keep one of them.
pub(super) async fn mark(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    mut update: Update,
    now: DateTime<Utc>,
) -> Result<u64, Error> {
    let model = update.model.0;
    let (references, is_known) = references(handle.db, model);
    if is_known && references.is_empty() {
        return Ok(update_filled(handle, narrow, update, Box::new(Nothing)).await?.affected);
    }
    update.returning = !references.is_empty();
    let inside = Within::witness(handle).await?;
    let result = mark_within(inside.handle(handle), narrow, update, now, is_known).await;
    inside.end(result).await
}

async fn mark_within(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    update: Update,
    now: DateTime<Utc>,
    is_known: bool,
) -> Result<u64, Error> {
    let model = update.model.0;
    if !is_known {
        must_be_alone(handle, model).await?;
    }
    let done = update_filled(handle, narrow.clone(), update, Box::new(Keys::of(model))).await?;
    let affected = done.affected;
    mark_others(handle, now, levels(handle, model, narrow, downcast(done.sink)?)).await?;
    Ok(affected)
}

async fn mark_others(handle: Handle<'_>, now: DateTime<Utc>, mut levels: Vec<Level>) -> Result<(), Error> {
    let mut keeping: Vec<(Level, Inverse)> = Vec::new();
    while let Some(level) = levels.pop() {
        let (references, is_known) = references(handle.db, level.model);
        if !is_known {
            must_be_alone(handle, level.model).await?;
        }
        for (child, field) in references {
            let Some(reference) = reference(child, field) else { continue };
            let set = mark_of(child, now, &handle.db.sources);
            match (reference.on_delete, set) {
                // The row is still there, and the reference stays as it is: nothing is lost when the row comes back.
                (Action::SetNull | Action::NoAction, _) => {}
                (Action::Cascade, Some(set)) if !is_apart(handle, child, reference) => {
                    let rows = Update {
                        model: ModelRef(child),
                        target: Target::Filter(naming(field, &level.keys)),
                        when: None,
                        set,
                        returning: true,
                        deleted: Deleted::Exclude,
                    };
                    let keys = Box::new(Keys::of(child));
                    let done = update_filled(handle, level.narrow.clone(), rows, keys).await?;
                    levels.extend(self::levels(handle, child, level.narrow.clone(), downcast(done.sink)?));
                }
                _ => keeping.push((level.copy(), (child, field))),
            }
        }
    }
    // Whoever was marked on the way keeps nothing any more.
    for (level, (child, field)) in keeping {
        if is_kept(handle, &level, child, field).await? {
            return Err(kept(level.model, child, field));
        }
    }
    Ok(())
}

/// Whether a reference may come from rows that the scope does not see: then they are asked for without being shown.
fn is_apart(handle: Handle<'_>, child: &'static ModelDef, reference: ReferenceDef) -> bool {
    matches!(handle.scope, Scope::Tenant(_)) && (reference.cross_tenant || !child.is_tenant_owned())
}

/// Whether living rows of the child name one of these.
async fn is_kept(
    handle: Handle<'_>,
    level: &Level,
    child: &'static ModelDef,
    field: u16,
) -> Result<bool, Error> {
    let apart = reference(child, field).is_some_and(|reference| is_apart(handle, child, reference));
    if apart {
        let Some(key) = foreign_keys(child).into_iter().find(|key| key.field == field) else {
            return Ok(false);
        };
        let guard =
            handle.resolve(level.narrow.as_ref(), level.model, "delete")?.guard(level.model, false)?;
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let from = owned(column_names(child, &key.columns));
        let to = owned(column_names(level.model, &key.parent_columns));
        let pairs: Vec<(String, String)> = from.into_iter().zip(to).collect();
        let (dialect, living) = (handle.db.planner.dialect(), constraints::living(child));
        let probe = referred(
            dialect,
            level.model,
            &guard,
            level.keys.clone(),
            child.table,
            &pairs,
            living.as_deref(),
        );
        let mut work = Work::open(handle, false, false).await?;
        let holds = work.holds(level.model, probe).await;
        return Ok(!work.end(holds).await?);
    }
    let filter = naming(field, &level.keys);
    Ok(count(handle, level.narrow.as_ref(), child, filter, Deleted::Exclude).await? > 0)
}

/// The error of a row that others keep: that of a hard delete, where the database would refuse it too.
fn kept(model: &'static ModelDef, child: &'static ModelDef, field: u16) -> Error {
    let key = foreign_keys(child).into_iter().find(|key| key.field == field);
    let name = key.map_or_else(String::new, |key| key.name);
    if action(child, field) != Action::Cascade {
        return violation(model, &name, &[]);
    }
    let text = format!(
        "{}: rows of {} go with it (on_delete = cascade) and cannot be marked as deleted: `.hard()` removes both, or give {} #[deleted_at] or #[soft_delete] ({name})",
        model.name, child.name, child.name
    );
    Error::new(ErrorKind::ForeignKeyViolation, text).with_model(model.name).with_constraint(name)
}

/// Refuses to mark a row where others may name it and the database was not told its models: what they hold is not known.
async fn must_be_alone(handle: Handle<'_>, model: &'static ModelDef) -> Result<(), Error> {
    let table = model.table.replace('\'', "''");
    let sql = match handle.db.planner.dialect() {
        ennead_core::Dialect::Postgres => format!(
            "SELECT DISTINCT o.conrelid::regclass::text FROM pg_catalog.pg_constraint o WHERE o.contype = 'f' \
             AND o.confdeltype IN ('r', 'c') AND o.confrelid = to_regclass(quote_ident('{table}')) \
             AND o.conrelid <> o.confrelid ORDER BY 1 LIMIT 3"
        ),
        ennead_core::Dialect::Sqlite => format!(
            "SELECT DISTINCT m.name FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS l WHERE m.type = 'table' \
             AND l.on_delete IN ('RESTRICT', 'CASCADE') AND lower(l.\"table\") = lower('{table}') AND lower(m.name) <> lower('{table}') ORDER BY 1 LIMIT 3"
        ),
    };
    let mut work = Work::open(handle, false, false).await?;
    let tables = work.texts(model, &sql, 1).await;
    let tables = work.end(tables).await?.concat();
    if tables.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Configuration,
        format!(
            "{}: rows of {} may name the row that is to be marked as deleted, and the database was not told its models: \
             say `Db::builder().schema(&schema)` before `connect`",
            model.name,
            tables.join(", ")
        ),
    )
    .with_model(model.name))
}

/// Brings a marked row back, with those that were marked with it.
pub(crate) async fn restore(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    mut update: Update,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let model = update.model.0;
    fill_assignments(model, &mut update.set, &handle.db.sources)?;
    let (references, is_known) = references(handle.db, model);
    if is_known && references.is_empty() && living_parents(model).is_empty() {
        return update_filled(handle, narrow, update, sink).await;
    }
    admit_target(model, &mut update.target)?;
    let inside = Within::witness(handle).await?;
    let result = restore_within(inside.handle(handle), narrow, update, is_known, sink).await;
    inside.end(result).await
}

async fn restore_within(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    mut update: Update,
    is_known: bool,
    sink: Box<dyn Sink>,
) -> Result<Done, Error> {
    let model = update.model.0;
    if !is_known {
        must_be_alone(handle, model).await?;
    }
    let Target::Key(key) = &update.target else {
        return Err(Error::invalid("a restore names one row"));
    };
    // As it is before: when it was marked, and whose it is.
    let guard = handle.resolve(narrow.as_ref(), model, "restore")?.guard(model, false)?;
    let filter = Some(equal(model.key.field, key.clone()));
    let select = Select { filter, deleted: Deleted::Only, ..Select::of(model) };
    let program = handle.db.planner.plan(guard.over(Operation::Select(select)))?;
    let mut work = Work::open(handle, false, false).await?;
    let before = work.run(model, program, Box::new(Keys::of(model))).await;
    let before = work.end(before.map_err(|failed| failed.failure.error)).await?;
    let before = downcast::<Keys>(before.sink)?;
    let at = match &before.rows[..] {
        [] => return Err(Error::not_found(model.name)),
        [row] => row.marked.clone(),
        _ => return Err(ambiguous(model)),
    };
    let mut pending = levels(handle, model, narrow, before);
    let narrow = pending.first().and_then(|level| level.narrow.clone());
    // A flag alone tells no moment, so nobody knows what was marked together.
    let moment = model.role(Role::DeletedAt).filter(|_| !at.is_null());
    // Not one that another brought back and deleted again meanwhile.
    update.when = moment.map(|column| equal(column, at.clone()));
    let done = update_filled(handle, narrow, update, sink).await?;
    let mut restored = Vec::new();
    while let Some(level) = pending.pop() {
        for (child, field) in handle.db.known.references(level.model).0 {
            let (Some(reference), Some(column)) = (reference(child, field), child.role(Role::DeletedAt))
            else {
                continue;
            };
            if moment.is_none()
                || reference.on_delete != Action::Cascade
                || is_apart(handle, child, reference)
            {
                continue;
            }
            let mut set = child.unmarks();
            set.extend(beside(child, &handle.db.sources));
            let rows = Update {
                model: ModelRef(child),
                target: Target::Filter(naming(field, &level.keys).and(equal(column, at.clone()))),
                when: None,
                set,
                returning: true,
                deleted: Deleted::Only,
            };
            let keys = Box::new(Keys::of(child));
            let done = update_filled(handle, level.narrow.clone(), rows, keys).await?;
            pending.extend(levels(handle, child, level.narrow.clone(), downcast(done.sink)?));
        }
        restored.push(level);
    }
    for level in restored {
        must_have_living_parents(handle, &level).await?;
    }
    Ok(done)
}

/// Refuses to bring back rows whose parents are still deleted.
async fn must_have_living_parents(handle: Handle<'_>, level: &Level) -> Result<(), Error> {
    for (field, keys) in &level.names {
        let Some(reference) = reference(level.model, *field) else { continue };
        let parent = (reference.target)();
        if keys.is_empty() {
            continue;
        }
        let filter = Expr::In {
            left: Operand::Column(parent.key.field),
            values: keys.iter().cloned().collect(),
            negated: false,
        };
        if count(handle, level.narrow.as_ref(), parent, filter, Deleted::Only).await? > 0 {
            let key = foreign_keys(level.model).into_iter().find(|key| key.field == *field);
            let (name, columns) = key.map_or((String::new(), vec![*field]), |key| (key.name, key.columns));
            let text = format!(
                "{}: the {} that it names by `{}` is deleted: restore that first ({name})",
                level.model.name,
                parent.name,
                level.model.field(*field).name
            );
            return Err(Error::new(ErrorKind::ForeignKeyViolation, text)
                .with_model(level.model.name)
                .with_constraint(name)
                .with_fields(column_names(level.model, &columns)));
        }
    }
    Ok(())
}

/// The references of a model that must name living rows.
fn living_parents(model: &'static ModelDef) -> Vec<u16> {
    let is_one = |at: &u16| {
        reference(model, *at).is_some_and(|reference| {
            matters(reference.on_delete) && (reference.target)().soft_delete().is_some()
        })
    };
    (0..model.fields.len() as u16).filter(is_one).collect()
}

/// How many rows match, among those that the scope may write.
async fn count(
    handle: Handle<'_>,
    narrow: Option<&TenantId>,
    model: &'static ModelDef,
    filter: Expr,
    deleted: Deleted,
) -> Result<i64, Error> {
    let guard = handle.resolve(narrow, model, "count")?.guard(model, false)?;
    let count = Count { model: ModelRef(model), filter: Some(filter), deleted };
    let program = handle.db.planner.plan(guard.over(Operation::Count(count)))?;
    let mut work = Work::open(handle, false, false).await?;
    let answer = work.ask(model, program).await;
    work.end(answer).await
}

fn naming(field: u16, keys: &[Value]) -> Expr {
    Expr::In { left: Operand::Column(field), values: keys.to_vec(), negated: false }
}

fn equal(column: u16, value: Value) -> Expr {
    Expr::Compare { left: Operand::Column(column), op: Compare::Eq, value }
}

impl Level {
    fn copy(&self) -> Self {
        Self { model: self.model, narrow: self.narrow.clone(), keys: self.keys.clone(), names: Vec::new() }
    }
}

/// The rows of one statement, by tenant where the bypass met several and their keys alone do not name them.
fn levels(handle: Handle<'_>, model: &'static ModelDef, narrow: Option<TenantId>, rows: Keys) -> Vec<Level> {
    let apart = matches!(handle.scope, Scope::AcrossTenants) && narrow.is_none() && !model.key_is_global();
    let parents = living_parents(model);
    let mut groups: HashMap<Option<TenantId>, Level> = HashMap::new();
    for row in rows.rows {
        let tenant = if apart { TenantId::of_value(&row.tenant) } else { narrow.clone() };
        let level = groups.entry(tenant.clone()).or_insert_with(|| Level {
            model,
            narrow: tenant,
            keys: Vec::new(),
            names: parents.iter().map(|field| (*field, HashSet::new())).collect(),
        });
        level.keys.push(row.key);
        for ((_, named), key) in level.names.iter_mut().zip(row.names) {
            if !key.is_null() {
                named.insert(key);
            }
        }
    }
    groups.into_values().collect()
}

/// Collects of each row what it takes to follow it.
struct Keys {
    key: (usize, Kind),
    tenant: Option<(usize, Kind)>,
    marked: Option<(usize, Kind)>,
    names: Vec<(usize, Kind)>,
    rows: Vec<Followed>,
}

struct Followed {
    key: Value,
    tenant: Value,
    marked: Value,
    names: Vec<Value>,
}

impl Keys {
    fn of(model: &'static ModelDef) -> Self {
        let place = |at: u16| (at as usize, model.field(at).kind);
        Self {
            key: place(model.key.field),
            tenant: model.tenant_field().map(place),
            marked: model.role(Role::DeletedAt).map(place),
            names: living_parents(model).into_iter().map(place).collect(),
            rows: Vec::new(),
        }
    }
}

impl Sink for Keys {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        let mut row = Row::new(reader);
        let mut read =
            |place: Option<(usize, Kind)>| place.map_or(Ok(Value::Null), |(at, kind)| row.value(at, &kind));
        let followed = Followed {
            key: read(Some(self.key))?,
            tenant: read(self.tenant)?,
            marked: read(self.marked)?,
            names: self.names.iter().map(|place| read(Some(*place))).collect::<Result<_, _>>()?,
        };
        self.rows.push(followed);
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.rows.clear();
    }
}
