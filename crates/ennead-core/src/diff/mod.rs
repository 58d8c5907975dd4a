//! What differs between two snapshots.
//!
//! Both must be of one dialect, and have their expressions written alike: by the models, or by the database.

mod change;
mod hints;
mod rename;
mod table;
mod text;

pub use self::change::{Change, CommentOn, Constraint, EnumAddition, EnumPlace};
pub use self::hints::{Candidate, ColumnHint, Hints, ValueHint};
pub use self::table::same_index;
pub use self::text::{mentions, rename};
use crate::def::Dialect;
use crate::snapshot::{EnumType, Snapshot, Unmodelled};

/// The difference of two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The earlier one, after its renames.
    pub from: Snapshot,
    /// The later one.
    pub to: Snapshot,
    /// What changes; the renames stand first.
    pub changes: Vec<Change>,
    /// What differs and is not described by snapshots: no plan is made for it.
    pub unmodelled: Vec<Unmodelled>,
    /// Who owns what and who may do what, where that differs. It is of a database and not of its schema, so it is no reason
    /// to call two of them different; no plan is made for it.
    pub access: Vec<Unmodelled>,
    /// What may have been renamed; say so by a hint.
    pub candidates: Vec<Candidate>,
}

impl Diff {
    /// Whether the two are the same: no change, and nothing unmodelled that differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.unmodelled.is_empty()
    }
}

/// What must happen to the first snapshot to make it the second.
///
/// The order of columns is no difference: Postgres has no way to change it.
///
/// ```
/// use ennead_core::Dialect;
/// use ennead_core::diff::{Change, Hints, diff};
/// use ennead_core::snapshot::{Column, Snapshot, Table};
///
/// let empty = Snapshot::empty(Dialect::Postgres);
/// let mut table = Table::new("users");
/// table.columns.push(Column::new("id", "uuid"));
/// let full = Snapshot { tables: vec![table], ..empty.clone() };
/// assert!(matches!(diff(&empty, &full, &Hints::default()).changes[..], [Change::CreateTable(_)]));
/// assert!(matches!(diff(&full, &empty, &Hints::default()).changes[..], [Change::DropTable(_)]));
/// ```
#[must_use]
pub fn diff(from: &Snapshot, to: &Snapshot, hints: &Hints) -> Diff {
    let mut from = from.clone();
    let mut changes = rename::apply(&mut from, to, hints);
    table::rename_parts(&mut from, to, &mut changes);
    schemas(&from, to, &mut changes);
    enums(&from, to, &mut changes);
    sequences(&from, to, &mut changes);
    tables(&from, to, &mut changes);
    views(&from, to, &mut changes);
    let candidates = candidates(&from, to);
    let mut differing: Vec<Unmodelled> = Vec::new();
    for (one, other) in [(&from, to), (to, &from)] {
        for thing in one.unmodelled.iter().filter(|thing| !other.unmodelled.contains(thing)) {
            if !differing.iter().any(|known| known.kind == thing.kind && known.name == thing.name) {
                differing.push(thing.clone());
            }
        }
    }
    differing.sort();
    let (access, unmodelled) = differing.into_iter().partition(Unmodelled::is_access);
    Diff { from, to: to.clone(), changes, unmodelled, access, candidates }
}

fn comment(changes: &mut Vec<Change>, on: CommentOn, from: Option<&str>, to: Option<&str>) {
    if from != to {
        changes.push(Change::Comment { on, text: to.map(str::to_owned) });
    }
}

fn schemas(from: &Snapshot, to: &Snapshot, changes: &mut Vec<Change>) {
    for schema in &to.schemas {
        match from.schemas.iter().find(|other| other.name == schema.name) {
            None => changes.push(Change::CreateSchema(schema.clone())),
            Some(other) => {
                let on = CommentOn::Schema(schema.name.clone());
                comment(changes, on, other.comment.as_deref(), schema.comment.as_deref());
            }
        }
    }
    for schema in from.schemas.iter().filter(|own| !to.schemas.iter().any(|other| other.name == own.name)) {
        changes.push(Change::DropSchema(schema.clone()));
    }
}

