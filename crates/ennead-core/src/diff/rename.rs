//! Renames: done to a copy of the earlier snapshot first, so that the rest of the diff sees one name for each thing.

use std::collections::BTreeSet;

use super::change::Change;
use super::hints::Hints;
use super::text;
use crate::naming;
use crate::snapshot::{
    IdentitySequence, IndexTarget, Name, ReplicaIdentity, SequenceOptions, Snapshot, Table,
};

/// Renames in `from` what hints and `to` say, and tells each step in the order in which it can be done.
pub(super) fn apply(from: &mut Snapshot, to: &Snapshot, hints: &Hints) -> Vec<Change> {
    let mut changes = Vec::new();
    enums(from, to, hints, &mut changes);
    tables(from, to, hints, &mut changes);
    columns(from, to, hints, &mut changes);
    changes
}

fn enums(from: &mut Snapshot, to: &Snapshot, hints: &Hints, changes: &mut Vec<Change>) {
    let has = |snapshot: &Snapshot, name: &Name| snapshot.enums.iter().any(|kind| kind.full_name() == *name);
    for (old, new) in &hints.enums {
        if old.schema == new.schema && has(from, old) && has(to, new) && !has(from, new) {
            rename_enum(from, old, &new.name);
            changes.push(Change::RenameEnum { from: old.clone(), to: new.clone() });
        }
    }
    for hint in &hints.values {
        let goal = to.enums.iter().find(|kind| kind.full_name() == hint.name);
        let kind = from.enums.iter_mut().find(|kind| kind.full_name() == hint.name);
        let (Some(goal), Some(kind)) = (goal, kind) else { continue };
        let taken = kind.variants.contains(&hint.to) || !goal.variants.contains(&hint.to);
        if let Some(value) = kind.variants.iter_mut().find(|value| **value == hint.from)
            && !taken
        {
            value.clone_from(&hint.to);
            changes.push(Change::RenameEnumValue {
                name: hint.name.clone(),
                from: hint.from.clone(),
                to: hint.to.clone(),
            });
            rename_literal(from, &hint.name, &hint.from, &hint.to);
        }
    }
}

fn rename_enum(snapshot: &mut Snapshot, old: &Name, new: &str) {
    for kind in snapshot.enums.iter_mut().filter(|kind| kind.full_name() == *old) {
        new.clone_into(&mut kind.name);
    }
    for table in &mut snapshot.tables {
        for column in &mut table.columns {
            column.data_type = text::rename(&column.data_type, &old.name, new);
        }
        each_expression(table, |sql| *sql = text::rename(sql, &old.name, new));
    }
}

fn rename_literal(snapshot: &mut Snapshot, kind: &Name, old: &str, new: &str) {
    let literal = |value: &str| format!("'{}'::", value.replace('\'', "''"));
    for table in &mut snapshot.tables {
        let used = table.columns.iter().any(|column| text::mentions(&column.data_type, &kind.name));
        if used {
            each_expression(table, |sql| *sql = sql.replace(&literal(old), &literal(new)));
        }
    }
}

fn tables(from: &mut Snapshot, to: &Snapshot, hints: &Hints, changes: &mut Vec<Change>) {
    let mut pairs = hints.tables.clone();
    // The hints of models, and those of the models that this is the way back from.
    pairs.extend(to.tables.iter().filter_map(|table| {
        let old = table.full_name().beside(table.renamed_from.as_ref()?);
        Some((old, table.full_name()))
    }));
    pairs.extend(from.tables.iter().filter_map(|table| {
        let new = table.full_name().beside(table.renamed_from.as_ref()?);
        Some((table.full_name(), new))
    }));
    let mut wanted: Vec<(Name, Name)> = Vec::new();
    for (old, new) in pairs {
        let hinted = hints.tables.contains(&(old.clone(), new.clone()));
        let known = from.table_named(&old).is_some() && to.table_named(&new).is_some();
        // A model keeps its hint for ever: it means nothing once the new name is there.
        let open = hinted || (from.table_named(&new).is_none() && to.table_named(&old).is_none());
        let free = !wanted.iter().any(|(other, target)| *other == old || *target == new);
        if old.schema == new.schema && old != new && known && open && free {
            wanted.push((old, new));
        }
    }
    let schemas: BTreeSet<Option<String>> = wanted.iter().map(|(old, _)| old.schema.clone()).collect();
    for schema in schemas {
        let mine = wanted.iter().filter(|(old, _)| old.schema == schema);
        let pairs = mine.map(|(old, new)| (old.name.clone(), new.name.clone())).collect();
        let tables = from.tables.iter().filter(|table| table.schema == schema);
        let taken = tables.map(|table| table.name.clone()).collect();
        for (old, new) in moves(pairs, taken) {
            let old = Name { schema: schema.clone(), name: old };
            let new = old.beside(new);
            rename_table(from, &old, &new);
            changes.push(Change::RenameTable { from: old, to: new });
        }
    }
}

