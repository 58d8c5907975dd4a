//! What a case runs on: fresh databases of one kind.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use ennead::prelude::*;
use ennead::{DbBuilder, Dialect};

/// The kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Sqlite => "sqlite",
            Kind::Postgres => "postgres",
        })
    }
}

/// A place for one case to make databases in.
#[derive(Debug)]
pub struct Bed {
    kind: Kind,
    folder: std::path::PathBuf,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Bed {
    pub fn new(kind: Kind) -> Self {
        let name = format!("ennead-suite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { kind, folder }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn dialect(&self) -> Dialect {
        match self.kind {
            Kind::Sqlite => Dialect::Sqlite,
            Kind::Postgres => Dialect::Postgres,
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.kind == Kind::Postgres
    }

    /// A folder of this case's own; it goes with the case.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// The URL of a new, empty database: a file of its own, or a database of its own on the server.
    pub async fn url(&self) -> String {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        match self.kind {
            Kind::Sqlite => format!("sqlite://{}/{number}.db", self.folder.display()),
            Kind::Postgres => {
                let server = std::env::var("ENNEAD_TEST_POSTGRES")
                    .expect("ENNEAD_TEST_POSTGRES is not set: run `cargo xtask test` or `cargo xtask pg -- cargo test`");
                let name = format!("suite_{}_{number}", std::process::id());
                let admin = Db::connect(&server).await.unwrap();
                admin
                    .across_tenants("a database for a test")
                    .execute(&format!("CREATE DATABASE {name}"))
                    .await
                    .unwrap();
                admin.close().await;
                let (base, query) =
                    server.split_once('?').map_or((server.as_str(), ""), |(base, query)| (base, query));
                let (base, _) = base.rsplit_once('/').unwrap();
                if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") }
            }
        }
    }

    /// A new database with these tables.
    pub async fn db(&self, schema: &Schema) -> Db {
        self.db_with(schema, Db::builder()).await
    }

    /// A new database with these tables, opened with other settings.
    pub async fn db_with(&self, schema: &Schema, builder: DbBuilder) -> Db {
        let db = builder.connect(&self.url().await).await.unwrap();
        schema.create(&db).await.unwrap();
        db
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
