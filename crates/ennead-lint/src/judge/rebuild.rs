//! A table that is made anew beside the earlier one, given its rows, and put in its place.

use std::collections::BTreeSet;

use ennead_core::diff::mentions;
use ennead_core::snapshot::{Column, IndexPart, IndexTarget, Name, Table};

use super::Judge;
use crate::read::Copy;
use crate::rule;
use crate::state::fold;

impl Judge<'_> {
    /// The earlier table is dropped now: what of it is not in the new one?
    pub(super) fn rebuilt(&mut self, old: &Name, heir: &str, copy: &Copy, line: usize) {
        if copy.some {
            self.found(rule::DELETE_ROWS, format!("only some rows of {old} are in {}", copy.into));
        }
        let (Some(was), Some(is)) =
            (self.state.table(old).cloned(), self.state.table(&Name::new(heir)).cloned())
        else {
            // What the earlier table held is not known: all of it may be in the copy.
            return;
        };
        for column in was.columns.iter().filter(|column| column.generated.is_none()) {
            let fold = |name: &str| self.state.fold(name);
            let read = copy.read.iter().any(|name| fold(name) == fold(&column.name));
            if !read && !copy.all {
                self.found(rule::DROP_COLUMN, format!("all values of {old}.{} are gone", column.name));
            }
        }
        // All else is about the new table, and is told where it is filled.
        let here = self.here;
        self.here.line = line;
        for column in &is.columns {
            self.rebuilt_column(old, &was, column, copy);
        }
        self.rebuilt_constraints(old, &was, &is);
        self.here = here;
        self.keep_uniques(heir, was, copy);
    }

    fn rebuilt_column(&mut self, old: &Name, was: &Table, column: &Column, copy: &Copy) {
        let dialect = self.state.dialect;
        let fold = |name: &str| fold(dialect, name);
        let source = copy.columns.iter().find(|(into, _)| fold(into) == fold(&column.name)).cloned();
        let named = format!("{old}.{}", column.name);
        let Some((_, source)) = source else {
            let has_value = column.nullable
                || column.default.is_some()
                || column.generated.is_some()
                || column.identity.is_some();
            if !has_value && !copy.columns.is_empty() {
                let message =
                    format!("{named} takes no NULL and has no default: it fails where {old} has rows");
                self.found(rule::NOT_NULL_WITHOUT_DEFAULT, message);
            }
            return;
        };
        // An expression gives what it gives.
        let Some(source) = source else { return };
        let Some(before) = was.columns.iter().find(|own| fold(&own.name) == fold(&source)).cloned() else {
            return;
        };
        if fold(&source) != fold(&column.name) {
            self.found(
                rule::RENAME_COLUMN,
                format!("programs that know {old}.{source} fail: it is called {}", column.name),
            );
        }
        let is_key =
            was.primary_key.iter().any(|key| key.columns.iter().any(|own| fold(own) == fold(&source)));
        if before.nullable && !column.nullable && !is_key && !self.state.is_filled(old, &source) {
            self.found(rule::SET_NOT_NULL, format!("no row of {old} may have NULL in {source}"));
        }
        if !before.data_type.eq_ignore_ascii_case(&column.data_type) {
            self.compare_types(old, &named, &before.data_type, &column.data_type);
        }
    }

    /// What no two rows were the same in, they are not in the new table either, where the columns were copied as they are: an
    /// index that says so again proves nothing new.
    fn keep_uniques(&mut self, heir: &str, was: Table, copy: &Copy) {
        let fold = |name: &str| self.state.fold(name);
        let copied = |part: &IndexPart| {
            let IndexTarget::Column(name) = &part.target else { return false };
            let same = |(into, from): &(String, Option<String>)| {
                fold(into) == fold(name) && from.as_ref().is_some_and(|from| fold(from) == fold(name))
            };
            copy.columns.iter().any(same)
        };
        let kept: Vec<_> =
            was.indexes.into_iter().filter(|index| index.unique && index.parts.iter().all(copied)).collect();
        if let Some(table) = self.state.table_mut(&Name::new(heir)) {
            table.indexes.extend(kept);
        }
    }

    fn rebuilt_constraints(&mut self, old: &Name, was: &Table, is: &Table) {
        let had: BTreeSet<Vec<String>> = keys(was);
        for columns in keys(is).into_iter().filter(|columns| !had.contains(columns)) {
            let columns = columns.join(", ");
            self.found(rule::NEW_UNIQUE, format!("no two rows of {old} may be the same in {columns}"));
        }
        for check in &is.checks {
            // What is about new columns alone is kept by all rows or by none.
            let earlier = was.columns.iter().any(|own| mentions(&check.condition, &own.name));
            if earlier && !was.checks.iter().any(|own| bare(&own.condition) == bare(&check.condition)) {
                let called = if check.name.is_empty() { &check.condition } else { &check.name };
                self.found(rule::NEW_CHECK, format!("each row of {old} must keep {called}"));
            }
        }
        for key in &is.foreign_keys {
            let same = |own: &&ennead_core::snapshot::ForeignKey| {
                own.columns == key.columns && own.parent == key.parent
            };
            if !was.foreign_keys.iter().any(|own| same(&own)) {
                let message =
                    format!("each row of {old} must refer to a row of {} that is there", key.parent);
                self.found(rule::NEW_FOREIGN_KEY, message);
            }
        }
    }
}

/// A condition without what may be written either way.
pub(super) fn bare(condition: &str) -> String {
    let kept = condition.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"'));
    kept.collect::<String>().to_lowercase()
}

/// The columns that no two rows may be the same in.
fn keys(table: &Table) -> BTreeSet<Vec<String>> {
    let lower = |columns: &[String]| columns.iter().map(|column| column.to_lowercase()).collect::<Vec<_>>();
    let uniques = table.uniques.iter().map(|unique| lower(&unique.columns));
    uniques.chain(table.primary_key.iter().map(|key| lower(&key.columns))).collect()
}