/// Renames in an order in which no name is ever taken twice. What stands in the way, and is not renamed itself, is moved
/// aside: it will be dropped under that name.
fn moves(mut pairs: Vec<(String, String)>, mut taken: BTreeSet<String>) -> Vec<(String, String)> {
    let in_the_way: Vec<String> = pairs
        .iter()
        .map(|(_, to)| to)
        .filter(|to| taken.contains(*to) && !pairs.iter().any(|(from, _)| from == *to))
        .cloned()
        .collect();
    let aside = |name: &str| naming::fit(&format!("ennead_aside_{name}"));
    let mut done: Vec<(String, String)> = Vec::new();
    for name in in_the_way {
        taken.remove(&name);
        taken.insert(aside(&name));
        done.push((name.clone(), aside(&name)));
    }
    while !pairs.is_empty() {
        let free = pairs.iter().position(|(_, to)| !taken.contains(to));
        let (from, to) = match free {
            Some(at) => pairs.remove(at),
            None => {
                let (from, to) = pairs.remove(0);
                pairs.push((aside(&from), to));
                let through = aside(&from);
                (from, through)
            }
        };
        taken.remove(&from);
        taken.insert(to.clone());
        done.push((from, to));
    }
    done
}

fn rename_table(snapshot: &mut Snapshot, old: &Name, new: &Name) {
    for table in &mut snapshot.tables {
        if table.full_name() == *old {
            keep_identity_sequences(table);
            table.name.clone_from(&new.name);
            each_expression(table, |sql| *sql = text::rename(sql, &old.name, &new.name));
        }
        for key in table.foreign_keys.iter_mut().filter(|key| key.parent_name() == *old) {
            key.parent.clone_from(&new.name);
        }
        for trigger in &mut table.triggers {
            trigger.statement = text::rename(&trigger.statement, &old.name, &new.name);
        }
    }
    for thing in &mut snapshot.unmodelled {
        // What hangs on the table goes with it: `policy on table`, or the table's own name.
        let (what, on) = match thing.name.rsplit_once(" on ") {
            Some((what, on)) => (format!("{what} on "), on.to_owned()),
            None => (String::new(), thing.name.clone()),
        };
        if text::rename(&on, &old.name, &new.name) != on && !on.contains('(') {
            thing.name = format!("{what}{}", text::rename(&on, &old.name, &new.name));
            thing.definition = text::rename(&thing.definition, &old.name, &new.name);
        }
    }
    for sequence in &mut snapshot.sequences {
        if let Some((table, _)) = &mut sequence.owned_by
            && table == old
        {
            table.clone_from(new);
        }
    }
}

/// The sequence of an identity keeps its name when its table or column takes another.
fn keep_identity_sequences(table: &mut Table) {
    for column in &mut table.columns {
        let counted = matches!(
            column.identity,
            Some(crate::snapshot::Identity::Always | crate::snapshot::Identity::ByDefault)
        );
        if counted {
            let usual = format!("{}_{}_seq", table.name, column.name);
            let data_type = column.data_type.clone();
            let sequence = column.sequence.get_or_insert_with(|| IdentitySequence {
                name: None,
                options: SequenceOptions::of_type(&data_type),
            });
            sequence.name.get_or_insert(usual);
        }
    }
}

fn columns(from: &mut Snapshot, to: &Snapshot, hints: &Hints, changes: &mut Vec<Change>) {
    for goal in &to.tables {
        let name = goal.full_name();
        let Some(at) = from.tables.iter().position(|table| table.full_name() == name) else { continue };
        let table = &from.tables[at];
        let mut pairs: Vec<(String, String, bool)> = hints
            .columns
            .iter()
            .filter(|hint| hint.table == name)
            .map(|hint| (hint.from.clone(), hint.to.clone(), true))
            .collect();
        pairs.extend(
            goal.columns
                .iter()
                .filter_map(|column| Some((column.renamed_from.clone()?, column.name.clone(), false))),
        );
        pairs.extend(
            table
                .columns
                .iter()
                .filter_map(|column| Some((column.name.clone(), column.renamed_from.clone()?, false))),
        );
        let mut wanted: Vec<(String, String)> = Vec::new();
        for (old, new, hinted) in pairs {
            let known = table.column(&old).is_some() && goal.column(&new).is_some();
            let open = hinted || (table.column(&new).is_none() && goal.column(&old).is_none());
            let free = !wanted.iter().any(|(other, target)| *other == old || *target == new);
            if old != new && known && open && free {
                wanted.push((old, new));
            }
        }
        let taken = table.columns.iter().map(|column| column.name.clone()).collect();
        for (old, new) in moves(wanted, taken) {
            rename_column(from, at, &old, &new);
            changes.push(Change::RenameColumn { table: name.clone(), from: old, to: new });
        }
    }
}

