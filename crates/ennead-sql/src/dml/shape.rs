//! The shape of a statement: its SQL text, made once through sea-query and kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ennead_core::{Dialect, Guard, Kind, Operation};
use sea_query::{PostgresQueryBuilder, QueryStatementWriter, SqliteQueryBuilder, Value as SeaValue};

/// A statement without its values.
#[derive(Debug)]
pub struct Shape {
    /// Unique in the process: what prepared statements are kept under.
    pub id: u64,
    /// The SQL.
    pub sql: Arc<str>,
    /// What each placeholder takes, in their order.
    pub slots: Vec<Slot>,
    /// The kinds of the values of a row.
    pub row_kinds: Vec<Kind>,
    /// The kinds of the columns that come back; empty where no row does.
    pub outputs: Vec<Kind>,
}

/// Where the value of a placeholder comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// From the shared values.
    Shared(u32),
    /// From the values of the row; those of a second row stand behind those of the first.
    Row(u32),
}

/// What a shape depends on: the operation with its values taken out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) operation: Operation,
    pub(super) guard: Guard,
    pub(super) form: Form,
    /// How many changes at paths of a JSON column the statement applies one after the other.
    pub(super) steps: usize,
}

/// How the rows of a write reach the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// One row: a placeholder for each value.
    Single,
    /// [`SEVERAL`] rows: a placeholder for each value of each.
    Several,
    /// Many rows: an array for each column.
    Arrays,
    /// Many rows behind a COPY.
    Copy,
}

/// How many rows a statement for several of them takes on SQLite. For each such statement SQLite copies the pages that it
/// changes, so that it can take it back: below fifty rows that costs what is saved even where rows lie close together, and far above
/// it little more is saved.
pub const SEVERAL: usize = 128;

/// How many placeholders a statement may have on SQLite.
pub(super) const MAX_PLACEHOLDERS: usize = 32_766;

/// Slots of row values are marked so that they can be told from shared ones in sea-query's values.
pub(super) const ROW: i64 = 1 << 32;

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Shape {
    /// Renders a statement in which every value is the number of its slot.
    pub(super) fn render(
        dialect: Dialect,
        statement: &impl QueryStatementWriter,
        row_kinds: Vec<Kind>,
        outputs: Vec<Kind>,
    ) -> Self {
        let (sql, values) = match dialect {
            Dialect::Postgres => statement.build(PostgresQueryBuilder),
            Dialect::Sqlite => statement.build(SqliteQueryBuilder),
        };
        let slots = values
            .0
            .into_iter()
            .filter_map(|value| match value {
                SeaValue::BigInt(Some(at)) if at >= ROW => Some(Slot::Row((at - ROW) as u32)),
                SeaValue::BigInt(Some(at)) => Some(Slot::Shared(at as u32)),
                // Limit and offset.
                SeaValue::BigUnsigned(Some(at)) => Some(Slot::Shared(at as u32)),
                _ => None,
            })
            .collect();
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), sql: sql.into(), slots, row_kinds, outputs }
    }

    /// SQL without placeholders, which rows follow.
    pub(super) fn followed_by_rows(sql: String, row_kinds: Vec<Kind>) -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { id, sql: sql.into(), slots: Vec::new(), row_kinds, outputs: Vec::new() }
    }
}
