//! How a database is opened.

use std::time::Duration;

use ennead_core::{Clock, Error, ErrorKind, IdGenerator, Model, ModelDef, Sources};

use crate::backend::{Access, Backend};
use crate::db::Db;
use crate::keys::{KeyProvider, Keys};
use crate::observe::{Observer, Observers};
use crate::schema::Schema;

/// What a backend needs to know to open connections.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(dead_code, reason = "read by the backends")
)]
pub(crate) struct Settings {
    pub(crate) max_connections: usize,
    pub(crate) acquire_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) busy_timeout: Duration,
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) statement_cache: usize,
    pub(crate) pragmas: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_connections: 10,
            acquire_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            busy_timeout: Duration::from_secs(5),
            statement_timeout: None,
            statement_cache: 256,
            pragmas: Vec::new(),
        }
    }
}

/// Opens a [`Db`] with other settings than the usual ones.
///
/// ```
/// use std::time::Duration;
/// use ennead::prelude::*;
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main] async fn main() -> Result<(), Error> {
/// let db = Db::builder()
///     .max_connections(4)
///     .busy_timeout(Duration::from_secs(2))
///     .connect("sqlite::memory:")
///     .await?;
/// # Ok(()) }
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// ```
#[derive(Debug, Default)]
pub struct DbBuilder {
    settings: Settings,
    sources: Sources,
    observers: Observers,
    keys: Keys,
    admin_url: Option<String>,
    models: Vec<&'static ModelDef>,
}

impl DbBuilder {
    /// How many connections at most: 10 unless said. A memory database has one.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.settings.max_connections = connections.max(1);
        self
    }

    /// How long an operation waits for a free connection: 30 s unless said.
    #[must_use]
    pub fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.settings.acquire_timeout = limit;
        self
    }

    /// How long opening a connection to a server may take: 10 s unless said.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.connect_timeout = limit;
        self
    }

    /// How long a write waits for another writer of the same SQLite file: 5 s unless said.
    #[must_use]
    pub fn busy_timeout(mut self, limit: Duration) -> Self {
        self.settings.busy_timeout = limit;
        self
    }

    /// How long one statement may run: without limit unless said.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.settings.statement_timeout = Some(limit);
        self
    }

    /// How many prepared statements each connection keeps: 256 unless said. 0 prepares none on Postgres, for poolers
    /// that keep none.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.settings.statement_cache = statements;
        self
    }

    /// Sets a pragma on each SQLite connection. Beside them stand foreign_keys = ON (always), journal_mode = WAL and
    /// synchronous = NORMAL.
    #[must_use]
    pub fn pragma(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.pragmas.push((name.into(), value.into()));
        self
    }

    /// The URL of the tables' owner, for a Postgres database with row level security (`rls=on` in the application's URL):
    /// `across_tenants` and `Schema::create` act as that role, and nothing else does.
    #[must_use]
    pub fn admin_url(mut self, url: impl Into<String>) -> Self {
        self.admin_url = Some(url.into());
        self
    }

    /// The models that are in the database. A soft delete needs them, to know whose rows name the one that is deleted;
    /// [`Schema::create`], [`Schema::sync`], [`Runtime`](crate::Runtime) and the HTTP router tell them too.
    #[must_use]
    pub fn schema(mut self, schema: &Schema) -> Self {
        self.models.extend_from_slice(schema.models());
        self
    }

    /// Another clock, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.sources.clock = Box::new(clock);
        self
    }

    /// Another generator of keys, for tests.
    #[must_use]
    pub fn ids(mut self, ids: impl IdGenerator) -> Self {
        self.sources.ids = Box::new(ids);
        self
    }

    /// Who has the keys of encrypted fields ([`Encrypted`](crate::Encrypted)): a [`KeyRing`](crate::KeyRing), or a provider of the
    /// application's own. Without it such a field is neither written nor revealed.
    #[must_use]
    pub fn keys(mut self, provider: impl KeyProvider) -> Self {
        self.keys = Keys::of(provider);
        self
    }

    /// Calls an observer around every write of a model: see [`Observer`].
    #[must_use]
    pub fn observe<M: Model + Sync>(mut self, observer: impl Observer<M>) -> Self {
        self.observers.add::<M>(observer);
        self
    }

    /// Opens the database and one connection to it.
    ///
    /// # Errors
    /// `is_configuration` for a URL or a setting that cannot be used; `is_connection` or `is_timeout` where the database
    /// cannot be reached.
    pub async fn connect(self, url: &str) -> Result<Db, Error> {
        let backend = backend(url, self.admin_url.as_deref(), &self.settings)?;
        // A wrong password or a missing folder is told now, not by the first operation.
        let _ = backend.acquire(Access::default()).await?;
        #[cfg(feature = "postgres")]
        #[allow(irrefutable_let_patterns, reason = "the only backend may be Postgres")]
        if let Backend::Postgres(pools) = &backend {
            pools.must_be_held().await?;
        }
        let db = Db::new(backend, self.sources, self.observers, self.keys);
        db.inner().known.learn(&self.models);
        Ok(db)
    }
}

fn backend(url: &str, admin_url: Option<&str>, settings: &Settings) -> Result<Backend, Error> {
    let _ = settings;
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    if admin_url.is_some() && scheme == "sqlite" {
        return Err(Error::new(ErrorKind::Configuration, "SQLite has no roles: leave admin_url out"));
    }
    match scheme {
        #[cfg(feature = "sqlite")]
        "sqlite" => {
            let options = crate::backend::sqlite::Options::new(url, settings)?;
            Ok(Backend::Sqlite(crate::backend::sqlite::Pool::new(options)?))
        }
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => {
            use crate::backend::postgres::{Backend as Pools, Options};
            let owner = admin_url.map(|url| Options::new(url, settings)).transpose()?;
            Ok(Backend::Postgres(Pools::new(Options::new(url, settings)?, owner)?))
        }
        #[cfg(not(feature = "sqlite"))]
        "sqlite" => Err(not_built_in("sqlite")),
        #[cfg(not(feature = "postgres"))]
        "postgres" | "postgresql" => Err(not_built_in("postgres")),
        _ => Err(Error::new(
            ErrorKind::Configuration,
            "the URL names no database that ennead knows: it begins with sqlite:, postgres:// or postgresql://",
        )),
    }
}

#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
fn not_built_in(feature: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("this program was built without ennead's feature `{feature}`"),
    )
}
