//! What goes.

use std::collections::BTreeSet;

use ennead_core::constraints::quote;
use ennead_core::diff::{Change, Constraint};
use ennead_core::snapshot::{Column, Index, Name, Table};

use super::{HazardKind, Lock, Phase, Planner, Step};

impl Planner<'_> {
    /// Tables that reference others go before them; where they reference one another, the keys go first.
    pub(super) fn drop_tables(&mut self) {
        let mut left: Vec<&Table> = self
            .diff
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::DropTable(table) => Some(&**table),
                _ => None,
            })
            .collect();
        while !left.is_empty() {
            let referenced = |table: &Table, left: &[&Table]| {
                let name = table.full_name();
                let others = left.iter().filter(|other| other.full_name() != name);
                let mut keys = others.flat_map(|other| &other.foreign_keys);
                keys.any(|key| key.parent_name() == name)
            };
            let at = left.iter().position(|table| !referenced(table, &left));
            let table = left.remove(at.unwrap_or_default());
            let name = table.full_name();
            for other in &left {
                for key in other.foreign_keys.iter().filter(|key| key.parent_name() == name) {
                    let (other, key) = (other.full_name().sql(), quote(&key.name));
                    let sql = format!("ALTER TABLE {other} DROP CONSTRAINT {key}");
                    self.add(Phase::DropForeignKeys, Step::new(sql, Lock::All));
                }
            }
            for key in &table.foreign_keys {
                if key.parent_name() != name && self.dependents.leans_on_lost(key) {
                    self.drop_constraint(&name, &Constraint::ForeignKey(key.clone()));
                }
            }
            let step = Step::new(format!("DROP TABLE {}", name.sql()), Lock::All)
                .hazard(HazardKind::DeletesData, format!("all rows of {name} are gone"));
            self.add(Phase::DropTables, step);
        }
    }

    pub(super) fn drop_column(&mut self, table: &Name, column: &Column) {
        let sql = format!("ALTER TABLE {} DROP COLUMN {}", table.sql(), quote(&column.name));
        let step = Step::new(sql, Lock::All);
        if column.generated.is_some() {
            let reason = format!("programs that read {table}.{} fail", column.name);
            self.add(Phase::DropGenerated, step.hazard(HazardKind::Incompatible, reason));
        } else {
            let reason = format!("all values of {table}.{} are gone", column.name);
            self.add(Phase::DropColumns, step.hazard(HazardKind::DeletesData, reason));
        }
    }

    pub(super) fn drop_constraint(&mut self, table: &Name, constraint: &Constraint) {
        let phase = match constraint {
            Constraint::ForeignKey(_) => Phase::DropForeignKeys,
            _ => Phase::DropConstraints,
        };
        let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", table.sql(), quote(constraint.name()));
        self.add(phase, Step::new(sql, Lock::All));
    }

    pub(super) fn drop_index(&mut self, table: &Name, index: &Index) {
        let name = table.beside(&index.name).sql();
        let step = if self.options.online {
            Step::new(format!("DROP INDEX CONCURRENTLY {name}"), Lock::Schema).alone()
        } else {
            Step::new(format!("DROP INDEX {name}"), Lock::All)
        };
        self.add(Phase::DropIndexes, step);
    }

    /// Whether a column goes with what the plan drops.
    pub(super) fn is_dropped(&self, table: &Name, column: &str) -> bool {
        let old = self.diff.from.table_named(table);
        let new = self.diff.to.table_named(table);
        let had: BTreeSet<&str> =
            new.iter().flat_map(|table| &table.columns).map(|column| column.name.as_str()).collect();
        self.dropped.contains(table)
            || (old.is_some() && !had.contains(column))
            || self.dependents.rebuilt.contains(&(table.clone(), column.to_owned()))
    }
}
