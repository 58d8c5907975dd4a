//! Migrations, and what they are made of: what a live database holds, how that differs from another schema, and the
//! statements between the two.
//!
//! [`Migrations`] are folders of SQL files, written by [`Draft`] from changed models and run by [`Runner`]; the command line is
//! a face of these.
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

mod checksum;
mod draft;
mod load;
mod migration;
mod migrations;
mod runner;
mod script;

pub use self::draft::{Draft, DraftOptions, RowSecurityOption};
pub use self::load::load;
pub use self::migration::{Direction, Migration, Parent, RowSecurity, Version};
pub use self::migrations::Migrations;
pub(crate) use self::runner::{LEDGER, without_ledger};
pub use self::runner::{LogEntry, MigrationState, Progress, Runner, Status, StatusEntry, Trial};
pub use self::script::{Allow, Script, ScriptStatement, Stage, StageKind};
pub use ennead_core::diff::{
    Candidate, Change, ColumnHint, CommentOn, Constraint, Diff, Hints, ValueHint, diff,
};
pub use ennead_core::snapshot;
pub use ennead_core::snapshot::{Name, Snapshot};
pub use ennead_sql::ddl::{Fill, Hazard, HazardKind, Lock, PlanOptions, Step, plan};

use ennead_core::{Dialect, Error, ErrorKind};

use crate::backend::{Access, Conn};
use crate::db::Db;
use crate::exec;

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

/// What the database makes of a snapshot: its types and expressions in the words that [`introspect`] would tell, so that
/// models can be compared with what is there. Nothing is left behind.
///
/// On Postgres everything is made in a schema of its own, in a transaction that is rolled back; the role needs CREATE on
/// the database. On SQLite it is made in memory. Hints (`renamed_from`) are kept.
///
/// # Errors
/// Those of the statements: the snapshot is none that the database takes. `is_invalid_input` for a snapshot of the other
/// dialect.
///
/// ```
/// # use ennead::prelude::*;
/// use ennead::migrate::{self, Hints};
/// # #[cfg(feature = "postgres")]
/// # async fn show(db: &Db, schema: &Schema) -> Result<(), Error> {
/// let wanted = migrate::normalised(db, &schema.snapshot(db.dialect())?).await?;
/// let diff = migrate::diff(&migrate::introspect(db).await?, &wanted, &Hints::default());
/// # Ok(()) }
/// ```
pub async fn normalised(db: &Db, snapshot: &Snapshot) -> Result<Snapshot, Error> {
    crate::introspect::normalised(db, snapshot, &[]).await
}

/// Runs the steps of a plan in their order: those that may share a transaction in one, each other by itself. Where one
/// fails, its transaction is rolled back, and what was committed before it stays.
///
/// # Errors
/// Those of the statements; `is_foreign_key_violation` where the plan for SQLite would leave rows that refer to nothing.
///
/// ```
/// # use ennead::prelude::*;
/// use ennead::migrate::{self, Hints, PlanOptions};
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main] async fn main() -> Result<(), Error> {
/// #[model(global)]
/// struct Plan { #[key(assigned)] id: String, name: String }
///
/// let db = Db::connect("sqlite::memory:").await?;
/// let wanted = ennead::schema![Plan].snapshot(db.dialect())?;
/// let diff = migrate::diff(&migrate::introspect(&db).await?, &wanted, &Hints::default());
/// migrate::apply(&db, &migrate::plan(&diff, &PlanOptions::default())).await?;
/// assert!(migrate::diff(&migrate::introspect(&db).await?, &wanted, &Hints::default()).is_empty());
/// # Ok(()) }
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// ```
pub async fn apply(db: &Db, steps: &[Step]) -> Result<(), Error> {
    apply_if(db, steps, None).await
}

/// The same, where a question that is asked in each transaction has no answer.
pub(crate) async fn apply_if(db: &Db, steps: &[Step], unless: Option<&str>) -> Result<(), Error> {
    let mut conn = db.inner().backend.acquire(Access { write: true, owner: true }).await?;
    if db.dialect() == Dialect::Sqlite {
        conn.will_change_settings();
    }
    let mut open = false;
    for step in steps {
        if step.transactional != open {
            if open {
                conn.commit_and_keep().await?;
            } else {
                conn.begin(None).await?;
            }
            open = !open;
            if let Some(question) = unless.filter(|_| open) {
                let (same, answers) = exec::raw_texts(conn, question).await?;
                conn = same;
                if !answers.is_empty() {
                    return Err(Error::new(
                        ErrorKind::SchemaMismatch,
                        "the schema was changed by another meanwhile: try again",
                    ));
                }
            }
        }
        // A connection that is dropped in a transaction rolls back.
        conn = if step.gives_nothing { ask(conn, step).await? } else { run(conn, step).await? };
    }
    if open { conn.commit().await } else { Ok(()) }
}

async fn run(mut conn: Conn, step: &Step) -> Result<Conn, Error> {
    conn.execute(&step.sql).await?;
    Ok(conn)
}

async fn ask(conn: Conn, step: &Step) -> Result<Conn, Error> {
    let (conn, tables) = exec::raw_texts(conn, &step.sql).await?;
    match tables.first() {
        None => Ok(conn),
        Some(table) => Err(Error::new(
            ErrorKind::ForeignKeyViolation,
            format!("rows of {table} would refer to rows that are not there"),
        )),
    }
}
