//! One statement of a plan.

use std::fmt;

/// A statement, and what is to be known of it before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The statement, without the semicolon behind it.
    pub sql: String,
    /// The strongest lock that it takes on what others use.
    pub lock: Lock,
    /// Whether it writes a whole table anew.
    pub rewrite: bool,
    /// What it endangers.
    pub hazards: Vec<Hazard>,
    /// Whether it may share a transaction with those beside it. One that may not is committed by itself, and what stands
    /// before it is committed first.
    pub transactional: bool,
    /// Whether it is a question that must have no answer: a row that it gives is a reason to roll back.
    pub gives_nothing: bool,
}

impl Step {
    /// Postgres: whether `lock_timeout` should stand over it. What waits for a strong lock keeps all who come later waiting, so it
    /// is better given up and tried again. What builds beside the traffic takes no such lock, and waits for transactions
    /// that were there before it: cut short, it would leave an invalid index.
    #[must_use]
    pub fn wants_lock_timeout(&self) -> bool {
        self.lock >= Lock::Writes || (self.lock == Lock::Schema && self.transactional)
    }

    pub(super) fn new(sql: impl Into<String>, lock: Lock) -> Self {
        Self {
            sql: sql.into(),
            lock,
            rewrite: false,
            hazards: Vec::new(),
            transactional: true,
            gives_nothing: false,
        }
    }

    pub(super) fn rewriting(mut self, rewrite: bool) -> Self {
        self.rewrite = rewrite;
        self
    }

    pub(super) fn alone(mut self) -> Self {
        self.transactional = false;
        self
    }

    pub(super) fn hazard(mut self, kind: HazardKind, reason: impl Into<String>) -> Self {
        self.hazards.push(Hazard { kind, reason: reason.into() });
        self
    }
}

/// A lock on a table, by what it keeps others from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// None that anybody notices.
    None,
    /// Other changes of the schema wait (SHARE UPDATE EXCLUSIVE).
    Schema,
    /// Writers wait (SHARE, SHARE ROW EXCLUSIVE; on SQLite every change).
    Writes,
    /// Readers and writers wait (ACCESS EXCLUSIVE).
    All,
}

/// A danger of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// Of what kind it is.
    pub kind: HazardKind,
    /// What it is about, for people.
    pub reason: String,
}

/// The kinds of danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HazardKind {
    /// Data is gone afterwards.
    DeletesData,
    /// Values are put into a type that holds less: they may lose digits, or be refused.
    Narrows,
    /// It fails on rows that do not fit.
    DataDependent,
    /// Programs that know the earlier schema fail.
    Incompatible,
    /// Others wait for as long as it reads or writes a whole table.
    Locks,
}

impl fmt::Display for HazardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DeletesData => "deletes data",
            Self::Narrows => "narrows",
            Self::DataDependent => "depends on the data",
            Self::Incompatible => "is incompatible",
            Self::Locks => "locks",
        })
    }
}
