//! What a backend runs: one statement, and the values of its executions.

use std::sync::Arc;

use ennead_core::{Kind, Value};

use super::shape::{SEVERAL, Shape, Slot};

/// One statement with the values of all its executions.
#[derive(Debug)]
pub struct Program {
    /// The statement.
    pub shape: Arc<Shape>,
    /// The same for several rows at once: what it takes need not be executed one by one.
    pub several: Option<Arc<Shape>>,
    /// The values that every execution shares.
    pub shared: Vec<Bind>,
    /// The values of each execution.
    pub batch: Batch,
    /// The backend stops after so many rows, where the statement's own limit is a larger, rounded one.
    pub limit: Option<u64>,
    /// The backend passes over so many rows first.
    pub offset: u64,
    /// It may take long: a backend must not run it on a thread that others wait for.
    pub heavy: bool,
}

/// A value on its way to the database.
#[derive(Debug, Clone)]
pub struct Bind {
    /// The value; an array where `many`.
    pub value: Value,
    /// The kind of the value, or of the array's elements.
    pub kind: Kind,
    /// A list of values in one bind.
    pub many: bool,
}

/// The values of each execution.
#[derive(Debug)]
pub enum Batch {
    /// One execution, with the shared values only.
    Once,
    /// One execution for each row.
    Rows(Vec<Vec<Value>>),
    /// One execution for each chunk; a chunk is a list of values for each column.
    Columns(Vec<Vec<Vec<Value>>>),
    /// One execution, behind which all rows follow in the binary form of Postgres's COPY.
    Copy(Vec<Vec<Value>>),
}

/// A value of one execution.
#[derive(Debug, Clone, Copy)]
pub enum BindRef<'a> {
    /// One value of a kind.
    One(&'a Value, &'a Kind),
    /// A list of values of a kind.
    Many(&'a [Value], &'a Kind),
}

impl Program {
    /// How often the statement is executed.
    #[must_use]
    pub fn executions(&self) -> usize {
        match &self.batch {
            Batch::Once | Batch::Copy(_) => 1,
            Batch::Rows(rows) => rows.len(),
            Batch::Columns(chunks) => chunks.len(),
        }
    }

    /// The statements of a batch, and how often each is executed.
    pub fn statements(&self) -> impl Iterator<Item = (&Shape, usize)> {
        let chunks = if self.several.is_some() { self.executions() / SEVERAL } else { 0 };
        let single = (&*self.shape, self.executions() - chunks * SEVERAL);
        let several = self.several.as_deref().map(|shape| (shape, chunks));
        several.into_iter().chain([single]).filter(|(_, executions)| *executions > 0)
    }

    /// The values of one execution, in the order of the placeholders.
    pub fn binds(&self, execution: usize) -> impl Iterator<Item = BindRef<'_>> {
        self.binds_of(&self.shape, execution)
    }

    /// The same of a statement for several rows, beginning with one of them.
    pub fn binds_of<'p>(&'p self, shape: &'p Shape, execution: usize) -> impl Iterator<Item = BindRef<'p>> {
        let width = shape.row_kinds.len();
        shape.slots.iter().map(move |slot| match slot {
            Slot::Shared(at) => {
                let bind = &self.shared[*at as usize];
                match &bind.value {
                    Value::Array(items) if bind.many => BindRef::Many(items, &bind.kind),
                    value => BindRef::One(value, &bind.kind),
                }
            }
            Slot::Row(at) => {
                let (row, at) = (execution + *at as usize / width, *at as usize % width);
                let kind = &shape.row_kinds[at];
                match &self.batch {
                    Batch::Once | Batch::Copy(_) => BindRef::One(&Value::Null, kind),
                    Batch::Rows(rows) => BindRef::One(&rows[row][at], kind),
                    Batch::Columns(chunks) => BindRef::Many(&chunks[row][at], kind),
                }
            }
        })
    }
}

impl Program {
    /// Its rows, where they are as many as a statement for several of them is worth.
    pub(super) fn many_rows(&self) -> Option<&[Vec<Value>]> {
        match &self.batch {
            Batch::Rows(rows) if rows.len() >= SEVERAL => Some(rows),
            _ => None,
        }
    }

    /// Whether any of its values is one that was to be sealed.
    pub(super) fn holds_plaintext(&self) -> bool {
        let plain = |value: &Value| matches!(value, Value::Plain(_));
        let shared = self.shared.iter().any(|bind| plain(&bind.value));
        shared
            || match &self.batch {
                Batch::Once => false,
                Batch::Rows(rows) | Batch::Copy(rows) => rows.iter().flatten().any(plain),
                Batch::Columns(chunks) => chunks.iter().flatten().flatten().any(plain),
            }
    }

    /// SQL of the library's own, without values.
    #[must_use]
    pub fn raw(sql: &str, outputs: Vec<Kind>) -> Self {
        let shape = Shape { id: 0, sql: sql.into(), slots: Vec::new(), row_kinds: Vec::new(), outputs };
        let shape = Arc::new(shape);
        let several = None;
        Self { shape, several, shared: Vec::new(), batch: Batch::Once, limit: None, offset: 0, heavy: false }
    }
}
