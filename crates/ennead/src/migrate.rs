//! Schemas of live databases: what they hold, how that differs from another, and the statements between the two.
//!
//! ```
//! # use ennead::prelude::*;
//! use ennead::migrate::{self, Hints, PlanOptions};
//! # #[cfg(feature = "postgres")]
//! # async fn show(db: &Db, other: &Db) -> Result<(), Error> {
//! let (from, to) = (migrate::introspect(db).await?, migrate::introspect(other).await?);
//! let diff = migrate::diff(&from, &to, &Hints::default());
//! for step in migrate::plan(&diff, &PlanOptions::default()) {
//!     println!("{};", step.sql);
//! }
//! # Ok(()) }
//! ```

pub use ennead_core::diff::{
    Candidate, Change, ColumnHint, CommentOn, Constraint, Diff, Hints, ValueHint, diff,
};
pub use ennead_core::snapshot;
pub use ennead_core::snapshot::{Name, Snapshot};
pub use ennead_sql::ddl::{Fill, Hazard, HazardKind, Lock, PlanOptions, Step, plan};

use ennead_core::Error;

use crate::db::Db;

/// Reads what the database holds: all schemas of a Postgres database but its own, the main file of SQLite.
///
/// Expressions are texts as the database writes them. On Postgres the names in the schema that the connection uses first
/// (`current_schema`) stand without it.
///
/// # Errors
/// Those of the connection, and what a role may not see.
pub async fn introspect(db: &Db) -> Result<Snapshot, Error> {
    crate::introspect::introspect(db).await
}