fn enums(from: &Snapshot, to: &Snapshot, changes: &mut Vec<Change>) {
    for kind in &to.enums {
        let name = kind.full_name();
        let Some(old) = from.enums.iter().find(|other| other.full_name() == name) else {
            changes.push(Change::CreateEnum(kind.clone()));
            continue;
        };
        comment(changes, CommentOn::Enum(name.clone()), old.comment.as_deref(), kind.comment.as_deref());
        if old.variants == kind.variants {
            continue;
        }
        match additions(old, kind) {
            Some(values) => changes.push(Change::AddEnumValues { name, values }),
            None => changes.push(Change::ReplaceEnum { from: old.clone(), to: kind.clone() }),
        }
    }
    for old in &from.enums {
        if !to.enums.iter().any(|other| other.full_name() == old.full_name()) {
            changes.push(Change::DropEnum(old.clone()));
        }
    }
}

/// What makes one enumeration another, where that only takes values more.
fn additions(old: &EnumType, new: &EnumType) -> Option<Vec<EnumAddition>> {
    let mut kept = new.variants.iter().filter(|value| old.variants.contains(value));
    if !old.variants.iter().all(|value| kept.next() == Some(value)) {
        return None;
    }
    let mut values = Vec::new();
    let mut before: Option<&String> = None;
    for (at, value) in new.variants.iter().enumerate() {
        if !old.variants.contains(value) {
            let rest = new.variants.get(at..).unwrap_or_default();
            let next = rest.iter().find(|other| old.variants.contains(other));
            let place = match (before, next) {
                (_, None) => None,
                (Some(before), Some(_)) => Some(EnumPlace::After(before.clone())),
                (None, Some(next)) => Some(EnumPlace::Before(next.clone())),
            };
            values.push(EnumAddition { value: value.clone(), place });
        }
        before = Some(value);
    }
    Some(values)
}

fn sequences(from: &Snapshot, to: &Snapshot, changes: &mut Vec<Change>) {
    for new in &to.sequences {
        let name = new.full_name();
        let Some(old) = from.sequences.iter().find(|other| other.full_name() == name) else {
            changes.push(Change::CreateSequence(new.clone()));
            continue;
        };
        comment(changes, CommentOn::Sequence(name), old.comment.as_deref(), new.comment.as_deref());
        let same = old.options == new.options && old.owned_by == new.owned_by && old.unlogged == new.unlogged;
        if !same {
            changes.push(Change::AlterSequence { from: old.clone(), to: new.clone() });
        }
    }
    for old in &from.sequences {
        if !to.sequences.iter().any(|other| other.full_name() == old.full_name()) {
            changes.push(Change::DropSequence(old.clone()));
        }
    }
}

fn tables(from: &Snapshot, to: &Snapshot, changes: &mut Vec<Change>) {
    for new in &to.tables {
        match from.table_named(&new.full_name()) {
            None => changes.push(Change::CreateTable(Box::new(new.clone()))),
            Some(old) => table::diff(old, new, from.dialect, changes),
        }
    }
    for old in &from.tables {
        if to.table_named(&old.full_name()).is_none() {
            changes.push(Change::DropTable(Box::new(old.clone())));
        }
    }
}

fn views(from: &Snapshot, to: &Snapshot, changes: &mut Vec<Change>) {
    if from.dialect != Dialect::Sqlite {
        return;
    }
    for old in from.views.iter().filter(|view| !to.views.contains(view)) {
        changes.push(Change::DropView(old.clone()));
    }
    for new in to.views.iter().filter(|view| !from.views.contains(view)) {
        changes.push(Change::CreateView(new.clone()));
    }
}

fn candidates(from: &Snapshot, to: &Snapshot) -> Vec<Candidate> {
    let mut found = Vec::new();
    let gone = from.tables.iter().filter(|table| to.table_named(&table.full_name()).is_none());
    for old in gone {
        let shape = |table: &crate::snapshot::Table| -> Vec<(String, String)> {
            table.columns.iter().map(|column| (column.name.clone(), column.data_type.clone())).collect()
        };
        let come = to.tables.iter().filter(|table| from.table_named(&table.full_name()).is_none());
        for new in come.filter(|new| new.schema == old.schema && shape(new) == shape(old)) {
            found.push(Candidate::Table { from: old.full_name(), to: new.full_name() });
        }
    }
    for new in &to.tables {
        let Some(old) = from.table_named(&new.full_name()) else { continue };
        for gone in old.columns.iter().filter(|column| new.column(&column.name).is_none()) {
            let come = new.columns.iter().filter(|column| {
                old.column(&column.name).is_none()
                    && column.data_type == gone.data_type
                    && column.nullable == gone.nullable
            });
            found.extend(come.map(|come| {
                Candidate::Column(ColumnHint {
                    table: new.full_name(),
                    from: gone.name.clone(),
                    to: come.name.clone(),
                })
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests;
