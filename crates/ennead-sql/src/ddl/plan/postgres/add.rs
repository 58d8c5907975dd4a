//! Constraints and indexes that come, at once or beside the traffic.

use ennead_core::constraints::quote;
use ennead_core::diff::{CommentOn, Constraint};
use ennead_core::snapshot::{Check, ForeignKey, Index, IndexPart, IndexTarget, Name};

use super::swap::beside;
use super::{HazardKind, Lock, Phase, Planner, Step};
use crate::ddl::{postgres, render};

impl Planner<'_> {
    pub(super) fn add_constraint(&mut self, table: &Name, constraint: &Constraint) {
        let phase = match constraint {
            Constraint::ForeignKey(_) => Phase::ForeignKeys,
            Constraint::Check(_) => Phase::Checks,
            _ => Phase::Keys,
        };
        let name = constraint.name();
        let reason = format!("each row of {table} must keep {name}");
        let sql = postgres::add_constraint(table, &postgres::constraint(constraint));
        let lock = if matches!(constraint, Constraint::ForeignKey(_)) { Lock::Writes } else { Lock::All };
        let swaps = self.swaps_constraint(table, name);
        if swaps && !constraint.has_index() {
            self.swap_constraint(table, constraint, phase);
        } else if constraint.not_valid() {
            self.add(phase, Step::new(sql, lock));
        } else if !self.is_built_online(table) || matches!(constraint, Constraint::Exclusion(_)) {
            let step = Step::new(sql, lock)
                .hazard(HazardKind::DataDependent, reason)
                .hazard(HazardKind::Locks, format!("all of {table} is read meanwhile"));
            self.add(phase, step);
        } else if let Some(open) = not_valid(constraint) {
            self.add(phase, Step::new(postgres::add_constraint(table, &postgres::constraint(&open)), lock));
            let sql = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table.sql(), quote(name));
            // By itself, so that the short strong lock of the first is not held for as long as this reads.
            self.add(phase, Step::new(sql, Lock::Schema).alone().hazard(HazardKind::DataDependent, reason));
        } else {
            self.add_key_online(table, constraint, reason, swaps);
        }
        let on = CommentOn::Constraint(table.clone(), name.to_owned());
        self.comment(postgres::comment(&on, constraint.comment()));
    }

    /// The index is built beside the traffic, and becomes the constraint in a moment.
    fn add_key_online(&mut self, table: &Name, constraint: &Constraint, reason: String, swaps: bool) {
        let (columns, include, nulls_not_distinct, kind, deferrable) = match constraint {
            Constraint::PrimaryKey(key) => (&key.columns, &key.include, false, "PRIMARY KEY", key.deferrable),
            Constraint::Unique(unique) => {
                (&unique.columns, &unique.include, unique.nulls_not_distinct, "UNIQUE", unique.deferrable)
            }
            _ => return,
        };
        let part = |name: &String| IndexPart {
            target: IndexTarget::Column(name.clone()),
            collation: None,
            opclass: None,
            descending: false,
            nulls: None,
        };
        let index = Index {
            // One that replaces another is built beside it, and gets its name by becoming the constraint.
            name: if swaps { beside(constraint.name()) } else { constraint.name().to_owned() },
            parts: columns.iter().map(part).collect(),
            unique: true,
            include: include.clone(),
            nulls_not_distinct,
            ..Index::default()
        };
        let sql = render::index_made(table, &index, "CONCURRENTLY ");
        let step = Step::new(sql, Lock::Schema).alone().hazard(HazardKind::DataDependent, reason);
        self.add(Phase::Keys, step);
        let name = quote(constraint.name());
        if swaps {
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT {name}", table.sql());
            self.add(Phase::Keys, Step::new(sql, Lock::All));
        }
        let sql = format!(
            "ALTER TABLE {} ADD CONSTRAINT {name} {kind} USING INDEX {}{}",
            table.sql(),
            quote(&index.name),
            render::deferrable(deferrable)
        );
        self.add(Phase::Keys, Step::new(sql, Lock::All));
    }

    pub(super) fn create_index(&mut self, table: &Name, index: &Index) {
        let on = CommentOn::Index(table.beside(&index.name));
        if self.swaps_index(table, &index.name) {
            self.swap_index(table, index);
            return self.comment(postgres::comment(&on, index.comment.as_deref()));
        }
        let mut step = if self.is_built_online(table) {
            Step::new(render::index_made(table, index, "CONCURRENTLY "), Lock::Schema).alone()
        } else {
            let reason = format!("all of {table} is read meanwhile");
            Step::new(render::index(table, index), Lock::Writes).hazard(HazardKind::Locks, reason)
        };
        if index.unique {
            let reason = format!("no two rows of {table} may be the same in {}", index.name);
            step = step.hazard(HazardKind::DataDependent, reason);
        }
        self.add(Phase::Indexes, step);
        self.comment(postgres::comment(&on, index.comment.as_deref()));
    }
}

pub(super) fn not_valid(constraint: &Constraint) -> Option<Constraint> {
    match constraint {
        Constraint::Check(check) => Some(Constraint::Check(Check { not_valid: true, ..check.clone() })),
        Constraint::ForeignKey(key) => {
            Some(Constraint::ForeignKey(ForeignKey { not_valid: true, ..key.clone() }))
        }
        _ => None,
    }
}
