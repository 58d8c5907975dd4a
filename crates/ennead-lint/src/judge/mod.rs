//! Goes through a script, and asks what its rules ask.

mod column;
mod constraint;
mod convention;
mod rebuild;
mod rows;
mod table;

use std::collections::BTreeSet;

use ennead_core::Dialect;
use ennead_core::snapshot::{Name, Snapshot};

use crate::allow::{self, Allow};
use crate::finding::Finding;
use crate::read::{Action, Effect, read};
use crate::rule::{self, Group, Rule};
use crate::script::{self, Statement};
use crate::state::State;

/// A script, and where it runs.
#[derive(Debug, Clone, Copy)]
pub struct Script<'a> {
    /// Its text.
    pub sql: &'a str,
    /// The database that it is for.
    pub dialect: Dialect,
    /// What the database holds before it. Where nothing is said, each table that the script does not make is taken for one
    /// that is there, with rows, and with whatever columns.
    pub before: Option<&'a Snapshot>,
    /// Of each line on which a statement begins, from 1, which transaction it runs in; `None` by itself. Where nothing is
    /// said, all of the script is one transaction; one that has BEGIN brackets its transactions itself.
    pub transaction: Option<&'a dyn Transactions>,
}

/// Which statements share a transaction.
pub trait Transactions: std::fmt::Debug + Sync {
    /// The number of the transaction that a statement on this line runs in; `None` where it runs by itself.
    fn of(&self, line: usize) -> Option<usize>;
    /// Whether it is run again and again on some of the rows, until nothing is left to do.
    fn is_batched(&self, line: usize) -> bool;
}

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether the group `convention` is asked too.
    pub convention: bool,
}

/// Tells what the rules find in a script, by line.
#[must_use]
pub fn lint(script: &Script<'_>, options: &Options) -> Vec<Finding> {
    let statements = match script::split(script.sql, script.dialect) {
        Ok(statements) => statements,
        Err(no_sql) => {
            return vec![Finding {
                rule: rule::UNREADABLE,
                line: no_sql.line,
                column: 1,
                message: format!("{}: nothing of this script is judged", no_sql.message),
                allowed: None,
            }];
        }
    };
    let effects: Vec<Effect> =
        statements.statements.iter().map(|statement| read(statement, script.dialect)).collect();
    let mut judge = Judge {
        script,
        options,
        state: State::new(script.dialect, script.before),
        remade: effects.iter().filter_map(made).collect(),
        made: BTreeSet::new(),
        here: Here { line: 1, column: 1, transaction: Some(0) },
        allowed: Vec::new(),
        // What brackets its transactions itself has none outside of them.
        began: effects.contains(&Effect::Begin).then_some(None).filter(|_| script.transaction.is_none()),
        findings: Vec::new(),
    };
    for (statement, effect) in statements.statements.iter().zip(effects) {
        judge.statement(statement, effect);
    }
    judge.trailing(&statements.trailing);
    judge.findings.sort_by_key(|finding| (finding.line, finding.column));
    judge.findings
}

/// The name of what a statement makes, by which a drop before it is known not to last.
fn made(effect: &Effect) -> Option<Name> {
    match effect {
        Effect::Create { name } | Effect::CreateTableAs { name } => Some(name.clone()),
        Effect::CreateTable { table, .. } => Some(table.full_name()),
        _ => None,
    }
}

/// Where the statement stands that is judged.
#[derive(Debug, Clone, Copy)]
struct Here {
    line: usize,
    column: usize,
    /// Which transaction it runs in.
    transaction: Option<usize>,
}

struct Judge<'a> {
    script: &'a Script<'a>,
    options: &'a Options,
    state: State,
    /// What the script makes, somewhere.
    remade: BTreeSet<Name>,
    /// What it has made up to here, beside tables.
    made: BTreeSet<Name>,
    here: Here,
    /// The transaction that the script's own BEGIN opened, or COMMIT closed, if it has any.
    began: Option<Option<usize>>,
    /// What is allowed for the statement on a line.
    allowed: Vec<(usize, &'static Rule, String)>,
    findings: Vec<Finding>,
}

