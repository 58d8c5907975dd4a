//! Keys, constraints and indexes of tables that stay.

use ennead_core::snapshot::{Index, IndexTarget, Name};

use super::Judge;
use super::rebuild::bare;
use crate::read::{ConstraintSpec, NewIndex, add_to};
use crate::rule;
use crate::state::Open;

impl Judge<'_> {
    pub(super) fn add_constraint(&mut self, table: &Name, own: Option<String>, constraint: ConstraintSpec) {
        let name = own.clone().unwrap_or_default();
        if let Some(known) = self.state.table_mut(table) {
            add_to(known, name.clone(), constraint.clone());
        }
        if self.state.is_made(table) {
            return;
        }
        let called = own.unwrap_or_else(|| "the constraint".to_owned());
        match constraint {
            ConstraintSpec::PrimaryKey { using_index: true, .. }
            | ConstraintSpec::Unique { using_index: true, .. } => {}
            ConstraintSpec::PrimaryKey { columns, .. } => {
                self.found(rule::UNIQUE_LOCKS, format!("its index is built while nobody may read {table}"));
                let columns = columns.join(", ");
                self.found(rule::NEW_UNIQUE, format!("no two rows of {table} may be the same in {columns}"));
            }
            ConstraintSpec::Unique { columns, nulls_not_distinct, .. } => {
                self.found(rule::UNIQUE_LOCKS, format!("its index is built while nobody may read {table}"));
                self.unique(table, &columns, nulls_not_distinct);
            }
            ConstraintSpec::ForeignKey { columns, parent, not_valid } => {
                let empty = self.state.is_null(table, &columns);
                if not_valid {
                    let open = if empty { Open::EmptyForeignKey } else { Open::ForeignKey };
                    self.state.open.insert((self.state.key(table), name), open);
                    return;
                }
                let message =
                    format!("all rows of {table} are read while no one may write to it or to {parent}");
                self.found(rule::CONSTRAINT_LOCKS, message);
                if !empty {
                    let message =
                        format!("each row of {table} must refer to a row of {parent} that is there");
                    self.found(rule::NEW_FOREIGN_KEY, message);
                }
            }
            ConstraintSpec::Check { condition, not_null, not_valid } => {
                let earlier = self.state.is_about_earlier(table, &condition);
                if not_valid {
                    if let Some(column) = not_null {
                        self.state.proofs.insert((self.state.key(table), name.clone()), column);
                    }
                    let open = if earlier { Open::Check } else { Open::EmptyCheck };
                    self.state.open.insert((self.state.key(table), name), open);
                    return;
                }
                self.found(
                    rule::CONSTRAINT_LOCKS,
                    format!("all rows of {table} are read while nobody may use it"),
                );
                if earlier {
                    self.found(rule::NEW_CHECK, format!("each row of {table} must keep {called}"));
                }
            }
            ConstraintSpec::Exclusion => {
                self.found(rule::UNIQUE_LOCKS, format!("its index is built while nobody may read {table}"));
                self.found(rule::NEW_CHECK, format!("the rows of {table} must keep {called}"));
            }
        }
    }

    fn unique(&mut self, table: &Name, columns: &[String], nulls_not_distinct: bool) {
        if nulls_not_distinct || !self.state.is_null(table, columns) {
            let columns = columns.join(", ");
            self.found(rule::NEW_UNIQUE, format!("no two rows of {table} may be the same in {columns}"));
        }
    }

    pub(super) fn drop_constraint(&mut self, table: &Name, own: &str, cascade: bool) {
        if let Some(known) = self.state.table_mut(table) {
            known.checks.retain(|check| check.name != own);
            known.uniques.retain(|unique| unique.name != own);
            known.foreign_keys.retain(|key| key.name != own);
        }
        if cascade && !self.state.is_made(table) {
            self.found(rule::DROP_CASCADE, format!("whatever depends on {own} of {table} goes with it"));
        }
    }

    pub(super) fn validate(&mut self, table: &Name, own: &str) {
        let key = (self.state.key(table), own.to_owned());
        let open = self.state.open.remove(&key);
        if self.state.is_made(table) {
            return;
        }
        self.works(&format!("all rows of {table} are read to validate {own}"));
        if let Some(column) = self.state.proofs.remove(&key) {
            // From here on it is the proof that SET NOT NULL wants.
            if !self.state.is_filled(table, &column) {
                self.found(rule::SET_NOT_NULL, format!("no row of {table} may have NULL in {column}"));
            }
            let proof = self.state.column_key(table, &column);
            self.state.proofs.insert(proof, column);
            return;
        }
        match open {
            Some(Open::EmptyForeignKey | Open::EmptyCheck) => {}
            Some(Open::ForeignKey) => {
                self.found(rule::NEW_FOREIGN_KEY, format!("each row of {table} must keep {own}"));
            }
            _ => self.found(rule::NEW_CHECK, format!("each row of {table} must keep {own}")),
        }
    }

    pub(super) fn create_index(&mut self, index: &NewIndex) {
        let table = &index.table;
        if index.concurrently && self.here.transaction.is_some() {
            let message = "CREATE INDEX CONCURRENTLY cannot run in a transaction";
            self.found(rule::CONCURRENTLY_IN_TRANSACTION, message);
        }
        if self.state.is_made(table) {
            return;
        }
        if !index.concurrently {
            self.found(rule::INDEX_LOCKS, format!("nobody may write to {table} while the index is built"));
        }
        if index.unique && !self.is_kept(index) {
            self.unique(table, &index.columns, index.nulls_not_distinct);
        }
    }

    /// Whether the rows of the table keep an index already, by the same one as it was before the table was made anew.
    fn is_kept(&self, index: &NewIndex) -> bool {
        let same = |own: &Index| {
            let columns: Option<Vec<String>> = own
                .parts
                .iter()
                .map(|part| match &part.target {
                    IndexTarget::Column(name) => Some(self.state.fold(name)),
                    IndexTarget::Expression(_) => None,
                })
                .collect();
            let wanted: Vec<String> = index.columns.iter().map(|column| self.state.fold(column)).collect();
            index.plain
                && own.unique
                && columns == Some(wanted)
                && own.condition.as_deref().map(bare) == index.condition.as_deref().map(bare)
        };
        !index.nulls_not_distinct
            && self.state.table(&index.table).is_some_and(|table| table.indexes.iter().any(same))
    }
}
