//! Renames: done to a copy of the earlier snapshot first, so that the rest of the diff sees one name for each thing.

use std::collections::BTreeSet;

use super::change::{Change, Constraint};
use super::hints::Hints;
use super::table::rename_constraint;
use super::text;
use crate::def::Dialect;
use crate::naming;
use crate::snapshot::{
    EnumType, IdentitySequence, IndexTarget, Name, ReplicaIdentity, Sequence, SequenceOptions, Snapshot,
    Table,
};

/// Renames in `from` what hints and `to` say, and tells each step in the order in which it can be done.
pub(super) fn apply(from: &mut Snapshot, to: &Snapshot, hints: &Hints) -> Vec<Change> {
    let mut changes = Vec::new();
    names(from, to, hints, &mut changes);
    enum_values(from, to, hints, &mut changes);
    columns(from, to, hints, &mut changes);
    sequences(from, to, &mut changes);
    changes
}

/// Tables, enumerations and sequences take their names from one store: Postgres gives each table and sequence a type.
fn names(from: &mut Snapshot, to: &Snapshot, hints: &Hints, changes: &mut Vec<Change>) {
    let mut wanted = wanted_enums(from, to, hints);
    wanted.extend(wanted_tables(from, to, hints));
    for (old, new) in &wanted {
        if from.table_named(old).is_some() {
            clear_of_indexes(from, new, changes);
        }
    }
    let leaving: Vec<Name> = from
        .enums
        .iter()
        .map(EnumType::full_name)
        .filter(|name| is_relation(to, name) && !wanted.iter().any(|(old, _)| old == name))
        .collect();
    let schemas: BTreeSet<Option<String>> =
        wanted.iter().map(|(old, _)| old).chain(&leaving).map(|name| name.schema.clone()).collect();
    for schema in schemas {
        let here = |name: &Name| (name.schema == schema).then(|| name.name.clone());
        let pairs = wanted.iter().filter_map(|(old, new)| Some((here(old)?, new.name.clone()))).collect();
        let tables = from.tables.iter().map(Table::full_name);
        let enums = from.enums.iter().map(EnumType::full_name);
        let sequences = from.sequences.iter().map(Sequence::full_name);
        let taken = tables.chain(enums).chain(sequences).filter_map(|name| here(&name)).collect();
        for (old, new) in moves(pairs, taken, leaving.iter().filter_map(here).collect()) {
            rename(from, &Name { schema: schema.clone(), name: old }, &new, changes);
        }
    }
}

/// Moves an index of that name aside, and one behind a constraint: tables and sequences share their names with indexes.
fn clear_of_indexes(snapshot: &mut Snapshot, name: &Name, changes: &mut Vec<Change>) {
    if snapshot.dialect != Dialect::Postgres {
        return;
    }
    for table in snapshot.tables.iter_mut().filter(|table| table.schema == name.schema) {
        let (own, from, to) = (table.full_name(), name.name.clone(), aside(&name.name));
        let is_constraint = Constraint::all(table).iter().any(|one| {
            one.name() == from && !matches!(one, Constraint::Check(_) | Constraint::ForeignKey(_))
        });
        if is_constraint {
            rename_constraint(table, &from, &to);
            changes.push(Change::RenameConstraint { table: own, from, to });
        } else if table.indexes.iter().any(|index| index.name == from) {
            rename_index(table, &from, &to);
            changes.push(Change::RenameIndex { table: own, from, to });
        }
    }
}

/// Whether a table or sequence of that name is there, that of an identity included.
fn is_relation(snapshot: &Snapshot, name: &Name) -> bool {
    let of_identity = |table: &Table| {
        let mut own = table.columns.iter().filter_map(|column| column.sequence.as_ref()?.name.as_deref());
        table.schema == name.schema && own.any(|own| own == name.name)
    };
    snapshot.table_named(name).is_some()
        || snapshot.sequences.iter().any(|sequence| sequence.full_name() == *name)
        || snapshot.tables.iter().any(of_identity)
}

