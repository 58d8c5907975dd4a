//! The order in which tables are made: each after those it references, as far as there is such an order.

use std::collections::{BTreeMap, BTreeSet};

use ennead_core::snapshot::{Deferrable, ForeignKey, Snapshot, Table};

/// A table's schema and name.
type Key<'a> = (Option<&'a str>, &'a str);

fn key(table: &Table) -> Key<'_> {
    (table.schema.as_deref(), &table.name)
}

/// Which tables each table references, itself and unknown ones left out.
type Parents<'a> = BTreeMap<Key<'a>, BTreeSet<Key<'a>>>;

/// The tables, parents first, and by name where nothing else decides. Where tables reference one another in a circle, one
/// whose references into the circle are deferrable comes first.
pub(super) fn tables(snapshot: &Snapshot) -> Vec<&Table> {
    let all = parents(snapshot, |_, _| true);
    let firm = parents(snapshot, |_, key| key.deferrable != Deferrable::InitiallyDeferred);
    let by_name: BTreeMap<Key<'_>, &Table> =
        snapshot.tables.iter().map(|table| (key(table), table)).collect();
    let mut left: BTreeSet<Key<'_>> = by_name.keys().copied().collect();
    let mut ordered = Vec::with_capacity(by_name.len());
    while let Some(next) = next(&left, &all, &firm) {
        left.remove(&next);
        ordered.extend(by_name.get(&next));
    }
    ordered
}

/// The next table, of those left.
fn next<'a>(left: &BTreeSet<Key<'a>>, all: &Parents<'a>, firm: &Parents<'a>) -> Option<Key<'a>> {
    let waits_for = |parents: &Parents<'a>, name: &Key<'a>| {
        parents.get(name).is_some_and(|parents| parents.iter().any(|parent| left.contains(parent)))
    };
    if let Some(free) = left.iter().find(|name| !waits_for(all, name)) {
        return Some(*free);
    }
    // Each table that is left waits for a circle, or is in one. Begin with a circle that waits for no other.
    let reaches: BTreeMap<Key<'a>, BTreeSet<Key<'a>>> =
        left.iter().map(|name| (*name, reach(*name, left, all))).collect();
    let reached = |from: &Key<'a>, to: &Key<'a>| reaches.get(from).is_some_and(|names| names.contains(to));
    let in_first_circle = |name: &Key<'a>| {
        reaches.get(name).is_some_and(|names| names.iter().all(|other| reached(other, name)))
    };
    let circle: Vec<Key<'a>> = left.iter().copied().filter(|name| in_first_circle(name)).collect();
    circle.iter().find(|name| !waits_for(firm, name)).or(circle.first()).or(left.first()).copied()
}

/// The tables, of those left, that a table references over any number of hops.
fn reach<'a>(from: Key<'a>, left: &BTreeSet<Key<'a>>, parents: &Parents<'a>) -> BTreeSet<Key<'a>> {
    let mut found = BTreeSet::new();
    let mut work: Vec<Key<'a>> = vec![from];
    while let Some(name) = work.pop() {
        for parent in parents.get(&name).into_iter().flatten() {
            if left.contains(parent) && found.insert(*parent) {
                work.push(*parent);
            }
        }
    }
    found
}

fn parents<'a>(snapshot: &'a Snapshot, wanted: impl Fn(&Table, &ForeignKey) -> bool) -> Parents<'a> {
    let known: BTreeSet<Key<'a>> = snapshot.tables.iter().map(key).collect();
    let mut all = Parents::new();
    for table in &snapshot.tables {
        let own = all.entry(key(table)).or_default();
        for other in table.foreign_keys.iter().filter(|other| wanted(table, other)) {
            let parent: Key<'a> = (other.parent_schema.as_deref(), &other.parent);
            if parent != key(table) && known.contains(&parent) {
                own.insert(parent);
            }
        }
    }
    all
}

/// Tables that reference one another in a circle of keys that are neither deferrable nor take NULL: no row could ever be
/// the first.
pub(super) fn hard_cycle(snapshot: &Snapshot) -> Option<Vec<&str>> {
    let hard = parents(snapshot, |table, key| {
        let takes_null = |name: &String| table.column(name).is_some_and(|column| column.nullable);
        key.deferrable != Deferrable::InitiallyDeferred && !key.columns.iter().any(takes_null)
    });
    let mut left: BTreeSet<Key<'_>> = hard.keys().copied().collect();
    let waits_for = |left: &BTreeSet<Key<'_>>, name: Key<'_>| {
        hard.get(&name).and_then(|parents| parents.iter().copied().find(|parent| left.contains(parent)))
    };
    while let Some(free) = left.iter().copied().find(|name| waits_for(&left, *name).is_none()) {
        left.remove(&free);
    }
    // Each that is left waits for another: going on from any one ends in a circle.
    let mut path: Vec<Key<'_>> = vec![left.first().copied()?];
    while let Some(parent) = path.last().and_then(|name| waits_for(&left, *name)) {
        let parent = left.get(&parent).copied()?;
        if let Some(start) = path.iter().position(|name| *name == parent) {
            return Some(path.split_off(start).into_iter().map(|(_, name)| name).collect());
        }
        path.push(parent);
    }
    None
}
