//! Columns of tables that stay.

use ennead_core::Dialect;
use ennead_core::snapshot::{Column, Name};
use ennead_sql::ddl;

use super::Judge;
use crate::read::ColumnSpec;
use crate::rule;

impl Judge<'_> {
    pub(super) fn with_column(&mut self, table: &Name, column: &str, change: impl FnOnce(&mut Column)) {
        let key = self.state.fold(column);
        let dialect = self.state.dialect;
        let Some(table) = self.state.table_mut(table) else { return };
        let same = |own: &&mut Column| match dialect {
            Dialect::Postgres => own.name == key,
            Dialect::Sqlite => own.name.to_lowercase() == key,
        };
        if let Some(column) = table.columns.iter_mut().find(same) {
            change(column);
        }
    }

    /// What is known of a column.
    pub(super) fn column(&self, table: &Name, column: &str) -> Option<&Column> {
        let key = self.state.fold(column);
        let columns = &self.state.table(table)?.columns;
        columns.iter().find(|own| self.state.fold(&own.name) == key)
    }

    pub(super) fn add_column(&mut self, table: &Name, spec: &ColumnSpec) {
        let column = spec.column.clone();
        if let Some(table) = self.state.table_mut(table) {
            table.columns.push(column.clone());
        }
        self.column_convention(table, &column);
        if self.state.is_made(table) {
            return;
        }
        let named = format!("{table}.{}", column.name);
        let has_value = column.default.is_some()
            || column.generated.is_some()
            || column.identity.is_some()
            || column.nullable;
        if !has_value {
            let message =
                format!("{named} takes no NULL and has no default: it fails where {table} has rows");
            self.found(rule::NOT_NULL_WITHOUT_DEFAULT, message);
        }
        if let Some(why) = spec.rewrites {
            self.rewrite(table, &format!("{named} is added, and {why}"));
        }
        self.state.set_fresh(table, &column.name);
        let null = spec.is_null_at_first();
        if null {
            self.state.set_null(table, &column.name);
        }
        if spec.unique || spec.primary {
            self.found(
                rule::UNIQUE_LOCKS,
                format!("the index of {named} is built while nobody may read {table}"),
            );
            if !null && spec.rewrites.is_none() {
                self.found(rule::NEW_UNIQUE, format!("all rows of {table} get the same {}", column.name));
            }
        }
        if spec.references.is_some() {
            self.found(
                rule::CONSTRAINT_LOCKS,
                format!("{named} references another table: all rows of {table} are read"),
            );
            if !null {
                self.found(
                    rule::NEW_FOREIGN_KEY,
                    format!("what each row of {table} gets in {named} must be there"),
                );
            }
        }
        if !spec.checks.is_empty() {
            self.found(rule::CONSTRAINT_LOCKS, format!("{named} has a CHECK: all rows of {table} are read"));
            // What is about the new column alone is kept by all rows or by none.
            if spec.checks.iter().any(|condition| self.state.is_about_earlier(table, condition)) {
                self.found(rule::NEW_CHECK, format!("each row of {table} must keep the CHECK of {named}"));
            }
        }
    }

    pub(super) fn drop_column(&mut self, table: &Name, column: &str, cascade: bool) {
        let known = self.column(table, column).cloned();
        if let Some(known_table) = self.state.table_mut(table) {
            known_table.columns.retain(|own| own.name != column);
        }
        if self.state.is_made(table) {
            return;
        }
        let named = format!("{table}.{column}");
        // A generated column holds nothing of its own.
        if known.is_some_and(|column| column.generated.is_some()) {
            self.found(rule::CHANGE_TYPE, format!("{named}, which is computed, is dropped"));
        } else {
            self.found(rule::DROP_COLUMN, format!("all values of {named} are gone"));
        }
        if cascade {
            self.found(rule::DROP_CASCADE, format!("whatever depends on {named} goes with it"));
        }
    }

    pub(super) fn change_type(&mut self, table: &Name, column: &str, to: &str, collated: bool) {
        let known = self.column(table, column).map(|column| column.data_type.clone());
        self.with_column(table, column, |column| to.clone_into(&mut column.data_type));
        if self.state.is_made(table) {
            return;
        }
        let named = format!("{table}.{column}");
        let Some(from) = known else {
            self.found(rule::CHANGE_TYPE, format!("{named} becomes {to}, and what it was is not known"));
            self.rewrite(table, &format!("{named} becomes {to}"));
            return;
        };
        self.compare_types(table, &named, &from, to);
        if collated && !ddl::type_change(&from, to, self.is_enum(&from) || self.is_enum(to)).rewrites {
            self.rewrite(table, &format!("{named} is sorted otherwise, and its indexes are built anew"));
        }
    }

    /// What another type of a column that holds values means.
    pub(super) fn compare_types(&mut self, table: &Name, named: &str, from: &str, to: &str) {
        let is_enum = self.is_enum(from) || self.is_enum(to);
        let change = match self.state.dialect {
            Dialect::Postgres => ddl::type_change(from, to, is_enum),
            Dialect::Sqlite => affinity_change(from, to),
        };
        if change.rewrites {
            self.rewrite(table, &format!("{named} becomes {to}"));
        }
        if change.narrows {
            self.found(rule::NARROW_TYPE, format!("{named} goes from {from} to {to}, which holds less"));
        }
        if change.may_fail && !change.narrows {
            self.found(rule::CONVERT_VALUES, format!("each value of {named} must be a {to}"));
        }
        // The same type with more room, or another of the same name, is nothing that programs see.
        if change.is_other {
            self.found(rule::CHANGE_TYPE, format!("programs that take {named} for {from} fail"));
        }
    }

    fn is_enum(&self, data_type: &str) -> bool {
        let bare = data_type.trim_end_matches("[]").trim_matches('"');
        self.state.enums.contains(bare)
    }

    pub(super) fn set_not_null(&mut self, table: &Name, column: &str) {
        let known = self.column(table, column).map(|column| column.nullable);
        let proved = self.state.is_filled(table, column);
        let valid = self.state.proofs.contains_key(&self.state.column_key(table, column))
            || self.has_valid_proof(table, column);
        self.with_column(table, column, |column| column.nullable = false);
        if self.state.is_made(table) || known == Some(false) {
            return;
        }
        if !proved && !valid {
            self.found(rule::SET_NOT_NULL, format!("no row of {table} may have NULL in {column}"));
        }
        if !valid {
            self.found(rule::NOT_NULL_LOCKS, format!("all of {table} is read while nobody may use it"));
        }
    }

    /// Whether a CHECK that was there before says that the column has no NULL.
    fn has_valid_proof(&self, table: &Name, column: &str) -> bool {
        let Some(table) = self.state.table(table) else { return false };
        let says = |condition: &str| {
            let bare = condition.trim_matches(['(', ')']).replace('"', "");
            bare.eq_ignore_ascii_case(&format!("{column} IS NOT NULL"))
        };
        table.checks.iter().any(|check| !check.not_valid && says(&check.condition))
    }

    pub(super) fn rename_column(&mut self, table: &Name, from: &str, to: &str) {
        self.state.rename_column(table, from, to);
        if !self.state.is_made(table) {
            self.found(
                rule::RENAME_COLUMN,
                format!("programs that know {table}.{from} fail: it is called {to}"),
            );
        }
    }
}

/// On SQLite a value is converted where the new type's affinity asks for it.
fn affinity_change(from: &str, to: &str) -> ddl::TypeChange {
    let (old, new) = (affinity(from), affinity(to));
    let numeric = |affinity: &str| matches!(affinity, "integer" | "real" | "numeric");
    ddl::TypeChange {
        rewrites: false,
        // '007' becomes 7.
        narrows: old == "text" && numeric(new),
        may_fail: old != new && matches!(new, "integer" | "blob") && old != "text",
        is_other: old != new,
    }
}

fn affinity(data_type: &str) -> &'static str {
    let name = data_type.to_lowercase();
    let has = |part: &str| name.contains(part);
    if has("int") {
        "integer"
    } else if has("char") || has("clob") || has("text") {
        "text"
    } else if has("blob") || name.is_empty() {
        "blob"
    } else if has("real") || has("floa") || has("doub") {
        "real"
    } else {
        "numeric"
    }
}
