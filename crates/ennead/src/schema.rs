//! The models of an application, together.

use ennead_core::snapshot::Snapshot;
use ennead_core::{Audit, Dialect, Error, ErrorKind, Model, ModelDef, Scope, Tenancy};
use ennead_sql::ddl;

use crate::audit::AuditRecord;
use crate::backend::Access;
use crate::db::Db;
use crate::exec;
use crate::node::relations::Relations;

/// The models of an application: what [`schema!`](crate::schema!) collects.
#[derive(Debug, Clone)]
pub struct Schema {
    pub(crate) relations: Relations,
}

impl Schema {
    /// A schema of these models, in this order. Where one of them is `audited`, [`AuditRecord`] is the last of them.
    #[must_use]
    pub fn new(models: impl IntoIterator<Item = &'static ModelDef>) -> Self {
        let mut models: Vec<&'static ModelDef> = models.into_iter().collect();
        let records = AuditRecord::DEF;
        let built_in = |model: &&'static ModelDef| match model.audit {
            Audit::Into { model, .. } => model().is(records),
            _ => false,
        };
        if models.iter().any(built_in) && !models.iter().any(|model| model.is(records)) {
            models.push(records);
        }
        Self { relations: Relations::new(models) }
    }

    /// The models' definitions.
    #[must_use]
    pub fn models(&self) -> &[&'static ModelDef] {
        self.relations.models()
    }

    /// The models of which a scope has rows: under the bypass all of them.
    pub(crate) fn within<'a>(
        &'a self,
        scope: &'a Scope,
    ) -> impl Iterator<Item = &'static ModelDef> + use<'a> {
        self.models().iter().copied().filter(move |model| match scope {
            Scope::Global => model.tenancy == Tenancy::Global,
            Scope::Tenant(_) => model.tenancy != Tenancy::Global,
            _ => true,
        })
    }

    /// What a database holds that has these models and nothing else, as data.
    ///
    /// # Errors
    /// As [`ddl`](Self::ddl).
    pub fn snapshot(&self, dialect: Dialect) -> Result<Snapshot, Error> {
        ddl::snapshot(self.models(), dialect)
    }

    /// What this database would hold with these models and nothing else, in its own words: what
    /// [`migrate::introspect`](crate::migrate::introspect) would tell. With row level security, its policies are in it.
    ///
    /// # Errors
    /// As [`ddl`](Self::ddl) and [`migrate::normalised`](crate::migrate::normalised).
    pub async fn normalised(&self, db: &Db) -> Result<Snapshot, Error> {
        let snapshot = ddl::snapshot(self.models(), db.dialect())?;
        let policies = match application_role(db).await? {
            Some(role) => ddl::policies(self.models(), &role)?,
            None => Vec::new(),
        };
        crate::introspect::normalised(db, &snapshot, &policies).await
    }

    /// The DDL as text: deterministic, loadable by `psql` and `sqlite3`, and meant to be committed and read.
    ///
    /// # Errors
    /// `is_unsupported` for what the dialect lacks; `is_invalid_input` where a referenced model is missing, or two names
    /// clash.
    pub fn ddl(&self, dialect: Dialect) -> Result<String, Error> {
        Ok(ddl::text(&ddl::snapshot(self.models(), dialect)?))
    }

    /// The DDL as text, with row level security on Postgres: for the owner of the tables to run, where the application
    /// connects as `application_role`.
    ///
    /// # Errors
    /// As [`ddl`](Self::ddl); `is_invalid_input` for a role name that is none.
    ///
    /// ```
    /// use ennead::prelude::*;
    /// #[model]
    /// struct Note { #[key] id: String, #[tenant] tenant_id: String }
    /// let ddl = ennead::schema![Note].ddl_with_row_security("app")?;
    /// assert!(ddl.contains("FORCE ROW LEVEL SECURITY"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn ddl_with_row_security(&self, application_role: &str) -> Result<String, Error> {
        let mut text = self.ddl(Dialect::Postgres)?;
        for statement in ddl::policies(self.models(), application_role)? {
            text.push_str(&format!("\n{statement};\n"));
        }
        Ok(text)
    }

    /// Creates the tables of a new database, all or none. On a database that has them already, nothing happens.
    ///
    /// # Errors
    /// `is_schema_mismatch` where some of the tables are there and some are not: that takes a migration.
    pub async fn create(&self, db: &Db) -> Result<(), Error> {
        let snapshot = ddl::snapshot(self.models(), db.dialect())?;
        db.inner().known.learn(self.models());
        let role = application_role(db).await?;
        let mut conn = db.inner().backend.acquire(Access { write: true, owner: true }).await?;
        conn.begin(None).await?;
        if db.dialect() == Dialect::Postgres {
            // One creator at a time; the lock goes with the transaction.
            conn.execute("SELECT pg_advisory_xact_lock(7310574927)").await?;
        }
        let sql = match db.dialect() {
            Dialect::Postgres => {
                "SELECT c.relname::text FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p') AND pg_catalog.pg_table_is_visible(c.oid)"
            }
            Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        };
        let (mut conn, tables) = exec::raw_texts(conn, sql).await?;
        let missing: Vec<&str> = self
            .models()
            .iter()
            .map(|model| model.table)
            .filter(|table| !tables.iter().any(|have| have == table))
            .collect();
        if missing.is_empty() {
            return conn.commit().await;
        }
        if missing.len() < self.models().len() {
            let _ = conn.rollback().await;
            return Err(Error::new(
                ErrorKind::SchemaMismatch,
                format!(
                    "the database has some of the tables, but not {}: create the schema in a new database, or migrate this one",
                    missing.join(", ")
                ),
            ));
        }
        let mut statements = ddl::create(&snapshot);
        if let Some(role) = role {
            statements.extend(ddl::policies(self.models(), &role)?);
        }
        for statement in statements {
            if let Err(error) = conn.execute(&statement).await {
                let _ = conn.rollback().await;
                return Err(error);
            }
        }
        conn.commit().await
    }
}

/// The role that row level security holds, where it is on: the one that the application connects as.
pub(crate) async fn application_role(db: &Db) -> Result<Option<String>, Error> {
    let backend = &db.inner().backend;
    if !backend.row_security() {
        return Ok(None);
    }
    let conn = backend.acquire(Access::default()).await?;
    let (_, mut roles) = exec::raw_texts(conn, "SELECT current_user::text").await?;
    Ok(roles.pop())
}
