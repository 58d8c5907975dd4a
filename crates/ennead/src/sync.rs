//! A database brought to the models while they are being written.

use std::collections::BTreeSet;

use ennead_core::diff::{Candidate, Diff};
use ennead_core::snapshot::{Snapshot, Unmodelled};
use ennead_core::{Dialect, Error, ErrorKind};
use ennead_sql::ddl::{self, HazardKind, Lock, PlanOptions, Step, plan};

use crate::backend::Access;
use crate::db::Db;
use crate::exec;
use crate::migrate::{self, Hints};
use crate::schema::{Schema, application_role};

/// How often the difference is looked for anew, where another changed the database meanwhile.
const ATTEMPTS: usize = 4;

impl Schema {
    /// Brings a database to the models, while they are being written: plans the difference and applies it, and gives the
    /// statements that it ran. What a model renames by `renamed_from` keeps its rows.
    ///
    /// For databases whose rows matter there are [migrations](crate::migrate::Migrations), which are read before they are run.
    ///
    /// # Errors
    /// `is_schema_mismatch`, and nothing was changed, where rows or values would be lost, where the database holds what is not
    /// described by models (a view, a function), and where its schema is kept by migrations. Those of the statements: what
    /// rows do not fit is rolled back.
    ///
    /// ```
    /// # use ennead::prelude::*;
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// mod before {
    ///     # use ennead::prelude::*;
    ///     #[model(global)]
    ///     pub struct Plan { #[key(assigned)] pub id: String, pub name: String }
    /// }
    /// #[model(global)]
    /// struct Plan { #[key(assigned)] id: String, #[column(renamed_from = "name")] title: String, seats: Option<i64> }
    ///
    /// let db = Db::connect("sqlite::memory:").await?;
    /// ennead::schema![before::Plan].sync(&db).await?;
    /// before::Plan::create(before::NewPlan { id: "pro".into(), name: "Pro".into() }).run(&db).await?;
    /// for step in ennead::schema![Plan].sync(&db).await? {
    ///     println!("{};", step.sql);
    /// }
    /// assert_eq!(Plan::read("pro").run(&db).await?.title, "Pro");
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    pub async fn sync(&self, db: &Db) -> Result<Vec<Step>, Error> {
        no_ledger(db).await?;
        db.inner().known.learn(self.models());
        let mut attempt = 1;
        loop {
            let version = schema_version(db).await?;
            let found = migrate::introspect(db).await?;
            let wanted = self.normalised(db).await?;
            let steps = self.steps(db, &found, &wanted).await?;
            if steps.is_empty() {
                return Ok(steps);
            }
            match migrate::apply_if(db, &steps, version.as_deref()).await {
                Ok(()) => return Ok(steps),
                Err(error) => {
                    // Another may have done the same in between.
                    let now = migrate::introspect(db).await?;
                    if attempt == ATTEMPTS || migrate::diff(&found, &now, &Hints::default()).is_empty() {
                        return Err(error);
                    }
                }
            }
            attempt += 1;
        }
    }

    /// What is to be run, or why it is not.
    async fn steps(&self, db: &Db, found: &Snapshot, wanted: &Snapshot) -> Result<Vec<Step>, Error> {
        let diff = migrate::diff(found, wanted, &Hints::default());
        let steps = plan(&diff, &PlanOptions::default());
        let role = application_role(db).await?;
        let ours = if role.is_some() { policies_of(wanted) } else { BTreeSet::new() };
        let strange: Vec<&Unmodelled> = diff
            .unmodelled
            .iter()
            .filter(|thing| !ours.contains(&(thing.kind.as_str(), thing.name.as_str())))
            .filter(|thing| role.is_none() || !is_policy(thing))
            .collect();
        allowed(&diff, &steps, &strange)?;
        let Some(role) = role.filter(|_| !diff.is_empty()) else { return Ok(steps) };
        // A column that a policy reads cannot change: the policies go before, and come back behind. Without them, nobody
        // but the owner sees a row.
        let gone = found.unmodelled.iter().filter(|thing| is_policy(thing)).filter_map(|thing| {
            if thing.kind == "function" {
                return Some(step(format!("DROP FUNCTION {}", thing.name)));
            }
            let (policy, table) = thing.name.split_once(" on ")?;
            Some(step(format!("DROP POLICY {policy} ON {table}")))
        });
        // Policies call the functions.
        let mut gone: Vec<Step> = gone.collect();
        gone.sort_by_key(|step| step.sql.starts_with("DROP FUNCTION"));
        let back = ddl::policies(self.models(), &role)?;
        Ok(gone.into_iter().chain(steps).chain(back.into_iter().map(step)).collect())
    }
}

