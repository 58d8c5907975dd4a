//! What a run tells as it goes on.

use std::fmt;
use std::time::Duration;

use crate::migrate::migration::{Direction, Migration};

/// Something that a run did, or waits for. Its text is a line for people.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// It waits for another runner.
    Waits {
        /// Who has the lock.
        holder: &'a str,
        /// How long it waits at most.
        limit: Duration,
    },
    /// A migration is begun, or gone on with.
    Begins {
        /// The migration.
        migration: &'a Migration,
        /// Which way it goes.
        direction: Direction,
        /// Whether an earlier run did a part of it.
        resumed: bool,
    },
    /// A statement is done; it is not committed until its stage is.
    Statement {
        /// The migration.
        migration: &'a Migration,
        /// Its number in the script, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// The statement.
        sql: &'a str,
        /// How long it took.
        took: Duration,
    },
    /// A batch of rows is done and committed.
    Batch {
        /// The migration.
        migration: &'a Migration,
        /// How many rows this one changed.
        rows: u64,
        /// How many rows all changed so far.
        total: u64,
        /// How long it took.
        took: Duration,
    },
    /// A statement was done by an earlier run.
    Skips {
        /// The migration.
        migration: &'a Migration,
        /// The statement.
        sql: &'a str,
        /// How that is known.
        why: &'a str,
    },
    /// Something is tried again after a pause.
    Retries {
        /// The migration.
        migration: &'a Migration,
        /// Why.
        why: &'a str,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// The pause.
        pause: Duration,
    },
    /// A migration is done and committed.
    Done {
        /// The migration.
        migration: &'a Migration,
        /// Which way it went.
        direction: Direction,
        /// How long it took.
        took: Duration,
    },
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waits { holder, limit } => {
                write!(f, "waiting for another runner of migrations, {limit:?} at most: {holder}")
            }
            Self::Begins { migration, direction, resumed } => {
                let how = if *resumed { ", where the last run ended" } else { "" };
                write!(f, "{migration}: {direction}{how}")
            }
            Self::Statement { number, of, sql, took, .. } => {
                write!(f, "  {number}/{of} {} {}", Took(*took), head(sql))
            }
            Self::Batch { rows, total, took, .. } => {
                write!(f, "  {} {rows} rows, {total} so far", Took(*took))
            }
            Self::Skips { sql, why, .. } => write!(f, "  done already ({why}): {}", head(sql)),
            Self::Retries { why, attempt, pause, .. } => {
                write!(f, "  attempt {attempt}: {why}; again in {} ms", pause.as_millis())
            }
            Self::Done { migration, direction, took } => {
                let done = match direction {
                    Direction::Up => "applied",
                    Direction::Down => "reversed",
                };
                write!(f, "{migration}: {done} in {}", Took(*took))
            }
        }
    }
}

/// A time for people.
struct Took(Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            millis @ 0..10_000 => write!(f, "{millis} ms"),
            millis => write!(f, "{}.{} s", millis / 1000, millis % 1000 / 100),
        }
    }
}

/// The beginning of a statement, in one line.
pub(super) fn head(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().take(24).collect();
    let line = words.join(" ");
    match line.char_indices().nth(90) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}
