//! New databases for tests.

use std::sync::atomic::{AtomicU32, Ordering};

use ennead::prelude::*;
use tempfile::TempDir;

/// A new database with the tables, which its migrations make. It goes with this value: the file with its folder, Postgres by
/// [`Self::drop`].
pub(crate) struct Database {
    pub(crate) db: Db,
    pub(crate) url: String,
    _folder: Option<TempDir>,
    server: Option<(Db, String)>,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("iam.db").display());
        Self { db: opened(&url).await, url, _folder: Some(folder), server: None }
    }

    /// Needs a server: `cargo xtask pg -- cargo test -p robosystems-iam`. Without one there is nothing to run on.
    pub(crate) async fn postgres() -> Option<Self> {
        let server = std::env::var("ENNEAD_TEST_POSTGRES").ok()?;
        let name = format!("iam_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = Db::connect(&server).await.unwrap();
        let across = admin.across_tenants("a database for a test");
        across.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (base, query) = server.split_once('?').unwrap_or((&server, ""));
        let (base, _) = base.rsplit_once('/').unwrap();
        let url = if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") };
        Some(Self { db: opened(&url).await, url, _folder: None, server: Some((admin, name)) })
    }

    pub(crate) async fn drop(self) {
        self.db.close().await;
        if let Some((admin, name)) = self.server {
            let across = admin.across_tenants("the test is over");
            across.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
        }
    }
}

async fn opened(url: &str) -> Db {
    let builder = Db::builder().schema(&robosystems_iam::schema()).keys(robosystems_iam::keys().unwrap());
    let db = builder.connect(url).await.unwrap();
    robosystems_iam::migrations::all().unwrap().up(&db).await.unwrap();
    db
}

/// Each case is an `async fn name(db: &Db)`, run on both databases.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let database = crate::database::Database::sqlite().await;
                    Box::pin(super::$case(&database.db)).await;
                    database.drop().await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let Some(database) = crate::database::Database::postgres().await else { return };
                    Box::pin(super::$case(&database.db)).await;
                    database.drop().await;
                }
            )*
        }
    };
}
pub(crate) use on_both;