impl Judge<'_> {
    fn statement(&mut self, statement: &Statement<'_>, effect: Effect) {
        let told = self.script.transaction.map_or(Some(0), |of| of.of(statement.line));
        let transaction = self.began.unwrap_or(told);
        if transaction.is_none() || transaction != self.here.transaction {
            self.state.locked = None;
        }
        self.here = Here { line: statement.line, column: statement.column, transaction };
        let first = self.findings.len();
        self.effect(effect);
        let allows: Vec<Allow<'_>> = statement.comments.iter().filter_map(allow::read).collect();
        self.allowed.extend(allows.iter().filter_map(|allow| match allow {
            Allow::Rule { rule, reason } => Some((statement.line, *rule, (*reason).to_owned())),
            Allow::Bad { .. } => None,
        }));
        for finding in self.findings.iter_mut().skip(first) {
            // Some are told at an earlier statement, where what they are about is written.
            let lines = [statement.line, finding.line];
            let mut fitting =
                self.allowed.iter().filter(|(line, rule, _)| lines.contains(line) && *rule == finding.rule);
            finding.allowed = fitting.next().map(|(_, _, reason)| reason.clone());
        }
        self.bad(allows);
    }

    fn trailing(&mut self, comments: &[script::Comment<'_>]) {
        let allows = comments.iter().filter_map(allow::read).collect();
        self.bad(allows);
    }

    fn bad(&mut self, allows: Vec<Allow<'_>>) {
        for allow in allows {
            if let Allow::Bad { line, message } = allow {
                let rule = rule::BAD_ALLOW;
                self.findings.push(Finding { rule, line, column: 1, message, allowed: None });
            }
        }
    }

    fn found(&mut self, rule: &'static Rule, message: impl Into<String>) {
        let asked = rule.dialects.contains(&self.state.dialect)
            && (rule.group != Group::Convention || self.options.convention);
        if asked {
            let Here { line, column, .. } = self.here;
            self.findings.push(Finding { rule, line, column, message: message.into(), allowed: None });
        }
    }

    /// A strong lock on a table that others use is held until the transaction ends.
    fn lock(&mut self, table: &Name) {
        if self.here.transaction.is_some() && !self.state.is_made(table) {
            self.state.locked.get_or_insert_with(|| table.to_string());
        }
    }

    /// Rows are read or written: for that long the locks are held that the transaction has.
    fn works(&mut self, what: &str) {
        if let Some(table) = self.state.locked.clone() {
            self.found(rule::LONG_LOCK, format!("{what} while the transaction keeps others from {table}"));
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::CreateTable { table, temporary, if_missing } => {
                self.create_table(*table, temporary, if_missing);
            }
            Effect::CreateTableAs { name } => {
                let schema = name.schema.clone();
                let made =
                    ennead_core::snapshot::Table { schema, ..ennead_core::snapshot::Table::new(name.name) };
                self.state.make(made);
            }
            Effect::AlterTable { name, actions } => self.alter_table(&name, actions),
            Effect::CreateIndex(index) => self.create_index(&index),
            Effect::Drop { what, names, cascade, concurrently } => {
                self.drop(what, &names, cascade, concurrently)
            }
            Effect::RenameType { from, to } => self.rename_type(&from, to.as_ref()),
            Effect::RenameOther { what, from } => self.rename_other(what, &from),
            Effect::Copy(copy) => self.copy(copy),
            Effect::Update { table, sets, only_null, bounded } => {
                self.update(&table, &sets, only_null, bounded)
            }
            Effect::Delete { table } => self.delete(&table),
            Effect::Truncate { tables } => self.truncate(&tables),
            Effect::WholeTable { words } => {
                self.found(rule::LONG_LOCK, format!("{words} keeps others waiting until it is through"));
            }
            Effect::Begin => {
                self.began = Some(Some(self.here.line));
                self.here.transaction = Some(self.here.line);
                self.state.locked = None;
            }
            Effect::Commit => {
                self.began = Some(None);
                self.state.locked = None;
            }
            Effect::Unreadable(why) => self.found(rule::UNREADABLE, why),
            Effect::Create { name } => {
                self.made.insert(name);
            }
            Effect::Insert | Effect::Harmless => {}
        }
    }

    fn alter_table(&mut self, name: &Name, actions: Vec<Action>) {
        let mut name = name.clone();
        for action in actions {
            let weak = matches!(
                action,
                Action::Validate { .. }
                    | Action::Harmless
                    | Action::Unreadable(_)
                    | Action::AddConstraint {
                        constraint: crate::read::ConstraintSpec::ForeignKey { .. },
                        ..
                    }
            );
            match action {
                Action::AddColumn(spec) => self.add_column(&name, &spec),
                Action::AddConstraint { name: own, constraint } => {
                    self.add_constraint(&name, own, constraint)
                }
                Action::DropColumn { name: column, cascade } => self.drop_column(&name, &column, cascade),
                Action::DropConstraint { name: own, cascade } => self.drop_constraint(&name, &own, cascade),
                Action::Type { column, to, collated } => self.change_type(&name, &column, &to, collated),
                Action::SetNotNull { column } => self.set_not_null(&name, &column),
                Action::DropNotNull { column } => {
                    self.with_column(&name, &column, |column| column.nullable = true)
                }
                Action::SetDefault { column, default } => {
                    self.with_column(&name, &column, |column| column.default = default);
                }
                Action::SetExpression { column } => {
                    self.rewrite(&name, &format!("{column} is computed anew for each row"))
                }
                Action::Rewrite => self.rewrite(&name, "it is copied to another place"),
                Action::Validate { name: own } => self.validate(&name, &own),
                Action::RenameColumn { from, to } => self.rename_column(&name, &from, &to),
                Action::RenameTable { to } => name = self.rename_table(&name, &to),
                Action::Harmless => {}
                Action::Unreadable(why) => self.found(rule::UNREADABLE, why),
            }
            if !weak {
                self.lock(&name);
            }
        }
    }

    fn rewrite(&mut self, table: &Name, why: &str) {
        if !self.state.is_made(table) {
            self.found(rule::TABLE_REWRITE, format!("all of {table} is written anew: {why}"));
        }
    }
}
