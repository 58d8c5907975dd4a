//! Plans for Postgres.

mod add;
mod column;
mod convert;
mod dependents;
mod drop;
mod enums;
mod sequence;
mod swap;

use std::collections::{BTreeMap, BTreeSet};

use ennead_core::constraints::quote;
use ennead_core::diff::{Change, Constraint, Diff};
use ennead_core::snapshot::{Column, Name, Table, Trigger};

pub use self::convert::{TypeChange, type_change};
use self::dependents::Dependents;
use super::{HazardKind, Lock, PlanOptions, Step};
use crate::ddl::{append_only, postgres, render};

/// When a statement runs, among all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    EnumValues,
    Schemas,
    Renames,
    DropForeignKeys,
    DropTriggers,
    DropConstraints,
    DropIndexes,
    FreeSequences,
    DropDefaults,
    DropIdentities,
    DropGenerated,
    DropColumns,
    DropTables,
    DropSequences,
    SetEnumsAside,
    Enums,
    Sequences,
    CreateTables,
    Columns,
    Generated,
    Defaults,
    NotNull,
    DropEnums,
    Keys,
    Checks,
    Indexes,
    Tables,
    Identities,
    OwnSequences,
    ForeignKeys,
    Functions,
    Triggers,
    DropFunctions,
    DropSchemas,
    Comments,
}

/// The statements of a difference.
pub(super) fn plan(diff: &Diff, options: &PlanOptions) -> Vec<Step> {
    let mut planner = Planner {
        diff,
        options,
        created: names(diff, |change| match change {
            Change::CreateTable(table) => Some(table.full_name()),
            _ => None,
        }),
        dropped: names(diff, |change| match change {
            Change::DropTable(table) => Some(table.full_name()),
            _ => None,
        }),
        dependents: Dependents::of(diff),
        steps: BTreeMap::new(),
    };
    for change in &diff.changes {
        planner.change(change);
    }
    planner.rebuild();
    planner.dependents();
    planner.drop_tables();
    planner.enum_trap();
    planner.functions();
    planner.steps.into_values().flatten().collect()
}

fn names(diff: &Diff, of: impl Fn(&Change) -> Option<Name>) -> BTreeSet<Name> {
    diff.changes.iter().filter_map(of).collect()
}

struct Planner<'a> {
    diff: &'a Diff,
    options: &'a PlanOptions,
    created: BTreeSet<Name>,
    dropped: BTreeSet<Name>,
    dependents: Dependents,
    steps: BTreeMap<Phase, Vec<Step>>,
}

