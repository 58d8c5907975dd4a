//! What the database holds while the script runs, as far as it is known.

use std::collections::{BTreeMap, BTreeSet};

use ennead_core::Dialect;
use ennead_core::diff::{mentions, rename};
use ennead_core::snapshot::{Name, Snapshot, Table};

use crate::read::Copy;

/// Tables by their names, and what happened to them since the script began.
pub(crate) struct State {
    pub(crate) dialect: Dialect,
    /// Whether the earlier schema was told, so that a table that is not in it is not there.
    is_told: bool,
    tables: BTreeMap<String, Table>,
    /// Tables that the script made, and that hold no earlier rows.
    made: BTreeSet<String>,
    /// Names that things had that are gone, renamed or made.
    pub(crate) enums: BTreeSet<String>,
    /// Names of tables that were there and were dropped: what takes one of them is known to others by it.
    dropped: BTreeSet<String>,
    /// Columns that the script added to tables that were there.
    fresh: BTreeSet<(String, String)>,
    /// Columns whose rows all have NULL, since the script added them so.
    null: BTreeSet<(String, String)>,
    /// Columns whose NULLs the script filled, or that are proved to have none.
    filled: BTreeSet<(String, String)>,
    /// Copies from a table into one that the script made.
    pub(crate) copies: BTreeMap<String, (Copy, usize)>,
    /// Constraints that are no proof before they are validated: of NOT NULL, with their columns.
    pub(crate) proofs: BTreeMap<(String, String), String>,
    /// Constraints that the script added NOT VALID.
    pub(crate) open: BTreeMap<(String, String), Open>,
    /// Whether the transaction holds a lock that keeps others from an earlier table.
    pub(crate) locked: Option<String>,
}

/// A constraint that is not validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    Check,
    /// One about columns that the script adds.
    EmptyCheck,
    ForeignKey,
    /// A foreign key whose columns are NULL in all rows.
    EmptyForeignKey,
}

impl State {
    pub(crate) fn new(dialect: Dialect, before: Option<&Snapshot>) -> Self {
        let mut state = Self {
            dialect,
            is_told: before.is_some(),
            tables: BTreeMap::new(),
            made: BTreeSet::new(),
            enums: BTreeSet::new(),
            dropped: BTreeSet::new(),
            fresh: BTreeSet::new(),
            null: BTreeSet::new(),
            filled: BTreeSet::new(),
            copies: BTreeMap::new(),
            proofs: BTreeMap::new(),
            open: BTreeMap::new(),
            locked: None,
        };
        let Some(before) = before else { return state };
        state.enums = before.enums.iter().map(|kind| state.key(&kind.full_name())).collect();
        for table in &before.tables {
            let name = state.key(&table.full_name());
            for check in table.checks.iter().filter(|check| check.not_valid) {
                state.open.insert((name.clone(), check.name.clone()), Open::Check);
            }
            for key in table.foreign_keys.iter().filter(|key| key.not_valid) {
                state.open.insert((name.clone(), key.name.clone()), Open::ForeignKey);
            }
            state.tables.insert(name, table.clone());
        }
        state
    }

    /// What a name is known by: SQLite does not tell letters from capitals.
    pub(crate) fn key(&self, name: &Name) -> String {
        match self.dialect {
            Dialect::Postgres => name.to_string(),
            Dialect::Sqlite => name.name.to_lowercase(),
        }
    }

    /// What a column is known by.
    pub(crate) fn column_key(&self, table: &Name, column: &str) -> (String, String) {
        (self.key(table), self.fold(column))
    }

    pub(crate) fn fold(&self, column: &str) -> String {
        fold(self.dialect, column)
    }

    pub(crate) fn table(&self, name: &Name) -> Option<&Table> {
        self.tables.get(&self.key(name))
    }

    pub(crate) fn table_mut(&mut self, name: &Name) -> Option<&mut Table> {
        let key = self.key(name);
        self.tables.get_mut(&key)
    }

    /// Whether a table of that name may be there.
    pub(crate) fn may_have(&self, name: &Name) -> bool {
        self.table(name).is_some() || (!self.is_told && !self.is_made(name))
    }

    /// Whether the script made the table, so that it has no rows that others know.
    pub(crate) fn is_made(&self, name: &Name) -> bool {
        self.made.contains(&self.key(name))
    }

    pub(crate) fn make(&mut self, table: Table) {
        let key = self.key(&table.full_name());
        self.made.insert(key.clone());
        self.tables.insert(key, table);
    }

