//! The operations as data: built anywhere, scoped by [`Scope`](crate::Scope), turned into SQL by `ennead-sql`.

use std::hash::{Hash, Hasher};

use crate::def::ModelDef;
use crate::filter::{Compare, Expr, Operand, OrderBy};
use crate::value::Value;

/// A model in an operation; equal and hashed by identity.
#[derive(Clone, Copy)]
pub struct ModelRef(pub &'static ModelDef);

impl std::ops::Deref for ModelRef {
    type Target = ModelDef;
    fn deref(&self) -> &ModelDef {
        self.0
    }
}

impl std::fmt::Debug for ModelRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name)
    }
}

impl PartialEq for ModelRef {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for ModelRef {}

impl Hash for ModelRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

/// One request to a database, of one model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Create and BulkCreate, with or without `on_conflict`.
    Insert(Insert),
    /// Read and List.
    Select(Select),
    /// Count.
    Count(Count),
    /// What rows amount to: sums, averages, least and greatest values, of all of them or of groups.
    Aggregate(Aggregate),
    /// Update and BulkUpdate.
    Update(Update),
    /// BulkUpdate with a value for each row.
    UpdateEach(UpdateEach),
    /// Delete and BulkDelete.
    Delete(Delete),
}

impl Operation {
    /// The model.
    #[must_use]
    pub fn model(&self) -> &'static ModelDef {
        match self {
            Operation::Insert(op) => op.model.0,
            Operation::Select(op) => op.model.0,
            Operation::Count(op) => op.model.0,
            Operation::Aggregate(op) => op.model.0,
            Operation::Update(op) => op.model.0,
            Operation::UpdateEach(op) => op.model.0,
            Operation::Delete(op) => op.model.0,
        }
    }

    /// Whether it changes rows.
    #[must_use]
    pub fn writes(&self) -> bool {
        !matches!(self, Operation::Select(_) | Operation::Count(_) | Operation::Aggregate(_))
    }

    /// Whether it holds rows that others would write: it changes them, or locks them.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.writes() || matches!(self, Operation::Select(select) if select.lock.is_some())
    }

    /// Its name, for traces and messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Operation::Insert(_) => "create",
            Operation::Select(_) => "list",
            Operation::Count(_) => "count",
            Operation::Aggregate(_) => "aggregate",
            Operation::Update(_) | Operation::UpdateEach(_) => "update",
            Operation::Delete(_) => "delete",
        }
    }
}

/// Rows to insert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Insert {
    /// The model.
    pub model: ModelRef,
    /// The columns that the rows give, in the order of the fields. Filled by [`fill_insert`](crate::fill_insert).
    pub columns: Vec<u16>,
    /// The values, a list for each row, in the order of `columns`.
    pub rows: Vec<Vec<Value>>,
    /// What happens where a row is there already.
    pub conflict: Option<Conflict>,
    /// Whether the rows come back.
    pub returning: bool,
}

/// `ON CONFLICT`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Conflict {
    /// The fields of the declared unique (or the key), without the tenant.
    pub target: Vec<u16>,
    /// The columns of the arbiter, the tenant's included, and whether only living rows count. Filled in by `ennead-core`.
    pub arbiter: Vec<u16>,
    /// The arbiter is the partial unique of a soft-deleted model.
    pub living_only: bool,
    /// What to do.
    pub action: ConflictAction,
}

/// What an insert does with a row that is there already.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConflictAction {
    /// Leaves it.
    Ignore,
    /// Changes it.
    Update {
        /// Columns that take the values of the new row.
        columns: Vec<u16>,
        /// Columns that grow by an amount, and JSON columns with the changes at their paths.
        add: Vec<(u16, Value)>,
        /// The version that the row must have; with another one it stays, and that is a conflict.
        version: Option<Value>,
    },
}

/// Rows to read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Select {
    /// The model.
    pub model: ModelRef,
    /// Which.
    pub filter: Option<Expr>,
    /// In what order; the key is always the last part of a page's order.
    pub order: Vec<OrderBy>,
    /// How many at most.
    pub limit: Option<u64>,
    /// How many to pass over.
    pub offset: u64,
    /// Behind this row: the values of `order`, for a keyset page.
    pub after: Option<Vec<Value>>,
    /// Only these columns; all where `None`.
    pub columns: Option<Vec<u16>>,
    /// What of soft-deleted rows.
    pub deleted: Deleted,
    /// How many at most for each value of some columns; with no `offset` or `after` beside it.
    pub each: Option<Each>,
    /// Whether the rows are locked until the transaction ends. SQLite has no such locks: there a transaction that writes
    /// holds the whole database from its beginning.
    pub lock: Option<RowLock>,
}