impl Planner<'_> {
    fn add(&mut self, phase: Phase, step: Step) {
        self.steps.entry(phase).or_default().push(step);
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::CreateSchema(schema) => {
                let step = Step::new(format!("CREATE SCHEMA {}", quote(&schema.name)), Lock::None);
                self.add(Phase::Schemas, step);
                let on = ennead_core::diff::CommentOn::Schema(schema.name.clone());
                self.comment(postgres::comment(&on, schema.comment.as_deref()));
            }
            Change::DropSchema(schema) => {
                let step = Step::new(format!("DROP SCHEMA {}", quote(&schema.name)), Lock::None);
                self.add(Phase::DropSchemas, step);
            }
            Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::RenameEnum { .. }
            | Change::RenameEnumValue { .. }
            | Change::AddEnumValues { .. }
            | Change::ReplaceEnum { .. } => self.enumeration(change),
            Change::CreateSequence(_)
            | Change::DropSequence(_)
            | Change::RenameSequence { .. }
            | Change::AlterSequence { .. } => self.sequence(change),
            Change::CreateTable(table) => self.create_table(table),
            // All at once, in an order of their own.
            Change::DropTable(_) => {}
            Change::RenameTable { from, to } => {
                let sql = format!("ALTER TABLE {} RENAME TO {}", from.sql(), quote(&to.name));
                self.rename(sql, "a table");
            }
            Change::AlterTable { from, to } => self.alter_table(from, to),
            Change::AddColumn { table, column } => self.add_column(table, column),
            Change::DropColumn { table, column } => self.drop_column(table, column),
            Change::RenameColumn { table, from, to } => {
                let (from, to) = (quote(from), quote(to));
                self.rename(format!("ALTER TABLE {} RENAME COLUMN {from} TO {to}", table.sql()), "a column");
            }
            Change::AlterColumn { table, from, to } => self.alter_column(table, from, to),
            Change::AddConstraint { table, constraint } => self.add_constraint(table, constraint),
            // It goes when the one that replaces it is there.
            Change::DropConstraint { table, constraint }
                if self.swaps_constraint(table, constraint.name()) => {}
            Change::DropConstraint { table, constraint } => self.drop_constraint(table, constraint),
            Change::RenameConstraint { table, from, to } => {
                let (table, from, to) = (table.sql(), quote(from), quote(to));
                let sql = format!("ALTER TABLE {table} RENAME CONSTRAINT {from} TO {to}");
                self.add(Phase::Renames, Step::new(sql, Lock::All));
            }
            Change::ValidateConstraint { table, name } => {
                let sql = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table.sql(), quote(name));
                let step = Step::new(sql, Lock::Schema)
                    .hazard(HazardKind::DataDependent, format!("each row of {table} must keep {name}"));
                self.add(Phase::ForeignKeys, step);
            }
            Change::CreateIndex { table, index } => self.create_index(table, index),
            Change::DropIndex { table, index } if self.swaps_index(table, &index.name) => {}
            Change::DropIndex { table, index } => self.drop_index(table, index),
            Change::RenameIndex { table, from, to } => {
                let sql = format!("ALTER INDEX {} RENAME TO {}", table.beside(from).sql(), quote(to));
                self.add(Phase::Renames, Step::new(sql, Lock::Schema));
            }
            Change::CreateTrigger { trigger, .. } => {
                self.add(Phase::Triggers, Step::new(trigger.statement.clone(), Lock::Writes));
            }
            Change::DropTrigger { table, trigger } => {
                self.add(Phase::DropTriggers, Step::new(drop_trigger(table, trigger), Lock::All));
            }
            // Views are SQLite's; on Postgres they are not modelled.
            Change::CreateView(_) | Change::DropView(_) => {}
            Change::Comment { on, text } => {
                let sql = match text {
                    Some(_) => postgres::comment(on, text.as_deref()),
                    None => Some(postgres::no_comment(on)),
                };
                self.comment(sql);
            }
        }
    }

    fn comment(&mut self, sql: impl IntoIterator<Item = String>) {
        for sql in sql {
            self.add(Phase::Comments, Step::new(sql, Lock::Schema));
        }
    }

    fn rename(&mut self, sql: String, what: &str) {
        let reason = format!("programs that know {what} by its earlier name fail");
        self.add(Phase::Renames, Step::new(sql, Lock::All).hazard(HazardKind::Incompatible, reason));
    }

    fn create_table(&mut self, table: &Table) {
        let name = table.full_name();
        self.add(Phase::CreateTables, Step::new(postgres::create_table(table, |_| false), Lock::None));
        for sql in postgres::after_table(table) {
            self.add(Phase::CreateTables, Step::new(sql, Lock::None));
        }
        for index in &table.indexes {
            self.add(Phase::Indexes, Step::new(render::index(&name, index), Lock::None));
        }
        if let Some(sql) = postgres::replica_identity(table) {
            self.add(Phase::Tables, Step::new(sql, Lock::None));
        }
        for key in &table.foreign_keys {
            let sql = postgres::add_constraint(&name, &render::foreign_key(key));
            // The new table is empty; the other is kept from writing for a moment.
            let lock = if self.created.contains(&key.parent_name()) { Lock::None } else { Lock::Writes };
            self.add(Phase::ForeignKeys, Step::new(sql, lock));
        }
        for trigger in &table.triggers {
            self.add(Phase::Triggers, Step::new(trigger.statement.clone(), Lock::None));
        }
        self.comment(postgres::comments(table));
    }

    /// The function that the triggers of append-only tables call: there before the first, gone with the last.
    fn functions(&mut self) {
        let comes = self.steps.get(&Phase::Triggers).is_some_and(|steps| {
            steps.iter().any(|step| ennead_core::diff::mentions(&step.sql, append_only::APPEND_ONLY_FUNCTION))
        });
        if comes {
            self.add(Phase::Functions, Step::new(append_only::create_function(), Lock::None));
        }
        if append_only::needs_function(&self.diff.from) && !append_only::needs_function(&self.diff.to) {
            self.add(Phase::DropFunctions, Step::new(append_only::drop_function(), Lock::None));
        }
    }

    /// Lets a migration fill the rows of an append-only table, which its trigger would refuse.
    fn let_fill(&mut self, table: &Name) {
        let (from, to) = (self.diff.from.table_named(table), self.diff.to.table_named(table));
        let (Some(from), Some(to)) = (from, to) else { return };
        let stays = from.triggers.iter().filter(|trigger| to.triggers.contains(trigger));
        let guards: Vec<Trigger> =
            stays.filter(|trigger| append_only::calls_function(trigger)).cloned().collect();
        for trigger in guards {
            let drop = drop_trigger(table, &trigger);
            let known = self.steps.get(&Phase::DropTriggers);
            if known.is_some_and(|steps| steps.iter().any(|step| step.sql == drop)) {
                continue;
            }
            self.add(Phase::DropTriggers, Step::new(drop, Lock::All));
            self.add(Phase::Triggers, Step::new(trigger.statement, Lock::Writes));
        }
    }

    fn alter_table(&mut self, from: &Table, to: &Table) {
        let name = to.full_name().sql();
        if from.unlogged != to.unlogged {
            let how = if to.unlogged { "UNLOGGED" } else { "LOGGED" };
            let step = Step::new(format!("ALTER TABLE {name} SET {how}"), Lock::All)
                .rewriting(true)
                .hazard(HazardKind::Locks, "the whole table is written anew");
            self.add(Phase::Tables, step);
        }
        let key = |option: &String| option.split('=').next().unwrap_or_default().to_owned();
        let set: Vec<String> =
            to.options.iter().filter(|option| !from.options.contains(option)).cloned().collect();
        let kept: BTreeSet<String> = to.options.iter().map(key).collect();
        let reset: Vec<String> = from.options.iter().map(key).filter(|name| !kept.contains(name)).collect();
        if !reset.is_empty() {
            let sql = format!("ALTER TABLE {name} RESET ({})", reset.join(", "));
            self.add(Phase::Tables, Step::new(sql, Lock::Schema));
        }
        if !set.is_empty() {
            let sql = format!("ALTER TABLE {name} SET ({})", render::options(&set));
            self.add(Phase::Tables, Step::new(sql, Lock::Schema));
        }
        if from.replica_identity != to.replica_identity {
            self.add(Phase::Tables, Step::new(postgres::set_replica_identity(to), Lock::All));
        }
    }

    /// Drops and makes anew what stays as it is but stands in the way of a change.
    fn dependents(&mut self) {
        let dependents = std::mem::take(&mut self.dependents);
        for (table, constraint) in &dependents.constraints {
            self.drop_constraint(table, constraint);
            self.add_constraint(table, constraint);
        }
        for (table, index) in &dependents.indexes {
            self.drop_index(table, index);
            self.create_index(table, index);
        }
        for table in &dependents.replica_identities {
            if let Some(table) = self.diff.to.table_named(table) {
                self.add(Phase::Tables, Step::new(postgres::set_replica_identity(table), Lock::All));
            }
        }
        self.dependents = dependents;
    }

    /// A column as it was, in a table that stays.
    fn old_column(&self, table: &Name, column: &str) -> Option<&Column> {
        self.diff.from.table_named(table)?.column(column)
    }

    /// Whether something with an index behind it belongs to a table that had rows before.
    fn is_built_online(&self, table: &Name) -> bool {
        self.options.online && !self.created.contains(table)
    }
}

fn drop_trigger(table: &Name, trigger: &Trigger) -> String {
    format!("DROP TRIGGER {} ON {}", quote(&trigger.name), table.sql())
}

/// The columns of a constraint or, of an expression, the text in which they stand.
fn uses_column(constraint: &Constraint, column: &str) -> bool {
    let has = |names: &[String]| names.iter().any(|name| name == column);
    match constraint {
        Constraint::PrimaryKey(key) => has(&key.columns) || has(&key.include),
        Constraint::Unique(unique) => has(&unique.columns) || has(&unique.include),
        Constraint::Exclusion(exclusion) => ennead_core::diff::mentions(&exclusion.definition, column),
        Constraint::Check(check) => ennead_core::diff::mentions(&check.condition, column),
        Constraint::ForeignKey(key) => has(&key.columns),
    }
}
