//! Row level security from one migration to the next: what goes before the tables change, and what comes after.

use std::collections::{BTreeMap, BTreeSet};

use ennead_core::constraints::quote;
use ennead_core::diff::{Change, Diff, mentions};
use ennead_core::snapshot::Name;

use crate::migrate::migration::RowSecurity;

/// The statements around a plan.
#[derive(Debug, Default)]
pub(super) struct Walls {
    /// Before the tables change: policies that stand in the way, or are made anew.
    pub(super) first: Vec<String>,
    /// After they have changed.
    pub(super) last: Vec<String>,
}

/// What makes the policies of one migration those of another.
///
/// A policy that reads as before stays, unless a column that it names goes or changes its type: Postgres does neither
/// while a policy names it.
pub(super) fn between(before: Option<&RowSecurity>, after: Option<&RowSecurity>, diff: &Diff) -> Walls {
    let none = BTreeMap::new();
    let old = before.map_or(&none, |before| &before.tables);
    let new = after.map_or(&none, |after| &after.tables);
    let blocked: Vec<(&str, &str)> = diff.changes.iter().filter_map(blocking).collect();
    let is_blocked = |statements: &[String]| {
        statements
            .iter()
            .any(|sql| blocked.iter().any(|(table, column)| mentions(sql, table) && mentions(sql, column)))
    };
    let mut walls = Walls::default();
    let mut made: BTreeSet<&String> = BTreeSet::new();
    let stays = |table: &str, statements: &Vec<String>| {
        new.get(table) == Some(statements) && old.get(table) == Some(statements) && !is_blocked(statements)
    };
    for (table, statements) in old {
        if !stays(table, statements) {
            let dropped = statements.iter().filter(|sql| sql.starts_with("DROP POLICY"));
            walls.first.extend(dropped.cloned());
        }
    }
    for (table, statements) in new {
        if !stays(table, statements) {
            walls.last.extend(statements.iter().filter(|sql| made.insert(sql)).cloned());
        }
    }
    for table in old.keys().filter(|table| !new.contains_key(*table)) {
        // One that goes takes all with it; one that was renamed has its statements under the new name.
        if diff.to.table_named(&Name::new(table.as_str())).is_some() {
            let name = quote(table);
            walls.last.push(format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY"));
            walls.last.push(format!("ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"));
            let role = before.map(|before| quote(&before.application_role)).unwrap_or_default();
            walls.last.push(format!("REVOKE ALL ON TABLE {name} FROM {role}"));
        }
    }
    let kept: BTreeSet<&str> = functions(new).collect();
    let gone: BTreeSet<&str> = functions(old).filter(|function| !kept.contains(function)).collect();
    walls.last.extend(gone.into_iter().map(|function| format!("DROP FUNCTION IF EXISTS {function}")));
    walls
}

/// A column that Postgres does not change while a policy names it.
fn blocking(change: &Change) -> Option<(&str, &str)> {
    match change {
        Change::DropColumn { table, column } => Some((&table.name, &column.name)),
        Change::AlterColumn { table, from, to } if from.data_type != to.data_type => {
            Some((&table.name, &to.name))
        }
        _ => None,
    }
}

/// The functions that the policies ask, with the types of what they take.
fn functions(tables: &BTreeMap<String, Vec<String>>) -> impl Iterator<Item = &str> {
    tables
        .values()
        .flatten()
        .filter_map(|sql| sql.strip_prefix("REVOKE ALL ON FUNCTION ")?.strip_suffix(" FROM PUBLIC"))
}