/// Renames what has that name, whatever it is.
fn rename(snapshot: &mut Snapshot, from: &Name, to: &str, changes: &mut Vec<Change>) {
    let (old, new) = (from.clone(), from.beside(to));
    changes.push(if snapshot.table_named(from).is_some() {
        rename_table(snapshot, &old, &new);
        Change::RenameTable { from: old, to: new }
    } else if snapshot.enums.iter().any(|kind| kind.full_name() == *from) {
        rename_enum(snapshot, &old, to);
        Change::RenameEnum { from: old, to: new }
    } else {
        rename_sequence(snapshot, &old, to);
        Change::RenameSequence { from: old, to: new }
    });
}

fn wanted_enums(from: &Snapshot, to: &Snapshot, hints: &Hints) -> Vec<(Name, Name)> {
    let has = |snapshot: &Snapshot, name: &Name| snapshot.enums.iter().any(|kind| kind.full_name() == *name);
    let leaves = |name: &Name| hints.enums.iter().any(|(old, new)| old == name && has(to, new));
    let mut wanted: Vec<(Name, Name)> = Vec::new();
    for (old, new) in &hints.enums {
        let known = old.schema == new.schema && old != new && has(from, old) && has(to, new);
        let open = !has(from, new) || leaves(new);
        let free = !wanted.iter().any(|(other, target)| other == old || target == new);
        if known && open && free {
            wanted.push((old.clone(), new.clone()));
        }
    }
    wanted
}

fn enum_values(from: &mut Snapshot, to: &Snapshot, hints: &Hints, changes: &mut Vec<Change>) {
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

fn wanted_tables(from: &Snapshot, to: &Snapshot, hints: &Hints) -> Vec<(Name, Name)> {
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
    wanted
}

/// Renames in an order in which no name is ever taken twice. What stands in the way, and is not renamed itself, is moved
/// aside, and so is what leaves a name to something new: it will be dropped under that name.
fn moves(
    mut pairs: Vec<(String, String)>,
    mut taken: BTreeSet<String>,
    leaving: BTreeSet<String>,
) -> Vec<(String, String)> {
    let mut in_the_way = leaving;
    in_the_way.extend(
        pairs
            .iter()
            .map(|(_, to)| to)
            .filter(|to| taken.contains(*to) && !pairs.iter().any(|(from, _)| from == *to))
            .cloned(),
    );
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

/// The name under which something waits until it goes, or until the name that it takes is free.
fn aside(name: &str) -> String {
    naming::fit(&format!("ennead_aside_{name}"))
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
        for (old, new) in moves(wanted, taken, BTreeSet::new()) {
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

/// The sequence of one column under another name is the same one: it goes on counting.
fn sequences(from: &mut Snapshot, to: &Snapshot, changes: &mut Vec<Change>) {
    let has = |sequences: &[Sequence], name: &Name| sequences.iter().any(|other| other.full_name() == *name);
    for new in &to.sequences {
        let (name, Some(owner)) = (new.full_name(), &new.owned_by) else { continue };
        if has(&from.sequences, &name) {
            continue;
        }
        let twin = from.sequences.iter().find(|old| {
            old.owned_by.as_ref() == Some(owner)
                && old.schema == new.schema
                && !has(&to.sequences, &old.full_name())
        });
        let Some(old) = twin.map(Sequence::full_name) else { continue };
        if from.table_named(&name).is_some() {
            rename(from, &name, &aside(&name.name), changes);
        }
        clear_of_indexes(from, &name, changes);
        rename(from, &old, &new.name, changes);
    }
}

fn rename_sequence(snapshot: &mut Snapshot, old: &Name, new: &str) {
    for sequence in snapshot.sequences.iter_mut().filter(|sequence| sequence.full_name() == *old) {
        new.clone_into(&mut sequence.name);
    }
    for column in snapshot.tables.iter_mut().flat_map(|table| &mut table.columns) {
        if let Some(default) = &mut column.default
            && default.starts_with("nextval('")
        {
            *default = text::rename_in_string(default, &old.name, new);
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
    use std::collections::BTreeSet;

    use super::moves;

    fn run(pairs: &[(&str, &str)], taken: &[&str]) -> Vec<String> {
        let pairs = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let taken = taken.iter().map(|name| (*name).to_owned()).collect();
        moves(pairs, taken, BTreeSet::new()).into_iter().map(|(a, b)| format!("{a}>{b}")).collect()
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
