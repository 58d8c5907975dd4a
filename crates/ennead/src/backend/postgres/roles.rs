//! The two roles of a database with row level security: the application's, and the owner's.

use ennead_core::{Error, ErrorKind};

use super::migration_lock::MigrationLock;
use super::options::Options;
use super::pool::Pool;
use super::run::Conn;

/// The pools of one database: one, or one for each role.
#[derive(Debug)]
pub(crate) struct Backend {
    application: Pool,
    owner: Option<Pool>,
}

impl Backend {
    pub(crate) fn new(application: Options, owner: Option<Options>) -> Result<Self, Error> {
        if owner.is_some() && !application.row_security {
            return Err(Error::new(
                ErrorKind::Configuration,
                "an admin_url goes with row level security: add rls=on to the application's URL",
            ));
        }
        let owner = owner.map(Pool::new).transpose()?;
        Ok(Self { application: Pool::new(application)?, owner })
    }

    pub(crate) fn row_security(&self) -> bool {
        self.application.options.row_security
    }

    /// Takes a connection of the application's role, or of the owner's.
    pub(crate) async fn acquire(&self, owner: bool) -> Result<Conn, Error> {
        if !owner || !self.row_security() {
            return self.application.acquire().await;
        }
        match &self.owner {
            Some(pool) => pool.acquire().await,
            None => Err(Error::new(
                ErrorKind::Configuration,
                "under row level security, `across_tenants` and `Schema::create` act as the owner of the tables: give its URL by `Db::builder().admin_url(url)`",
            )),
        }
    }

    /// Opens the connection that holds the lock of a migration, as the owner of the tables.
    pub(crate) async fn migration_lock(&self) -> Result<MigrationLock, Error> {
        let pool = self.owner.as_ref().unwrap_or(&self.application);
        MigrationLock::connect(&pool.options).await
    }

    pub(crate) async fn close(&self) {
        self.application.close().await;
        if let Some(owner) = &self.owner {
            owner.close().await;
        }
    }

    /// Refuses an application role that row level security would not hold.
    pub(crate) async fn must_be_held(&self) -> Result<(), Error> {
        if !self.row_security() {
            return Ok(());
        }
        let conn = self.application.acquire().await?;
        let (_, unsafe_ways) =
            crate::exec::raw_texts(crate::backend::Conn::Postgres(conn), UNSAFE_WAYS).await?;
        if unsafe_ways.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Configuration,
            format!(
                "row level security does not hold the application's role: {}; connect as a role that has only the privileges which the policies grant",
                unsafe_ways.join(", and ")
            ),
        ))
    }
}

/// In which ways the current role passes by row level security, in words.
const UNSAFE_WAYS: &str = "\
    SELECT 'it is a superuser'::text FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper \
    UNION ALL SELECT 'it has BYPASSRLS' FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolbypassrls \
    UNION ALL SELECT 'it owns tables, or is a member of their owner' WHERE EXISTS (\
        SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' \
        AND pg_catalog.pg_has_role(c.relowner, 'MEMBER'))";
