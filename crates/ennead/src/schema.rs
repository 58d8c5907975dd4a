//! The models of an application, together.

use ennead_core::{Dialect, Error, ErrorKind, ModelDef};
use ennead_sql::ddl;

use crate::db::Db;
use crate::exec;

/// The models of an application: what [`schema!`](crate::schema!) collects.
#[derive(Debug, Clone)]
pub struct Schema {
    models: Vec<&'static ModelDef>,
}

impl Schema {
    /// A schema of these models, in this order.
    #[must_use]
    pub fn new(models: impl IntoIterator<Item = &'static ModelDef>) -> Self {
        Self { models: models.into_iter().collect() }
    }

    /// The models' definitions.
    #[must_use]
    pub fn models(&self) -> &[&'static ModelDef] {
        &self.models
    }

    /// The DDL as text: deterministic, loadable by `psql` and `sqlite3`, and meant to be committed and read.
    ///
    /// # Errors
    /// `is_unsupported` for what the dialect lacks; `is_invalid_input` where a referenced model is missing, or two names
    /// clash.
    pub fn ddl(&self, dialect: Dialect) -> Result<String, Error> {
        Ok(ddl::text(&ddl::snapshot(&self.models, dialect)?))
    }

    /// Creates the tables of a new database, all or none. On a database that has them already, nothing happens.
    ///
    /// # Errors
    /// `is_schema_mismatch` where some of the tables are there and some are not: that takes a migration.
    pub async fn create(&self, db: &Db) -> Result<(), Error> {
        let snapshot = ddl::snapshot(&self.models, db.dialect())?;
        let mut conn = db.inner().backend.acquire(true).await?;
        conn.begin().await?;
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
            .models
            .iter()
            .map(|model| model.table)
            .filter(|table| !tables.iter().any(|have| have == table))
            .collect();
        if missing.is_empty() {
            return conn.commit().await;
        }
        if missing.len() < self.models.len() {
            let _ = conn.rollback().await;
            return Err(Error::new(
                ErrorKind::SchemaMismatch,
                format!(
                    "the database has some of the tables, but not {}: create the schema in a new database, or migrate this one",
                    missing.join(", ")
                ),
            ));
        }
        for statement in ddl::create(&snapshot) {
            if let Err(error) = conn.execute(&statement).await {
                let _ = conn.rollback().await;
                return Err(error);
            }
        }
        conn.commit().await
    }
}
