//! What differs between two states of one table.

use super::change::{Change, CommentOn, Constraint};
use super::comment;
use super::rename::rename_index;
use crate::def::Dialect;
use crate::snapshot::{Column, Index, Name, Snapshot, Table};

pub(super) fn diff(old: &Table, new: &Table, dialect: Dialect, changes: &mut Vec<Change>) {
    let name = new.full_name();
    let of_table = |table: &Table| {
        (
            table.strict,
            table.without_rowid,
            table.unlogged,
            sorted(&table.options),
            table.replica_identity.clone(),
        )
    };
    if of_table(old) != of_table(new) {
        changes.push(Change::AlterTable { from: Box::new(old.clone()), to: Box::new(new.clone()) });
    }
    // SQLite keeps comments in the text of CREATE TABLE only: they are no reason to build a table anew.
    let comments = dialect == Dialect::Postgres;
    if comments {
        let on = CommentOn::Table(name.clone());
        comment(changes, on, old.comment.as_deref(), new.comment.as_deref());
    }
    columns(old, new, comments, changes);
    constraints(old, new, comments, changes);
    indexes(old, new, comments, changes);
    for trigger in old.triggers.iter().filter(|trigger| !new.triggers.contains(trigger)) {
        changes.push(Change::DropTrigger { table: name.clone(), trigger: trigger.clone() });
    }
    for trigger in new.triggers.iter().filter(|trigger| !old.triggers.contains(trigger)) {
        changes.push(Change::CreateTrigger { table: name.clone(), trigger: trigger.clone() });
    }
}

fn columns(old: &Table, new: &Table, comments: bool, changes: &mut Vec<Change>) {
    let table = new.full_name();
    for column in &new.columns {
        let Some(was) = old.column(&column.name) else {
            changes.push(Change::AddColumn { table: table.clone(), column: column.clone() });
            continue;
        };
        if comments {
            let on = CommentOn::Column(table.clone(), column.name.clone());
            comment(changes, on, was.comment.as_deref(), column.comment.as_deref());
        }
        let bare = |column: &Column| Column { comment: None, renamed_from: None, ..column.clone() };
        if bare(was) != bare(column) {
            changes.push(Change::AlterColumn {
                table: table.clone(),
                from: Box::new(was.clone()),
                to: Box::new(column.clone()),
            });
        }
    }
    for column in old.columns.iter().filter(|column| new.column(&column.name).is_none()) {
        changes.push(Change::DropColumn { table: table.clone(), column: column.clone() });
    }
}

fn constraints(old: &Table, new: &Table, comments: bool, changes: &mut Vec<Change>) {
    let table = new.full_name();
    let mut gone = Constraint::all(old);
    for constraint in Constraint::all(new) {
        let definition = constraint.definition();
        let same = gone.iter().position(|other| {
            other.name() == constraint.name()
                && other.definition() == definition
                && (other.not_valid() || !constraint.not_valid())
        });
        let Some(was) = same.map(|at| gone.remove(at)) else {
            changes.push(Change::AddConstraint { table: table.clone(), constraint });
            continue;
        };
        let name = constraint.name().to_owned();
        if comments {
            let on = CommentOn::Constraint(table.clone(), name.clone());
            comment(changes, on, was.comment(), constraint.comment());
        }
        if was.not_valid() && !constraint.not_valid() {
            changes.push(Change::ValidateConstraint { table: table.clone(), name });
        }
    }
    for constraint in gone {
        changes.push(Change::DropConstraint { table: table.clone(), constraint });
    }
}

fn indexes(old: &Table, new: &Table, comments: bool, changes: &mut Vec<Change>) {
    let table = new.full_name();
    let mut gone: Vec<&Index> = old.indexes.iter().collect();
    for index in &new.indexes {
        let Some(at) = gone.iter().position(|other| same_index(other, index)) else {
            changes.push(Change::CreateIndex { table: table.clone(), index: index.clone() });
            continue;
        };
        let was = gone.remove(at);
        if comments {
            let on = CommentOn::Index(table.beside(&index.name));
            comment(changes, on, was.comment.as_deref(), index.comment.as_deref());
        }
    }
    for index in gone {
        changes.push(Change::DropIndex { table: table.clone(), index: index.clone() });
    }
}

