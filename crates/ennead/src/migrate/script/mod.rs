//! A file of SQL as the runner runs it: its statements, and what the markers in its comments say of them.

mod markers;
mod split;
#[cfg(test)]
mod tests;

use std::ops::Range;

use ennead_core::{Dialect, Error};

pub(super) use self::markers::words;
use self::split::Broken;
use super::checksum;

/// One file of a migration, read.
///
/// It is plain SQL. Its statements run in one transaction, unless a comment of its own line above one of them says
/// otherwise:
///
/// | marker | what it says |
/// |---|---|
/// | `-- ennead:stage` | what stands above is committed; the rest is another transaction |
/// | `-- ennead:no-transaction` | the statement runs outside of any transaction, by itself |
/// | `-- ennead:batch` | the statement is run again and again, each time in a transaction of its own, until it changes no row; it needs a LIMIT |
/// | `-- ennead:nothing` | the statement is a question: an answer is a reason to roll back |
/// | `-- ennead:allow RULE reason` | the lint passes over what that rule finds in the statement |
/// | `-- ennead:irreversible reason` | in a file for the way down: there is none |
///
/// ```
/// use ennead::Dialect;
/// use ennead::migrate::{Script, StageKind};
///
/// let script = Script::parse(
///     Dialect::Postgres,
///     "ALTER TABLE users ADD COLUMN city text;
///      -- ennead:batch
///      UPDATE users SET city = '' WHERE id IN (SELECT id FROM users WHERE city IS NULL LIMIT 1000);
///      -- ennead:no-transaction
///      CREATE INDEX CONCURRENTLY ix_users_city ON users (city);",
/// )?;
/// let kinds: Vec<StageKind> = script.stages().iter().map(|stage| stage.kind).collect();
/// assert_eq!(kinds, [StageKind::Transaction, StageKind::Batches, StageKind::NoTransaction]);
/// # Ok::<(), ennead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    dialect: Dialect,
    text: String,
    checksum: String,
    statements: Vec<ScriptStatement>,
    irreversible: Option<String>,
}

/// A statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStatement {
    /// The statement, without the semicolon behind it.
    pub sql: String,
    /// The line that it begins in, from 1.
    pub line: usize,
    /// Whether a transaction begins with it: what stands above it is committed first.
    pub starts_stage: bool,
    /// How it runs.
    pub kind: StageKind,
    /// Whether it is a question that must have no answer.
    pub gives_nothing: bool,
    /// What the lint passes over in it.
    pub allows: Vec<Allow>,
}

/// Statements that are done together, or not at all where they are a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// How it runs.
    pub kind: StageKind,
    /// Which statements it is made of.
    pub statements: Range<usize>,
}

/// How statements run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StageKind {
    /// All in one transaction.
    Transaction,
    /// One statement outside of any transaction.
    NoTransaction,
    /// One statement again and again until it changes no row, each time in a transaction of its own.
    Batches,
}

/// `-- ennead:allow RULE reason`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The rule of the lint.
    pub rule: String,
    /// Why what it finds is meant.
    pub reason: String,
    /// The line of the comment.
    pub line: usize,
}

impl Script {
    /// Reads a file's text.
    ///
    /// # Errors
    /// `is_invalid_input` for a text that is no SQL as far as its quotes, comments and parentheses tell, for a marker that is
    /// unknown or misplaced, and for statements that begin or end transactions.
    pub fn parse(dialect: Dialect, text: &str) -> Result<Self, Error> {
        Self::read(dialect, text)
            .map_err(|broken| Error::invalid(format!("line {}: {}", broken.line, broken.text)))
    }

    pub(super) fn read(dialect: Dialect, text: &str) -> Result<Self, Broken> {
        let text = checksum::normal(text);
        let pieces = split::split(&text, dialect)?;
        let (statements, irreversible) = markers::read(pieces, dialect)?;
        let checksum = checksum::of_text(&text);
        Ok(Self { dialect, text, checksum, statements, irreversible })
    }

    /// The language that it is in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The whole text, its lines ended by LF.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The SHA-256 of the text; line ends, a byte order mark and blanks at the end change nothing.
    #[must_use]
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// Its statements in order.
    #[must_use]
    pub fn statements(&self) -> &[ScriptStatement] {
        &self.statements
    }

    /// Why there is no way down, where the file says so.
    #[must_use]
    pub fn irreversible(&self) -> Option<&str> {
        self.irreversible.as_deref()
    }

    /// The stages that it runs in.
    #[must_use]
    pub fn stages(&self) -> Vec<Stage> {
        let mut stages: Vec<Stage> = Vec::new();
        for (at, statement) in self.statements.iter().enumerate() {
            match stages.last_mut() {
                Some(stage)
                    if stage.kind == StageKind::Transaction
                        && statement.kind == StageKind::Transaction
                        && !statement.starts_stage =>
                {
                    stage.statements.end = at + 1;
                }
                _ => stages.push(Stage { kind: statement.kind, statements: at..at + 1 }),
            }
        }
        stages
    }
}