fn step(sql: String) -> Step {
    let (lock, hazards) = (Lock::All, Vec::new());
    Step { sql, lock, rewrite: false, hazards, transactional: true, gives_nothing: false }
}

/// A policy that the library made, or a function that one calls.
fn is_policy(thing: &Unmodelled) -> bool {
    match thing.kind.as_str() {
        "policy" => thing.name.starts_with("ennead_"),
        "function" => thing.name.starts_with("ennead_own_"),
        _ => false,
    }
}

/// What row level security brings with these models.
fn policies_of(wanted: &Snapshot) -> BTreeSet<(&str, &str)> {
    let of_security = ["policy", "row level security", "function"];
    let ours = wanted.unmodelled.iter().filter(|thing| of_security.contains(&thing.kind.as_str()));
    ours.map(|thing| (thing.kind.as_str(), thing.name.as_str())).collect()
}

/// Refuses what destroys data, and what there is no plan for.
fn allowed(diff: &Diff, steps: &[Step], strange: &[&Unmodelled]) -> Result<(), Error> {
    let mut reasons: Vec<String> = steps
        .iter()
        .flat_map(|step| &step.hazards)
        .filter(|hazard| matches!(hazard.kind, HazardKind::DeletesData | HazardKind::Narrows))
        .map(|hazard| hazard.reason.clone())
        .collect();
    reasons.dedup();
    let loses = !reasons.is_empty();
    reasons.extend(strange.iter().map(|thing| format!("{thing} is nothing that models describe")));
    if reasons.is_empty() {
        return Ok(());
    }
    let mut text =
        format!("the database is not brought to the models, and was left as it was: {}", reasons.join("; "));
    if loses {
        let renamed: Vec<String> = diff.candidates.iter().map(candidate).collect();
        if !renamed.is_empty() {
            text.push_str(&format!(". If {}, write `renamed_from` on the new one", renamed.join(", or ")));
        }
        text.push_str(". To lose it on purpose, write a migration (`migrate new`), or drop it by hand");
    }
    if !strange.is_empty() {
        text.push_str(". What models do not describe is for migrations, or to be dropped by hand");
    }
    Err(Error::new(ErrorKind::SchemaMismatch, text))
}

fn candidate(candidate: &Candidate) -> String {
    match candidate {
        Candidate::Table { from, to } => format!("table {from} is now called {to}"),
        Candidate::Column(hint) => format!("{}.{} is now called {}", hint.table, hint.from, hint.to),
    }
}

/// A database whose schema is kept by migrations is theirs.
async fn no_ledger(db: &Db) -> Result<(), Error> {
    let sql = match db.dialect() {
        Dialect::Postgres => format!(
            "SELECT c.relname::text FROM pg_catalog.pg_class c WHERE c.relname = '{}' AND pg_catalog.pg_table_is_visible(c.oid)",
            migrate::LEDGER
        ),
        Dialect::Sqlite => {
            format!("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = '{}'", migrate::LEDGER)
        }
    };
    let conn = db.inner().backend.acquire(Access { write: false, owner: true }).await?;
    let (_, tables) = exec::raw_texts(conn, &sql).await?;
    if tables.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::SchemaMismatch,
        format!(
            "the schema of this database is kept by migrations ({}): write one with `migrate new`, and apply it with `migrate up`",
            migrate::LEDGER
        ),
    ))
}

/// A question that has no answer while nobody changes SQLite's schema. On Postgres a statement that was planned for another
/// schema fails by itself; on SQLite a table could be built anew without what another added to it.
async fn schema_version(db: &Db) -> Result<Option<String>, Error> {
    if db.dialect() == Dialect::Postgres {
        return Ok(None);
    }
    let conn = db.inner().backend.acquire(Access { write: false, owner: true }).await?;
    let (_, versions) =
        exec::raw_texts(conn, "SELECT CAST(schema_version AS TEXT) FROM pragma_schema_version").await?;
    Ok(versions.into_iter().next().map(|version| {
        format!("SELECT 'changed' FROM pragma_schema_version WHERE schema_version <> {version}")
    }))
}
