//! What does not change itself, but must go and come back for what does.

use std::collections::BTreeSet;

use ennead_core::diff::{Change, Constraint, Diff, mentions, same_index};
use ennead_core::snapshot::{Column, EnumType, ForeignKey, Index, IndexTarget, Name, ReplicaIdentity, Table};

use super::uses_column;

/// A column of a table.
type Place = (Name, String);

/// What goes and comes back.
#[derive(Debug, Default)]
pub(super) struct Dependents {
    /// Constraints that stay.
    pub(super) constraints: Vec<(Name, Constraint)>,
    /// Indexes that stay.
    pub(super) indexes: Vec<(Name, Index)>,
    /// Columns that are dropped and added: generated ones whose expression, or what it reads, changes.
    pub(super) rebuilt: BTreeSet<Place>,
    /// Columns whose type is another, though its name may be the same.
    pub(super) retyped: BTreeSet<Place>,
    /// Keys that go, for good or for a while: a table and its columns.
    pub(super) lost: Vec<(Name, BTreeSet<String>)>,
    /// Tables whose replica identity was by an index that comes back.
    pub(super) replica_identities: BTreeSet<Name>,
}

impl Dependents {
    pub(super) fn of(diff: &Diff) -> Self {
        let replaced: Vec<&EnumType> = diff
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::ReplaceEnum { from, .. } => Some(from),
                _ => None,
            })
            .collect();
        let of_replaced = |sql: &str| replaced.iter().any(|kind| mentions(sql, &kind.name));
        let mut found = Self::default();
        for (old, new) in kept_tables(diff) {
            found.columns(old, new, &of_replaced);
            found.parts(diff, old, new, &of_replaced);
        }
        found.foreign_keys(diff);
        found
    }

    fn columns(&mut self, old: &Table, new: &Table, of_replaced: &impl Fn(&str) -> bool) {
        let name = new.full_name();
        for column in &new.columns {
            let Some(was) = old.column(&column.name) else { continue };
            let place = (name.clone(), column.name.clone());
            if is_rebuilt(was, column) {
                self.rebuilt.insert(place);
            } else if was.data_type != column.data_type
                || was.collation != column.collation
                || of_replaced(&column.data_type)
            {
                self.retyped.insert(place);
            }
        }
        for column in &new.columns {
            let (Some(generated), Some(_)) = (&column.generated, old.column(&column.name)) else { continue };
            let moved = |place: &Place| place.0 == name && mentions(&generated.expression, &place.1);
            let place = (name.clone(), column.name.clone());
            let reads = of_replaced(&generated.expression) || self.retyped.iter().any(moved);
            if reads || self.retyped.contains(&place) {
                self.retyped.remove(&place);
                self.rebuilt.insert(place);
            }
        }
    }

    fn parts(&mut self, diff: &Diff, old: &Table, new: &Table, of_replaced: &impl Fn(&str) -> bool) {
        let name = new.full_name();
        let mine = |places: &BTreeSet<Place>| -> Vec<String> {
            places.iter().filter(|place| place.0 == name).map(|place| place.1.clone()).collect()
        };
        let mut gone = mine(&self.rebuilt);
        // Postgres makes these anew itself when a type changes, from a text of its own that says another expression: see
        // `settle` of the introspection.
        let retyped = mine(&self.retyped);
        let rewritten =
            |sql: &str| sql.contains("ARRAY[") && retyped.iter().any(|column| mentions(sql, column));
        // A condition over a value of a replaced enumeration is of the earlier type until it is made anew.
        let replaced = |column: &&Column| of_replaced(&column.data_type);
        gone.extend(new.columns.iter().filter(replaced).map(|column| column.name.clone()));
        let added = |constraint: &Constraint| {
            diff.changes.iter().any(|change| {
                matches!(change, Change::AddConstraint { table, constraint: other }
                    if *table == name && other == constraint)
            })
        };
        for constraint in Constraint::all(new) {
            let is_expression = matches!(constraint, Constraint::Check(_) | Constraint::Exclusion(_));
            let text = match &constraint {
                Constraint::Check(check) => check.condition.as_str(),
                Constraint::Exclusion(exclusion) => &exclusion.definition,
                _ => "",
            };
            // Of an index that carries a column, something keeps to the earlier type when Postgres makes it anew itself.
            let carried = |names: &[String]| {
                let mut columns = names.iter().filter_map(|name| new.column(name));
                columns.any(|column| of_replaced(&column.data_type) || retyped.contains(&column.name))
            };
            let carries = match &constraint {
                Constraint::PrimaryKey(key) => carried(&key.include),
                Constraint::Unique(unique) => carried(&unique.include),
                _ => false,
            };
            let rebuilt =
                self.rebuilt.iter().any(|place| place.0 == name && uses_column(&constraint, &place.1));
            let hit = is_expression
                && (of_replaced(text)
                    || rewritten(text)
                    || gone.iter().any(|column| uses_column(&constraint, column)));
            if (rebuilt || hit || carries) && !added(&constraint) {
                self.constraints.push((name.clone(), constraint));
            }
        }
        for index in &new.indexes {
            let stays = old.indexes.iter().any(|other| same_index(other, index));
            if stays
                && (index_uses(index, &gone)
                    || index_texts(index).any(|sql| of_replaced(sql) || rewritten(sql)))
            {
                self.indexes.push((name.clone(), index.clone()));
                if new.replica_identity == Some(ReplicaIdentity::Index(index.name.clone())) {
                    self.replica_identities.insert(name.clone());
                }
            }
        }
    }

    /// Foreign keys lean on a key of the parent, and compare columns that must be comparable all the time.
    fn foreign_keys(&mut self, diff: &Diff) {
        let mut lost: Vec<(Name, BTreeSet<String>)> = Vec::new();
        for change in &diff.changes {
            match change {
                Change::DropConstraint { table, constraint } => {
                    lost.extend(key_columns(constraint).map(|columns| (table.clone(), columns)));
                }
                Change::DropIndex { table, index } if index.unique => {
                    lost.push((table.clone(), index_columns(index)));
                }
                _ => {}
            }
        }
        for (table, constraint) in &self.constraints {
            lost.extend(key_columns(constraint).map(|columns| (table.clone(), columns)));
        }
        for (table, index) in self.indexes.iter().filter(|(_, index)| index.unique) {
            lost.push((table.clone(), index_columns(index)));
        }
        self.lost = lost;
        for (old, new) in kept_tables(diff) {
            let name = new.full_name();
            for key in &new.foreign_keys {
                let constraint = Constraint::ForeignKey(key.clone());
                let bare = |key: &ForeignKey| {
                    let mut key = key.clone();
                    (key.comment, key.not_valid) = (None, false);
                    key
                };
                let stays = old
                    .foreign_keys
                    .iter()
                    .any(|other| bare(other) == bare(key) && (other.not_valid || !key.not_valid));
                let parent = key.parent_name();
                let leans = self.leans_on_lost(key);
                let moved = |table: &Name, columns: &[String]| {
                    columns.iter().any(|column| {
                        let place = (table.clone(), column.clone());
                        self.retyped.contains(&place) || self.rebuilt.contains(&place)
                    })
                };
                let compared = moved(&name, &key.columns) || moved(&parent, &key.parent_columns);
                let known =
                    self.constraints.iter().any(|(table, other)| *table == name && *other == constraint);
                if stays && (leans || compared) && !known {
                    self.constraints.push((name.clone(), constraint));
                }
            }
        }
    }
}

