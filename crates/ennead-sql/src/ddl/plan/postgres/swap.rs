//! What is replaced beside the traffic: the new one is there before the earlier one goes, so that at no time rows are read
//! without an index or written without a constraint.

use ennead_core::constraints::quote;
use ennead_core::diff::{Change, Constraint, mentions};
use ennead_core::naming;
use ennead_core::snapshot::{Index, IndexTarget, Name, ReplicaIdentity};

use super::{HazardKind, Lock, Phase, Planner, Step};
use crate::ddl::{postgres, render};

impl Planner<'_> {
    /// Whether an index is replaced by another of its name, and can stay until that one is there.
    pub(super) fn swaps_index(&self, table: &Name, name: &str) -> bool {
        let old = self.diff.changes.iter().find_map(|change| match change {
            Change::DropIndex { table: other, index } if other == table && index.name == name => Some(index),
            _ => None,
        });
        let is_made = self.diff.changes.iter().any(|change| {
            matches!(change, Change::CreateIndex { table: other, index } if other == table && index.name == name)
        });
        let Some(old) = old.filter(|old| is_made && !old.invalid) else { return false };
        let uses = |column: &str| {
            old.parts.iter().any(|part| match &part.target {
                IndexTarget::Column(name) => name == column,
                IndexTarget::Expression(sql) => mentions(sql, column),
            }) || old.include.iter().any(|name| name == column)
                || old.condition.as_deref().is_some_and(|sql| mentions(sql, column))
        };
        let leaned_on = old.unique && self.is_leaned_on(table);
        self.may_swap(table, &uses) && !leaned_on && !self.identifies(table, name)
    }

    /// The same of a constraint.
    pub(super) fn swaps_constraint(&self, table: &Name, name: &str) -> bool {
        let old = self.diff.changes.iter().find_map(|change| match change {
            Change::DropConstraint { table: other, constraint }
                if other == table && constraint.name() == name =>
            {
                Some(constraint)
            }
            _ => None,
        });
        let new = self.diff.changes.iter().find_map(|change| match change {
            Change::AddConstraint { table: other, constraint }
                if other == table && constraint.name() == name =>
            {
                Some(constraint)
            }
            _ => None,
        });
        let (Some(old), Some(new)) = (old, new) else { return false };
        let alike = std::mem::discriminant(old) == std::mem::discriminant(new);
        let uses = |column: &str| super::uses_column(old, column);
        let free = match (old, new) {
            (Constraint::ForeignKey(was), Constraint::ForeignKey(is)) => [was, is].into_iter().all(|key| {
                let in_key = |column: &str| key.parent_columns.iter().any(|name| name == column);
                !self.dependents.leans_on_lost(key) && self.may_swap(&key.parent_name(), &in_key)
            }),
            (Constraint::Check(_), _) => true,
            (Constraint::PrimaryKey(_) | Constraint::Unique(_), _) => {
                !self.is_leaned_on(table) && !self.identifies(table, name)
            }
            _ => false,
        };
        alike && free && self.may_swap(table, &uses)
    }

    /// Whether nothing else happens to a table that an earlier index or constraint would be in the way of.
    fn may_swap(&self, table: &Name, uses: &dyn Fn(&str) -> bool) -> bool {
        self.is_built_online(table)
            && !self.dropped.contains(table)
            && !self.diff.changes.iter().any(|change| match change {
                Change::ReplaceEnum { .. } => true,
                Change::AlterTable { to, .. } => to.full_name() == *table,
                Change::DropColumn { table: other, column } => other == table && uses(&column.name),
                Change::AlterColumn { table: other, to, .. } => other == table && uses(&to.name),
                _ => false,
            })
            && !self.dependents.rebuilt.iter().any(|(other, column)| other == table && uses(column))
    }

    fn is_leaned_on(&self, table: &Name) -> bool {
        let tables = self.diff.from.tables.iter().chain(&self.diff.to.tables);
        tables.flat_map(|table| &table.foreign_keys).any(|key| key.parent_name() == *table)
    }

    fn identifies(&self, table: &Name, index: &str) -> bool {
        let tables = [&self.diff.from, &self.diff.to].into_iter().filter_map(|all| all.table_named(table));
        let by = ReplicaIdentity::Index(index.to_owned());
        tables.into_iter().any(|table| table.replica_identity.as_ref() == Some(&by))
    }

    /// The new index is built under another name, then takes the place of the earlier one.
    pub(super) fn swap_index(&mut self, table: &Name, index: &Index) {
        let (place, aside) = (table.beside(&index.name), beside(&index.name));
        let made = Index { name: aside.clone(), ..index.clone() };
        let mut step = Step::new(render::index_made(table, &made, "CONCURRENTLY "), Lock::Schema).alone();
        if index.unique {
            let reason = format!("no two rows of {table} may be the same in {}", index.name);
            step = step.hazard(HazardKind::DataDependent, reason);
        }
        self.add(Phase::Indexes, step);
        let drop = format!("DROP INDEX CONCURRENTLY {}", place.sql());
        self.add(Phase::Indexes, Step::new(drop, Lock::Schema).alone());
        let rename = format!("ALTER INDEX {} RENAME TO {}", table.beside(&aside).sql(), quote(&index.name));
        self.add(Phase::Indexes, Step::new(rename, Lock::Schema));
    }

    /// The earlier constraint goes in the transaction in which the new one comes; one with an index finds that built.
    pub(super) fn swap_constraint(&mut self, table: &Name, constraint: &Constraint, phase: Phase) {
        let name = quote(constraint.name());
        let drop = Step::new(format!("ALTER TABLE {} DROP CONSTRAINT {name}", table.sql()), Lock::All);
        self.add(phase, drop);
        let open = super::add::not_valid(constraint).unwrap_or_else(|| constraint.clone());
        let add = postgres::add_constraint(table, &postgres::constraint(&open));
        self.add(phase, Step::new(add, Lock::All));
        if !constraint.not_valid() {
            let sql = format!("ALTER TABLE {} VALIDATE CONSTRAINT {name}", table.sql());
            let reason = format!("each row of {table} must keep {}", constraint.name());
            let step = Step::new(sql, Lock::Schema).alone().hazard(HazardKind::DataDependent, reason);
            self.add(phase, step);
        }
    }
}

/// The name of what waits to take another's place.
pub(super) fn beside(name: &str) -> String {
    naming::fit(&format!("ennead_new_{name}"))
}
