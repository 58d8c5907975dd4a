//! New databases for tests.

use std::sync::atomic::{AtomicU32, Ordering};

use ennead::KeyRing;
use ennead::prelude::*;
use tempfile::TempDir;

/// A new database. It goes with this value: the file with its folder, Postgres by [`Self::drop`].
pub(crate) struct Database {
    pub(crate) db: Db,
    pub(crate) url: String,
    _folder: Option<TempDir>,
    server: Option<(Db, String)>,
}

/// Keys of the tests' own.
pub(crate) fn keys() -> KeyRing {
    enterprise_saas::keys("test:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap()
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Database {
    pub(crate) async fn sqlite() -> Self {
        Self::empty_sqlite().await.with_tables().await
    }

    /// Needs a server: `cargo xtask pg -- cargo test -p enterprise-saas`. Without one there is nothing to run on.
    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::empty_postgres().await?.with_tables().await)
    }

    async fn with_tables(self) -> Self {
        enterprise_saas::schema().create(&self.db).await.unwrap();
        self
    }

    /// Without tables.
    pub(crate) async fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("platform.db").display());
        let db = Db::builder().pragma("synchronous", "OFF").keys(keys()).connect(&url).await.unwrap();
        Self { db, url, _folder: Some(folder), server: None }
    }

    /// Without tables, where there is a server.
    pub(crate) async fn empty_postgres() -> Option<Self> {
        let server = std::env::var("ENNEAD_TEST_POSTGRES").ok()?;
        let name = format!("platform_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = Db::connect(&server).await.unwrap();
        let across = admin.across_tenants("a database for a test");
        across.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (base, query) = server.split_once('?').unwrap_or((&server, ""));
        let (base, _) = base.rsplit_once('/').unwrap();
        let url = if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") };
        let db = Db::builder().keys(keys()).connect(&url).await.unwrap();
        Some(Self { db, url, _folder: None, server: Some((admin, name)) })
    }

    pub(crate) async fn drop(self) {
        self.db.close().await;
        if let Some((admin, name)) = self.server {
            let across = admin.across_tenants("the test is over");
            across.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
        }
    }
}