/// A limit for each group of rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Each {
    /// The columns in which the rows of a group are equal.
    pub columns: Vec<u16>,
    /// How many at most, the first in the order.
    pub limit: u64,
}

/// What a read that locks its rows does about those that others hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowLock {
    /// Waits for them.
    Wait,
    /// Waits for those who change them, and not for those who only refer to them: what an update does that changes no key.
    Change,
    /// Passes over them.
    SkipLocked,
    /// Fails at once.
    NoWait,
}

impl Select {
    /// All rows of a model, whole, but those that were deleted softly.
    #[must_use]
    pub fn of(model: &'static ModelDef) -> Self {
        Self {
            model: ModelRef(model),
            filter: None,
            order: Vec::new(),
            limit: None,
            offset: 0,
            after: None,
            columns: None,
            deleted: Deleted::Exclude,
            each: None,
            lock: None,
        }
    }

    /// The row of a model with a key.
    #[must_use]
    pub fn by_key(model: &'static ModelDef, key: Value) -> Self {
        let left = Operand::Column(model.key.field);
        let by_key = Expr::Compare { left, op: Compare::Eq, value: key };
        Self { filter: Some(by_key), ..Self::of(model) }
    }
}

/// What a read does with soft-deleted rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deleted {
    /// Passes over them.
    #[default]
    Exclude,
    /// Takes them in.
    Include,
    /// Takes only them.
    Only,
}

/// Rows to count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Count {
    /// The model.
    pub model: ModelRef,
    /// Which.
    pub filter: Option<Expr>,
    /// What of soft-deleted rows.
    pub deleted: Deleted,
}

/// Rows to sum up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Aggregate {
    /// The model.
    pub model: ModelRef,
    /// Which.
    pub filter: Option<Expr>,
    /// What of soft-deleted rows.
    pub deleted: Deleted,
    /// What is asked of them.
    pub measures: Vec<Measure>,
    /// The columns in which the rows of a group are equal; none: all rows are one group, which is there without rows too.
    pub group_by: Vec<u16>,
    /// In what order the groups come. What it leaves equal is ordered by `group_by`, ascending.
    pub order: Vec<RankBy>,
    /// How many groups at most.
    pub limit: Option<u64>,
}

/// What rows amount to. NULLs are passed over, and of no values at all there is nothing but a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// How many rows.
    Rows,
    /// The sum of a column.
    Sum(u16),
    /// The average of a column.
    Avg(u16),
    /// The least value of a column.
    Min(u16),
    /// The greatest value of a column.
    Max(u16),
}

/// One part of an order of groups: NULLs stand first ascending and last descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RankBy {
    /// What is compared.
    pub by: Rank,
    /// Descending.
    pub descending: bool,
}

/// What groups are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rank {
    /// A column of `group_by`.
    Key(u16),
    /// What their rows amount to, asked for or not.
    Measure(Measure),
}

/// Rows to change, all alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Update {
    /// The model.
    pub model: ModelRef,
    /// Which.
    pub target: Target,
    /// A condition beside the target; unmet, it is a conflict rather than a missing row.
    pub when: Option<Expr>,
    /// What is set.
    pub set: Vec<Assignment>,
    /// Whether the rows come back.
    pub returning: bool,
    /// What of soft-deleted rows.
    pub deleted: Deleted,
}

/// One column of an update.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// The column.
    pub column: u16,
    /// The value, or the amount.
    pub value: Value,
    /// The value is added to the stored one; to a JSON column, as changes at its paths.
    pub add: bool,
}

/// Rows to change, each in its own way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UpdateEach {
    /// The model.
    pub model: ModelRef,
    /// The columns that every row sets, and whether the value is added (to a JSON column, as changes at its paths).
    pub columns: Vec<(u16, bool)>,
    /// The key, then the values in the order of `columns`, then the version where one is expected, for each row.
    pub rows: Vec<Vec<Value>>,
    /// Whether each row is changed only while it has the version that stands last.
    pub versioned: bool,
}

/// One row of a bulk update with a value for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowUpdate {
    /// Its key.
    pub key: Value,
    /// The version that it must have.
    pub version: Option<i64>,
    /// What is set.
    pub set: Vec<Assignment>,
}

/// Rows to delete.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delete {
    /// The model.
    pub model: ModelRef,
    /// Which.
    pub target: Target,
    /// A condition beside the target.
    pub when: Option<Expr>,
}

/// Which rows a write concerns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// The row with that key.
    Key(Value),
    /// The rows with those keys; missing ones are passed over.
    Keys(Vec<Value>),
    /// The rows that match.
    Filter(Expr),
    /// All rows of the scope, said explicitly.
    All,
}
