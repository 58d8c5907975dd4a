//! Plans for SQLite.
//!
//! ALTER TABLE renames, and adds columns of a simple kind. For all else a table is made beside the earlier one, the rows
//! are copied, the earlier one is dropped and the new one takes its name. Foreign keys are off meanwhile, which must be
//! said before the transaction: in one, SQLite ignores it, and dropping the table would delete the rows that reference it.

use std::collections::BTreeSet;

use ennead_core::constraints::quote;
use ennead_core::diff::{Change, Diff, mentions};
use ennead_core::naming;
use ennead_core::snapshot::{Column, Identity, Snapshot, Table, Trigger, View};

use super::{HazardKind, Lock, PlanOptions, Step};
use crate::ddl::{literal, order, render, sqlite};

/// The statements of a difference.
pub(super) fn plan(diff: &Diff, options: &PlanOptions) -> Vec<Step> {
    let mut planner = Planner { diff, options, steps: Vec::new() };
    planner.all();
    planner.steps
}

struct Planner<'a> {
    diff: &'a Diff,
    options: &'a PlanOptions,
    steps: Vec<Step>,
}

impl Planner<'_> {
    fn all(&mut self) {
        let rebuilt = self.rebuilt();
        let dropped: Vec<&Table> = self.diff.changes.iter().filter_map(dropped_table).collect();
        let off = !rebuilt.is_empty() || !dropped.is_empty();
        if off {
            self.steps.push(Step::new("PRAGMA foreign_keys = OFF", Lock::None).alone());
        }
        // What names a table that is gone for a moment would keep the new one from its name.
        let touched: Vec<&str> = rebuilt
            .iter()
            .map(String::as_str)
            .chain(dropped.iter().map(|table| table.name.as_str()))
            .collect();
        let (views, triggers) = (self.views(&touched), self.triggers(&touched));
        for trigger in triggers.iter().filter(|trigger| trigger.was) {
            self.push(format!("DROP TRIGGER {}", quote(&trigger.thing.name)));
        }
        for view in views.iter().filter(|view| view.was) {
            self.push(format!("DROP VIEW {}", quote(&view.thing.name)));
        }
        let early = self.in_the_way();
        for index in &early {
            self.push(format!("DROP INDEX {}", quote(index)));
        }
        self.renames();
        for change in &self.diff.changes {
            if let Change::DropIndex { table, index } = change
                && !rebuilt.contains(&table.name)
                && !early.contains(&index.name)
            {
                self.push(format!("DROP INDEX {}", quote(&index.name)));
            }
        }
        for table in dropped {
            let reason = format!("all rows of {} are gone", table.name);
            let step = Step::new(format!("DROP TABLE {}", quote(&table.name)), Lock::All);
            self.steps.push(step.hazard(HazardKind::DeletesData, reason));
        }
        self.create();
        for change in &self.diff.changes {
            if let Change::AddColumn { table, column } = change
                && !rebuilt.contains(&table.name)
            {
                let sql = format!("ALTER TABLE {} ADD COLUMN {}", table.sql(), render::column(column));
                self.push(sql);
            }
        }
        for name in &rebuilt {
            self.rebuild(name);
        }
        self.indexes(&rebuilt);
        for trigger in triggers.into_iter().filter(|trigger| trigger.is) {
            self.push(trigger.thing.statement);
        }
        for view in views.into_iter().filter(|view| view.is) {
            self.push(view.thing.statement);
        }
        if off {
            let mut check = Step::new("PRAGMA foreign_key_check", Lock::All);
            check.gives_nothing = true;
            self.steps.push(check);
            self.steps.push(Step::new("PRAGMA foreign_keys = ON", Lock::None).alone());
        }
    }

    fn push(&mut self, sql: String) {
        self.steps.push(Step::new(sql, Lock::All));
    }

    /// The indexes whose names tables take: tables and indexes share theirs.
    fn in_the_way(&self) -> BTreeSet<String> {
        let named = |change: &Change| match change {
            Change::CreateTable(table) => Some(table.name.clone()),
            Change::RenameTable { to, .. } => Some(to.name.clone()),
            _ => None,
        };
        let taken: BTreeSet<String> = self.diff.changes.iter().filter_map(named).collect();
        let indexes = self.diff.from.tables.iter().flat_map(|table| &table.indexes);
        indexes.map(|index| index.name.clone()).filter(|name| taken.contains(name)).collect()
    }

    /// The tables that ALTER TABLE cannot bring to where they shall be.
    fn rebuilt(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for change in &self.diff.changes {
            match change {
                Change::AlterTable { to, .. } => {
                    names.insert(to.name.clone());
                }
                Change::AddColumn { table, column }
                    if !is_simple(column) || self.options.fill(table, &column.name).is_some() =>
                {
                    names.insert(table.name.clone());
                }
                Change::DropColumn { table, .. }
                | Change::AlterColumn { table, .. }
                | Change::AddConstraint { table, .. }
                | Change::DropConstraint { table, .. }
                | Change::ValidateConstraint { table, .. } => {
                    names.insert(table.name.clone());
                }
                Change::RenameColumn { table, .. } if self.copies_renames(&table.name) => {
                    names.insert(table.name.clone());
                }
                _ => {}
            }
        }
        // What refers to a column that is not renamed where it stands is written anew too.
        let refers = |table: &&Table| {
            table.foreign_keys.iter().any(|key| {
                self.copies_renames(&key.parent)
                    && key.parent_columns.iter().any(|column| self.earlier(&key.parent, column) != column)
            })
        };
        let kept = self.diff.to.tables.iter().filter(|table| self.diff.from.table(&table.name).is_some());
        names.extend(kept.filter(refers).map(|table| table.name.clone()));
        names
    }

    /// Whether SQLite would fail at a rename in that table, with "expressions prohibited in PRIMARY KEY and UNIQUE
    /// constraints": of the one INTEGER column of a key WITHOUT ROWID, where a UNIQUE is over it as well.
    fn copies_renames(&self, table: &str) -> bool {
        let Some(old) = self.diff.from.table(table).filter(|old| old.without_rowid) else { return false };
        let Some([key]) = old.primary_key.as_ref().map(|key| &key.columns[..]) else { return false };
        old.column(key).is_some_and(|column| column.data_type.eq_ignore_ascii_case("integer"))
            && old.uniques.iter().any(|unique| unique.columns.contains(key))
            && self.diff.to.table(table).is_some()
            && self.earlier(table, key) != key
    }

    /// The name that a column had before its renames.
    fn earlier<'a>(&'a self, table: &str, column: &'a str) -> &'a str {
        self.diff.changes.iter().rev().fold(column, |name, change| match change {
            Change::RenameColumn { table: own, from, to } if own.name == table && to == name => from,
            _ => name,
        })
    }

    fn renames(&mut self) {
        for change in &self.diff.changes {
            let sql = match change {
                Change::RenameTable { from, to } => {
                    format!("ALTER TABLE {} RENAME TO {}", from.sql(), quote(&to.name))
                }
                Change::RenameColumn { table, .. } if self.copies_renames(&table.name) => continue,
                Change::RenameColumn { table, from, to } => {
                    // Tables are renamed before their columns.
                    format!("ALTER TABLE {} RENAME COLUMN {} TO {}", table.sql(), quote(from), quote(to))
                }
                _ => continue,
            };
            let reason = "programs that know the earlier name fail";
            self.steps.push(Step::new(sql, Lock::All).hazard(HazardKind::Incompatible, reason));
        }
    }

    fn create(&mut self) {
        let mut made = Snapshot::empty(self.diff.to.dialect);
        for change in &self.diff.changes {
            if let Change::CreateTable(table) = change {
                made.tables.push((**table).clone());
            }
        }
        for table in order::tables(&made) {
            self.push(sqlite::create_table(table));
        }
    }

    fn indexes(&mut self, rebuilt: &BTreeSet<String>) {
        for table in &self.diff.to.tables {
            let name = table.full_name();
            let is_new = self.diff.from.table_named(&name).is_none();
            for index in &table.indexes {
                let is_added = self.diff.changes.iter().any(|change| {
                    matches!(change, Change::CreateIndex { table, index: other } if *table == name && other == index)
                });
                if !is_new && !is_added && !rebuilt.contains(&table.name) {
                    continue;
                }
                let mut step = Step::new(render::index(&name, index), Lock::All);
                if index.unique && is_added {
                    let reason = format!("no two rows of {name} may be the same in {}", index.name);
                    step = step.hazard(HazardKind::DataDependent, reason);
                }
                self.steps.push(step);
            }
        }
    }

    fn rebuild(&mut self, name: &str) {
        let (Some(old), Some(new)) = (self.diff.from.table(name), self.diff.to.table(name)) else { return };
        let beside = naming::fit(&format!("ennead_new_{name}"));
        let made = Table { name: beside.clone(), indexes: Vec::new(), triggers: Vec::new(), ..new.clone() };
        self.push(sqlite::create_table(&made));
        self.steps.push(self.copy(old, new, &beside));
        let counted = |table: &Table| {
            table.columns.iter().any(|column| column.identity == Some(Identity::Autoincrement))
        };
        if counted(old) && counted(new) {
            // The greatest key ever given, not the greatest that is there.
            let (old, new) = (literal::text(name), literal::text(&beside));
            self.push(format!("DELETE FROM sqlite_sequence WHERE name = {new}"));
            self.push(format!(
                "INSERT INTO sqlite_sequence (name, seq) SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
            ));
        }
        let gone: Vec<&str> = old
            .columns
            .iter()
            .filter(|column| column.generated.is_none() && new.column(&column.name).is_none_or(is_generated))
            .map(|column| column.name.as_str())
            .collect();
        let mut drop = Step::new(format!("DROP TABLE {}", quote(name)), Lock::All);
        if !gone.is_empty() {
            let reason = format!("all values of {} in {name} are gone", gone.join(", "));
            drop = drop.hazard(HazardKind::DeletesData, reason);
        }
        self.steps.push(drop);
        self.push(format!("ALTER TABLE {} RENAME TO {}", quote(&beside), quote(name)));
    }

    fn copy(&self, old: &Table, new: &Table, beside: &str) -> Step {
        let (mut into, mut from, mut hazards) = (Vec::new(), Vec::new(), Vec::new());
        let renames = self.copies_renames(&new.name);
        let mut renamed = false;
        for column in new.columns.iter().filter(|column| !is_generated(column)) {
            let name = quote(&column.name);
            let fill = self.options.fill(&new.full_name(), &column.name);
            match old.column(&column.name) {
                Some(was) => {
                    let earlier = if renames { self.earlier(&new.name, &column.name) } else { &column.name };
                    renamed |= earlier != column.name;
                    from.push(match fill.filter(|_| was.nullable && !column.nullable) {
                        Some(fill) => format!("coalesce({}, {fill})", quote(earlier)),
                        None => quote(earlier),
                    });
                    into.push(name);
                    if was.nullable && !column.nullable && fill.is_none() {
                        hazards.push(format!("no row may have NULL in {}", column.name));
                    }
                    if was.data_type != column.data_type && new.strict {
                        hazards.push(format!(
                            "each value of {} must be of type {}",
                            column.name, column.data_type
                        ));
                    }
                }
                None => {
                    // A default is taken where nothing is said.
                    if let Some(fill) = fill.filter(|_| column.default.is_none()) {
                        into.push(name);
                        from.push(fill.to_owned());
                    } else if !column.nullable && column.default.is_none() && column.identity.is_none() {
                        hazards.push(format!("{} takes no NULL and has no default", column.name));
                    }
                }
            }
        }
        if into.is_empty() {
            // The rows stay, even where nothing of them does.
            if let Some(column) = new.columns.iter().find(|column| !is_generated(column)) {
                into.push(quote(&column.name));
                from.push(column.default.clone().unwrap_or_else(|| "NULL".to_owned()));
            }
        }
        let (into, from) = (into.join(", "), from.join(", "));
        let sql = format!("INSERT INTO {} ({into}) SELECT {from} FROM {}", quote(beside), quote(&old.name));
        let mut step = Step::new(sql, Lock::All).rewriting(true);
        let reason = format!("all of {} is written anew", old.name);
        step = step.hazard(HazardKind::Locks, reason);
        if renamed {
            step = step.hazard(HazardKind::Incompatible, "programs that know the earlier name fail");
        }
        for reason in hazards {
            step = step.hazard(HazardKind::DataDependent, reason);
        }
        step
    }

    /// The views that go, come, or do both since they name a table that is touched.
    fn views(&self, touched: &[&str]) -> Vec<Moved<View>> {
        let mut touched: Vec<&str> = touched.to_vec();
        // A view over such a view is touched too.
        for _ in 0..self.diff.from.views.len() {
            for view in &self.diff.from.views {
                let hit = touched.iter().any(|name| mentions(&view.statement, name));
                if hit && !touched.contains(&view.name.as_str()) {
                    touched.push(&view.name);
                }
            }
        }
        moved(&self.diff.from.views, &self.diff.to.views, |view| {
            touched.iter().any(|name| mentions(&view.statement, name))
        })
    }

    fn triggers(&self, touched: &[&str]) -> Vec<Moved<Trigger>> {
        let of = |snapshot: &Snapshot| -> Vec<Trigger> {
            snapshot.tables.iter().flat_map(|table| table.triggers.iter().cloned()).collect()
        };
        moved(&of(&self.diff.from), &of(&self.diff.to), |trigger| {
            touched.iter().any(|name| mentions(&trigger.statement, name))
        })
    }
}

