//! Rows.

use ennead_core::Dialect;
use ennead_core::snapshot::Name;

use super::Judge;
use crate::read::Copy;
use crate::rule;

impl Judge<'_> {
    pub(super) fn copy(&mut self, copy: Copy) {
        // `sqlite_sequence` holds how far keys were counted.
        if copy.into.name.starts_with("sqlite_") {
            return;
        }
        if self.state.is_made(&copy.into) && !self.state.is_made(&copy.from) {
            let (into, line) = (self.state.key(&copy.into), self.here.line);
            self.state.copies.insert(into, (copy, line));
        }
    }

    pub(super) fn update(&mut self, table: &Name, sets: &[String], only_null: Option<String>, bounded: bool) {
        self.state.write(table, sets);
        let batched = self.script.transaction.is_some_and(|of| of.is_batched(self.here.line));
        for column in sets {
            // Where only its NULLs are asked for, or all rows, none is left.
            if only_null.as_ref().map_or(!bounded, |only| only == column) {
                self.state.fill(table, column);
            }
        }
        if !batched && !self.state.is_made(table) && self.state.dialect == Dialect::Postgres {
            self.works(&format!("rows of {table} are written"));
            self.found(
                rule::UPDATE_ROWS,
                format!("the rows of {table} that are written stay locked until the migration is through"),
            );
        }
    }

    pub(super) fn delete(&mut self, table: &Name) {
        if !table.name.starts_with("sqlite_") && !self.state.is_made(table) {
            let of = if table.name.is_empty() { String::new() } else { format!(" of {table}") };
            self.found(rule::DELETE_ROWS, format!("rows{of} are gone"));
        }
    }

    pub(super) fn truncate(&mut self, tables: &[Name]) {
        for table in tables.iter().filter(|table| !self.state.is_made(table)).collect::<Vec<_>>() {
            self.found(rule::DELETE_ROWS, format!("all rows of {table} are gone"));
        }
    }
}
