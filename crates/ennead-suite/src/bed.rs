//! What a case runs on: fresh databases of one kind.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use ennead::prelude::*;
use ennead::{DbBuilder, Dialect};

/// The kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
    /// Postgres with row level security: the application connects as a role that the policies hold.
    PostgresRls,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Sqlite => "sqlite",
            Kind::Postgres => "postgres",
            Kind::PostgresRls => "postgres-rls",
        })
    }
}

/// A place for one case to make databases in.
#[derive(Debug)]
pub struct Bed {
    kind: Kind,
    made: Made,
}

/// What a bed made.
#[derive(Debug, Clone)]
pub struct Made {
    folder: PathBuf,
    /// On the server.
    databases: Arc<Mutex<Vec<String>>>,
}

impl Made {
    /// Takes it away. This is for the time when the case's runtime is gone, and with it whoever would write there again.
    pub fn clear(&self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        let names = std::mem::take(&mut *self.databases.lock().unwrap());
        if names.is_empty() {
            return;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let admin = Db::connect(&unencrypted(server())).await.unwrap();
            let across = admin.across_tenants("a test's database is done with");
            for name in names {
                across.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
            }
            admin.close().await;
        });
    }
}

/// Settings for databases that no test cuts the power of.
pub(crate) fn quick(kind: Kind) -> DbBuilder {
    match kind {
        Kind::Sqlite => Db::builder().pragma("synchronous", "OFF"),
        Kind::Postgres | Kind::PostgresRls => Db::builder(),
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Bed {
    pub fn new(kind: Kind) -> Self {
        let name = format!("ennead-suite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { kind, made: Made { folder, databases: Arc::default() } }
    }

    /// What it made, to be cleared when nobody uses it any more.
    pub fn made(&self) -> Made {
        self.made.clone()
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn dialect(&self) -> Dialect {
        match self.kind {
            Kind::Sqlite => Dialect::Sqlite,
            Kind::Postgres | Kind::PostgresRls => Dialect::Postgres,
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.kind != Kind::Sqlite
    }

    /// A folder of this case's own; it goes with the case.
    pub fn folder(&self) -> &Path {
        &self.made.folder
    }

    /// The URL of a new, empty database: a file of its own, or a database of its own on the server.
    pub async fn url(&self) -> String {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        match self.kind {
            Kind::Sqlite => format!("sqlite://{}/{number}.db", self.folder().display()),
            Kind::Postgres | Kind::PostgresRls => {
                let name = format!("suite_{}_{number}", std::process::id());
                let admin = Db::connect(&unencrypted(server())).await.unwrap();
                let maker = admin.across_tenants("a database for a test");
                self.made.databases.lock().unwrap().push(name.clone());
                if self.kind == Kind::Postgres {
                    maker.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
                    admin.close().await;
                    return at(None, &name);
                }
                maker.execute(ROLES).await.unwrap();
                maker.execute(&format!("CREATE DATABASE {name} OWNER ennead_owner")).await.unwrap();
                admin.close().await;
                format!("{}&rls=on", at(Some("ennead_application"), &name))
            }
        }
    }

    /// The URL that acts as the owner of the tables: another one than the application's under row level security only.
    pub fn owner_url(&self, url: &str) -> String {
        url.replace("ennead_application@", "ennead_owner@").replace("&rls=on", "")
    }

    /// The URL of one whom nothing holds back.
    pub(crate) fn superuser_url(&self, url: &str) -> String {
        match self.kind {
            Kind::PostgresRls => at(None, database_of(url)),
            Kind::Sqlite | Kind::Postgres => url.to_owned(),
        }
    }

    /// Opens a database of this bed, with the owner's URL where there are two roles.
    pub async fn connect(&self, builder: DbBuilder, url: &str) -> Result<Db, Error> {
        let builder = match self.kind {
            Kind::PostgresRls => builder.admin_url(self.owner_url(url)),
            _ => builder,
        };
        builder.connect(url).await
    }

    /// A new database with these tables.
    pub async fn db(&self, schema: &Schema) -> Db {
        self.db_with(schema, Db::builder()).await
    }

    /// A new database with these tables, opened with other settings.
    pub async fn db_with(&self, schema: &Schema, builder: DbBuilder) -> Db {
        self.db_at(&self.url().await, schema, builder).await
    }

    /// The same in a database that is there.
    pub(crate) async fn db_at(&self, url: &str, schema: &Schema, builder: DbBuilder) -> Db {
        let db = self.connect(builder, url).await.unwrap();
        crate::watch::knows(schema);
        schema.create(&db).await.unwrap();
        crate::live_schema::is_as_modelled(schema, &db).await;
        db
    }
}

/// Makes the two roles, once for all databases of the server, whoever else is at it.
const ROLES: &str = "DO $$ BEGIN \
    PERFORM pg_advisory_xact_lock(7310574928); \
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ennead_owner') THEN \
        CREATE ROLE ennead_owner LOGIN; CREATE ROLE ennead_application LOGIN; \
    END IF; END $$";

/// The server that the tests run on.
pub fn server() -> String {
    std::env::var("ENNEAD_TEST_POSTGRES")
        .expect("ENNEAD_TEST_POSTGRES is not set: run `cargo xtask test` or `cargo xtask pg -- cargo test`")
}

/// The same URL without TLS, where it says nothing of it: what TLS does has cases of its own, and all others would pay
/// for it.
fn unencrypted(url: String) -> String {
    match url.contains("sslmode=") {
        true => url,
        false if url.contains('?') => format!("{url}&sslmode=disable"),
        false => format!("{url}?sslmode=disable"),
    }
}

fn database_of(url: &str) -> &str {
    let (base, _) = url.split_once('?').unwrap_or((url, ""));
    base.rsplit_once('/').map_or(base, |(_, name)| name)
}

/// The URL of a database on the server, as the server's own user or as another role.
fn at(role: Option<&str>, database: &str) -> String {
    let server = unencrypted(server());
    let (base, query) = server.split_once('?').unwrap_or((&server, ""));
    let (base, _) = base.rsplit_once('/').unwrap();
    let (scheme, rest) = base.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let base = role.map_or_else(|| base.to_owned(), |role| format!("{scheme}://{role}@{host}"));
    format!("{base}/{database}?{query}")
}