fn rename_column(snapshot: &mut Snapshot, at: usize, old: &str, new: &str) {
    let put = |names: &mut Vec<String>| {
        for name in names.iter_mut().filter(|name| *name == old) {
            new.clone_into(name);
        }
    };
    let Some(table) = snapshot.tables.get_mut(at) else { return };
    let table_name = table.full_name();
    keep_identity_sequences(table);
    for column in table.columns.iter_mut().filter(|column| column.name == old) {
        new.clone_into(&mut column.name);
    }
    if let Some(key) = &mut table.primary_key {
        put(&mut key.columns);
        put(&mut key.include);
    }
    for unique in &mut table.uniques {
        put(&mut unique.columns);
        put(&mut unique.include);
    }
    for key in &mut table.foreign_keys {
        put(&mut key.columns);
        put(&mut key.on_delete_columns);
    }
    for index in &mut table.indexes {
        put(&mut index.include);
        for part in &mut index.parts {
            if let IndexTarget::Column(name) = &mut part.target
                && name == old
            {
                new.clone_into(name);
            }
        }
    }
    each_expression(table, |sql| *sql = text::rename(sql, old, new));
    for trigger in &mut table.triggers {
        trigger.statement = text::rename(&trigger.statement, old, new);
    }
    // A policy follows its columns.
    let on = format!(" on {}", text::written(&table_name.name));
    for thing in
        snapshot.unmodelled.iter_mut().filter(|thing| thing.kind == "policy" && thing.name.ends_with(&on))
    {
        thing.definition = text::rename(&thing.definition, old, new);
    }
    for other in &mut snapshot.tables {
        for key in other.foreign_keys.iter_mut().filter(|key| key.parent_name() == table_name) {
            put(&mut key.parent_columns);
        }
    }
    for sequence in &mut snapshot.sequences {
        if let Some((owner, column)) = &mut sequence.owned_by
            && *owner == table_name
            && column == old
        {
            new.clone_into(column);
        }
    }
}

/// Postgres gives what stands behind a constraint, and its sequences, the constraint's or sequence's new name.
pub(super) fn rename_index(table: &mut Table, old: &str, new: &str) {
    for index in table.indexes.iter_mut().filter(|index| index.name == old) {
        new.clone_into(&mut index.name);
    }
    if let Some(ReplicaIdentity::Index(name)) = &mut table.replica_identity
        && name == old
    {
        new.clone_into(name);
    }
}

fn each_expression(table: &mut Table, mut change: impl FnMut(&mut String)) {
    for column in &mut table.columns {
        column.default.iter_mut().for_each(&mut change);
        column.generated.iter_mut().for_each(|generated| change(&mut generated.expression));
    }
    for check in &mut table.checks {
        change(&mut check.condition);
    }
    for exclusion in &mut table.exclusions {
        change(&mut exclusion.definition);
    }
    for index in &mut table.indexes {
        index.condition.iter_mut().for_each(&mut change);
        for part in &mut index.parts {
            if let IndexTarget::Expression(sql) = &mut part.target {
                change(sql);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::moves;

    fn run(pairs: &[(&str, &str)], taken: &[&str]) -> Vec<String> {
        let pairs = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let taken = taken.iter().map(|name| (*name).to_owned()).collect();
        moves(pairs, taken).into_iter().map(|(a, b)| format!("{a}>{b}")).collect()
    }

    #[test]
    fn chains_go_from_their_end_and_circles_through_another_name() {
        assert_eq!(run(&[("a", "b"), ("b", "c")], &["a", "b"]), ["b>c", "a>b"]);
        assert_eq!(
            run(&[("a", "b"), ("b", "a")], &["a", "b"]),
            ["a>ennead_aside_a", "b>a", "ennead_aside_a>b"]
        );
        assert_eq!(run(&[("a", "b")], &["a", "b"]), ["b>ennead_aside_b", "a>b"]);
    }
}