    /// The table has rows from now on that others know under another name.
    pub(crate) fn adopt(&mut self, name: &Name) {
        let key = self.key(name);
        self.made.remove(&key);
    }

    pub(crate) fn forget(&mut self, name: &Name) {
        let key = self.key(name);
        self.tables.remove(&key);
        if !self.made.remove(&key) {
            self.dropped.insert(key);
        }
    }

    pub(crate) fn rename(&mut self, from: &Name, to: &Name) {
        let (old, new) = (self.key(from), self.key(to));
        if let Some(mut table) = self.tables.remove(&old) {
            table.schema.clone_from(&to.schema);
            table.name.clone_from(&to.name);
            self.tables.insert(new.clone(), table);
        }
        if self.made.remove(&old) && !self.dropped.contains(&new) {
            self.made.insert(new.clone());
        }
        for set in [&mut self.fresh, &mut self.null, &mut self.filled] {
            let moved: Vec<_> = set.iter().filter(|(table, _)| *table == old).cloned().collect();
            for (table, column) in moved {
                set.remove(&(table, column.clone()));
                set.insert((new.clone(), column));
            }
        }
        if let Some(copy) = self.copies.remove(&old) {
            self.copies.insert(new, copy);
        }
    }

    /// A column has another name from here on, in its table's keys and constraints and in those that refer to it, too.
    pub(crate) fn rename_column(&mut self, table: &Name, from: &str, to: &str) {
        let dialect = self.dialect;
        let is = |name: &String| fold(dialect, name) == fold(dialect, from);
        let renamed = |names: &mut Vec<String>| {
            names.iter_mut().filter(|name| is(name)).for_each(|name| to.clone_into(name));
        };
        let key = self.key(table);
        for (name, other) in &mut self.tables {
            for reference in other.foreign_keys.iter_mut().filter(|key| key.parent == table.name) {
                renamed(&mut reference.parent_columns);
            }
            if *name != key {
                continue;
            }
            for column in other.columns.iter_mut().filter(|column| is(&column.name)) {
                to.clone_into(&mut column.name);
            }
            for columns in other.primary_key.iter_mut().map(|key| &mut key.columns) {
                renamed(columns);
            }
            for columns in other.uniques.iter_mut().map(|unique| &mut unique.columns) {
                renamed(columns);
            }
            for columns in other.foreign_keys.iter_mut().map(|key| &mut key.columns) {
                renamed(columns);
            }
            for check in &mut other.checks {
                check.condition = rename(&check.condition, from, to);
            }
        }
        for set in [&mut self.fresh, &mut self.null, &mut self.filled] {
            if set.remove(&(key.clone(), fold(dialect, from))) {
                set.insert((key.clone(), fold(dialect, to)));
            }
        }
    }

    pub(crate) fn set_fresh(&mut self, table: &Name, column: &str) {
        let key = self.column_key(table, column);
        self.fresh.insert(key);
    }

    /// Whether a condition is about a column that was there before, so that earlier rows may fail it. Where the table is not
    /// known, it is.
    pub(crate) fn is_about_earlier(&self, table: &Name, condition: &str) -> bool {
        self.table(table).is_none_or(|known| {
            let earlier =
                known.columns.iter().filter(|own| !self.fresh.contains(&self.column_key(table, &own.name)));
            earlier.into_iter().any(|own| mentions(condition, &own.name))
        })
    }

    pub(crate) fn set_null(&mut self, table: &Name, column: &str) {
        let key = self.column_key(table, column);
        self.null.insert(key);
    }

    /// Rows were written: those columns may hold something now.
    pub(crate) fn write(&mut self, table: &Name, columns: &[String]) {
        for column in columns {
            let key = self.column_key(table, column);
            self.null.remove(&key);
        }
    }

    pub(crate) fn fill(&mut self, table: &Name, column: &str) {
        let key = self.column_key(table, column);
        self.filled.insert(key);
    }

    pub(crate) fn is_filled(&self, table: &Name, column: &str) -> bool {
        self.filled.contains(&self.column_key(table, column))
    }

    /// Whether all rows have NULL in one of these, so that no key can be taken twice or refer to nothing.
    pub(crate) fn is_null(&self, table: &Name, columns: &[String]) -> bool {
        columns.iter().any(|column| self.null.contains(&self.column_key(table, column)))
    }
}

/// What the name of a column is known by.
pub(crate) fn fold(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Postgres => column.to_owned(),
        Dialect::Sqlite => column.to_lowercase(),
    }
}
