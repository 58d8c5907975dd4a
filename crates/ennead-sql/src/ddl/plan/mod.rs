//! From a difference to statements in the order in which they apply, each with what it costs and risks.

mod postgres;
mod sqlite;
mod step;

use ennead_core::Dialect;
use ennead_core::diff::Diff;
use ennead_core::snapshot::Name;

pub use self::postgres::{TypeChange, type_change};
pub use self::step::{Hazard, HazardKind, Lock, Step};

/// What a plan may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Postgres: what is built on tables that have rows is built beside their traffic: indexes CONCURRENTLY, constraints
    /// NOT VALID first and then validated. Such a plan is not one transaction.
    pub online: bool,
    /// What rows that are there already get in columns that come to take no NULL.
    pub fills: Vec<Fill>,
}

/// What rows get in a column where they have nothing, in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// The table, by its new name.
    pub table: Name,
    /// The column, by its new name.
    pub column: String,
    /// The value, an SQL expression without columns of the table; it may be a subquery in parentheses.
    pub value: String,
}

impl PlanOptions {
    /// What rows get in that column.
    fn fill(&self, table: &Name, column: &str) -> Option<&str> {
        let fill = self.fills.iter().find(|fill| fill.table == *table && fill.column == column)?;
        Some(&fill.value)
    }
}

/// The statements that make the difference, in order.
///
/// ```
/// use ennead_core::Dialect;
/// use ennead_core::diff::{Hints, diff};
/// use ennead_core::snapshot::{Column, Snapshot, Table};
/// use ennead_sql::ddl::{HazardKind, PlanOptions, plan};
///
/// let empty = Snapshot::empty(Dialect::Postgres);
/// let mut table = Table::new("users");
/// table.columns.push(Column::new("id", "uuid"));
/// let full = Snapshot { tables: vec![table], ..empty.clone() };
/// let steps = plan(&diff(&full, &empty, &Hints::default()), &PlanOptions::default());
/// assert_eq!(steps[0].sql, "DROP TABLE \"users\"");
/// assert_eq!(steps[0].hazards[0].kind, HazardKind::DeletesData);
/// ```
#[must_use]
pub fn plan(diff: &Diff, options: &PlanOptions) -> Vec<Step> {
    match diff.to.dialect {
        Dialect::Postgres => postgres::plan(diff, options),
        Dialect::Sqlite => sqlite::plan(diff, options),
    }
}