/// A constraint or index that is there under another name is renamed rather than built anew. Postgres only: SQLite has
/// no such statement.
pub(super) fn rename_parts(from: &mut Snapshot, to: &Snapshot, changes: &mut Vec<Change>) {
    if from.dialect != Dialect::Postgres {
        return;
    }
    // Within a schema, indexes share their names with tables and sequences.
    let mut taken: Vec<Name> = Vec::new();
    for table in &from.tables {
        taken.push(table.full_name());
        taken.extend(table.indexes.iter().map(|index| table.full_name().beside(&index.name)));
        taken.extend(Constraint::all(table).iter().map(|own| table.full_name().beside(own.name())));
    }
    taken.extend(from.sequences.iter().map(|sequence| sequence.full_name()));
    for new in &to.tables {
        let name = new.full_name();
        let Some(at) = from.tables.iter().position(|table| table.full_name() == name) else { continue };
        let Some(old) = from.tables.get_mut(at) else { continue };
        let wanted: Vec<Constraint> = Constraint::all(new);
        for constraint in &wanted {
            let free = |taken: &[Name], label: &str| !taken.contains(&name.beside(label));
            let twin = Constraint::all(old).into_iter().find(|other| {
                other.definition() == constraint.definition()
                    && !wanted.iter().any(|kept| kept.name() == other.name())
            });
            let missing = !Constraint::all(old).iter().any(|other| other.name() == constraint.name());
            if let Some(twin) = twin
                && missing
                && free(&taken, constraint.name())
            {
                rename_constraint(old, twin.name(), constraint.name());
                taken.push(name.beside(constraint.name()));
                changes.push(Change::RenameConstraint {
                    table: name.clone(),
                    from: twin.name().to_owned(),
                    to: constraint.name().to_owned(),
                });
            }
        }
        for index in &new.indexes {
            let named = |other: &Index| Index { name: index.name.clone(), ..other.clone() };
            let twin = old.indexes.iter().find(|other| {
                same_index(&named(other), index) && !new.indexes.iter().any(|kept| kept.name == other.name)
            });
            let missing = !old.indexes.iter().any(|other| other.name == index.name);
            if let Some(twin) = twin.map(|twin| twin.name.clone())
                && missing
                && !taken.contains(&name.beside(&index.name))
            {
                rename_index(old, &twin, &index.name);
                taken.push(name.beside(&index.name));
                changes.push(Change::RenameIndex { table: name.clone(), from: twin, to: index.name.clone() });
            }
        }
    }
}

/// Whether two indexes are the same, comments aside.
#[must_use]
pub fn same_index(one: &Index, other: &Index) -> bool {
    let bare = |index: &Index| Index { comment: None, options: sorted(&index.options), ..index.clone() };
    bare(one) == bare(other)
}

fn sorted(options: &[String]) -> Vec<String> {
    let mut options = options.to_vec();
    options.sort();
    options
}

pub(super) fn rename_constraint(table: &mut Table, from: &str, to: &str) {
    let names = table
        .primary_key
        .iter_mut()
        .map(|key| &mut key.name)
        .chain(table.uniques.iter_mut().map(|unique| &mut unique.name))
        .chain(table.exclusions.iter_mut().map(|exclusion| &mut exclusion.name))
        .chain(table.checks.iter_mut().map(|check| &mut check.name))
        .chain(table.foreign_keys.iter_mut().map(|key| &mut key.name));
    for name in names.filter(|name| *name == from) {
        to.clone_into(name);
    }
    rename_index(table, from, to);
}