impl Dependents {
    /// Whether a foreign key leans on a key that goes.
    pub(super) fn leans_on_lost(&self, key: &ForeignKey) -> bool {
        let columns: BTreeSet<String> = key.parent_columns.iter().cloned().collect();
        self.lost.contains(&(key.parent_name(), columns))
    }
}

/// A column becomes a generated one, or is computed by another expression: Postgres before 17 has no statement for it.
pub(super) fn is_rebuilt(was: &Column, column: &Column) -> bool {
    column.generated.is_some() && was.generated != column.generated
}

fn kept_tables(diff: &Diff) -> impl Iterator<Item = (&Table, &Table)> {
    let old = |new: &Table| diff.from.table_named(&new.full_name());
    diff.to.tables.iter().filter_map(move |new| Some((old(new)?, new)))
}

fn key_columns(constraint: &Constraint) -> Option<BTreeSet<String>> {
    match constraint {
        Constraint::PrimaryKey(key) => Some(key.columns.iter().cloned().collect()),
        Constraint::Unique(unique) => Some(unique.columns.iter().cloned().collect()),
        _ => None,
    }
}

fn index_columns(index: &Index) -> BTreeSet<String> {
    let column = |target: &IndexTarget| match target {
        IndexTarget::Column(name) => Some(name.clone()),
        IndexTarget::Expression(_) => None,
    };
    index.parts.iter().filter_map(|part| column(&part.target)).collect()
}

fn index_texts(index: &Index) -> impl Iterator<Item = &str> {
    let expressions = index.parts.iter().filter_map(|part| match &part.target {
        IndexTarget::Expression(sql) => Some(sql.as_str()),
        IndexTarget::Column(_) => None,
    });
    expressions.chain(index.condition.as_deref())
}

fn index_uses(index: &Index, columns: &[String]) -> bool {
    columns.iter().any(|column| {
        index_columns(index).contains(column)
            || index.include.contains(column)
            || index_texts(index).any(|sql| mentions(sql, column))
    })
}