/// A view or trigger that was there, or will be, or both.
struct Moved<T> {
    thing: T,
    was: bool,
    is: bool,
}

/// Each thing that goes, comes, or stays and is touched.
fn moved<T: Clone + PartialEq>(from: &[T], to: &[T], is_touched: impl Fn(&T) -> bool) -> Vec<Moved<T>> {
    let gone = from.iter().filter(|thing| !to.contains(thing)).map(|thing| (thing, true, false));
    let come = to.iter().filter(|thing| !from.contains(thing)).map(|thing| (thing, false, true));
    let stay = from.iter().filter(|thing| to.contains(thing) && is_touched(thing));
    let all = gone.chain(come).chain(stay.map(|thing| (thing, true, true)));
    all.map(|(thing, was, is)| Moved { thing: thing.clone(), was, is }).collect()
}

fn dropped_table(change: &Change) -> Option<&Table> {
    match change {
        Change::DropTable(table) => Some(table),
        _ => None,
    }
}

fn is_generated(column: &Column) -> bool {
    column.generated.is_some()
}

/// Whether ALTER TABLE ADD COLUMN takes it on a table that has rows.
fn is_simple(column: &Column) -> bool {
    let constant = column.default.as_ref().is_none_or(|default| {
        !default.starts_with('(') && !default.to_ascii_uppercase().starts_with("CURRENT_")
    });
    let stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
    let filled = column.nullable
        || column.default.as_ref().is_some_and(|default| !default.eq_ignore_ascii_case("null"));
    constant && !stored && filled && column.identity.is_none()
}
