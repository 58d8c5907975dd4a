//! The databases: one for each peer, all made from the same seed, and put right between samples.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ennead::prelude::*;

use crate::peers::ennead::{Organization, User};
use crate::sql::COLUMNS;
use crate::work::{FOREIGN, ROWS, SUSPENDED, TENANT};

const SEED: &str = "ennead_bench_seed";

/// Where databases are made.
pub(crate) enum Ground {
    Sqlite(PathBuf),
    /// The URL of a server that we may make databases on.
    Postgres(String),
}

/// The database of one peer.
pub(crate) struct Place {
    /// What ennead and sqlx take; for SQLite behind `sqlite://`.
    pub(crate) url: String,
    control: Control,
}

enum Control {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client),
}

/// A statement that inserts `count` rows whose keys begin with `prefix`, counted by the SQL `numbers`.
fn rows(
    numbers: &str,
    now: &str,
    prefix: &str,
    tenant: &str,
    status: &str,
    from: usize,
    count: usize,
) -> String {
    let flag = if now.starts_with('n') { "false" } else { "0" };
    let numbers =
        numbers.replace("{from}", &from.to_string()).replace("{to}", &(from + count - 1).to_string());
    let pad = if now.starts_with('n') { "lpad(n::text, 8, '0')" } else { "printf('%08d', n)" };
    format!(
        "INSERT INTO users ({COLUMNS}) SELECT '{prefix}-' || {pad}, '{tenant}', '{prefix}-' || n || '@example.com', \
         'Some Person ' || n, '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo', '{status}', 'developer', \
         CASE WHEN n % 2 = 0 THEN {now} END, {flag}, {now}, {now} FROM {numbers}"
    )
}

const SQLITE_NUMBERS: &str =
    "(WITH RECURSIVE c(n) AS (VALUES({from}) UNION ALL SELECT n + 1 FROM c WHERE n < {to}) SELECT n FROM c)";
const SQLITE_NOW: &str = "'2026-11-20T12:34:56.123456Z'";
const POSTGRES_NUMBERS: &str = "generate_series({from}, {to}) AS c(n)";
const POSTGRES_NOW: &str = "now()";

fn seed(numbers: &str, now: &str) -> Vec<String> {
    vec![
        rows(numbers, now, "user", TENANT, "active", 0, ROWS),
        rows(numbers, now, "user", TENANT, "suspended", ROWS, SUSPENDED),
        rows(numbers, now, "user", "org-2", "active", ROWS + SUSPENDED, FOREIGN),
    ]
}

impl Ground {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Ground::Sqlite(_) => "sqlite",
            Ground::Postgres(_) => "postgres",
        }
    }

    /// Makes the seed.
    pub(crate) async fn prepare(&self) -> Result<()> {
        let url = match self {
            Ground::Sqlite(folder) => format!("sqlite://{}", folder.join("seed.db").display()),
            Ground::Postgres(server) => {
                let control = connect(server).await?;
                control.batch_execute(&format!("DROP DATABASE IF EXISTS {SEED}")).await?;
                control.batch_execute(&format!("CREATE DATABASE {SEED}")).await?;
                at(server, SEED)
            }
        };
        let db = Db::connect(&url).await?;
        ennead::schema![Organization, User].create(&db).await?;
        let maker = db.across_tenants("the seed of the bench");
        for id in [TENANT, "org-2"] {
            let new = crate::peers::ennead::NewOrganization { name: id.to_owned() };
            Organization::create(new).set(Organization::ID, id).run(&maker).await?;
        }
        let statements = match self {
            Ground::Sqlite(_) => seed(SQLITE_NUMBERS, SQLITE_NOW),
            Ground::Postgres(_) => seed(POSTGRES_NUMBERS, POSTGRES_NOW),
        };
        for statement in &statements {
            maker.execute(statement).await?;
        }
        match self {
            Ground::Sqlite(_) => {
                maker.execute("ANALYZE").await?;
                maker.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
            }
            Ground::Postgres(_) => {
                // We vacuum between samples; at any other time it would hit one peer and not another.
                maker.execute("ALTER TABLE users SET (autovacuum_enabled = off)").await?;
                maker.execute("VACUUM (ANALYZE, FREEZE) users").await?;
            }
        }
        db.close().await;
        Ok(())
    }

    /// Gives every connection to Postgres the option `TCP_NODELAY`. ennead sets it for its process when it connects, since
    /// sqlx 0.9.0 leaves it out: so that no round depends on who connected when, sqlx and SeaORM are measured with it too.
    pub(crate) async fn even(&self) -> Result<()> {
        if let Ground::Postgres(server) = self {
            Db::connect(&at(server, SEED)).await?.close().await;
        }
        Ok(())
    }

    /// A copy of the seed, for one peer.
    pub(crate) async fn place(&self, peer: &str) -> Result<Place> {
        let name = peer.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        match self {
            Ground::Sqlite(folder) => {
                let path = folder.join(format!("{name}.db"));
                std::fs::copy(folder.join("seed.db"), &path).context("copy the seed")?;
                let control = rusqlite::Connection::open(&path)?;
                pragmas(&control)?;
                Ok(Place { url: format!("sqlite://{}", path.display()), control: Control::Sqlite(control) })
            }
            Ground::Postgres(server) => {
                let control = connect(server).await?;
                let name = format!("ennead_bench_{name}");
                control.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
                control.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {SEED}")).await?;
                let url = at(server, &name);
                let control = connect(&url).await?;
                Ok(Place { url, control: Control::Postgres(control) })
            }
        }
    }

    /// What the database calls itself.
    pub(crate) async fn version(&self) -> Result<String> {
        Ok(match self {
            Ground::Sqlite(_) => format!("SQLite {}", rusqlite::version()),
            Ground::Postgres(server) => {
                let row = connect(server).await?.query_one("SHOW server_version", &[]).await?;
                format!("PostgreSQL {}", row.get::<_, String>(0))
            }
        })
    }
}

impl Place {
    /// The path of a SQLite file.
    pub(crate) fn path(&self) -> &Path {
        Path::new(self.url.trim_start_matches("sqlite://"))
    }

    /// Puts rows there that the next sample deletes.
    pub(crate) async fn fill(&self, count: usize) -> Result<()> {
        match &self.control {
            Control::Sqlite(conn) => {
                let sql = rows(SQLITE_NUMBERS, SQLITE_NOW, "bench", TENANT, "active", 0, count);
                let done = conn.execute(&sql, [])?;
                ensure!(done == count, "{done} rows instead of {count}");
            }
            Control::Postgres(client) => {
                let sql = rows(POSTGRES_NUMBERS, POSTGRES_NOW, "bench", TENANT, "active", 0, count);
                client.batch_execute(&sql).await?;
            }
        }
        Ok(())
    }

    /// Takes away what a sample made, and the traces of it.
    pub(crate) async fn clean(&self) -> Result<()> {
        match &self.control {
            Control::Sqlite(conn) => {
                conn.execute("DELETE FROM users WHERE id LIKE 'bench-%'", [])?;
                conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            }
            Control::Postgres(client) => {
                client.batch_execute("DELETE FROM users WHERE id LIKE 'bench-%'").await?;
                client.batch_execute("VACUUM users").await?;
            }
        }
        Ok(())
    }
}

/// What every connection to SQLite is set to.
pub(crate) fn pragmas(conn: &rusqlite::Connection) -> Result<()> {
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")?;
    Ok(())
}

/// A connection to Postgres, served by a task of its own.
pub(crate) async fn connect(url: &str) -> Result<tokio_postgres::Client> {
    let (client, connection) =
        tokio_postgres::connect(url, tokio_postgres::NoTls).await.context("connect to Postgres")?;
    tokio::spawn(connection);
    Ok(client)
}

/// The URL of a database on the same server.
fn at(server: &str, database: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let scheme_end = base.find("://").map_or(0, |at| at + 3);
    let end = base[scheme_end..].find('/').map_or(base.len(), |at| scheme_end + at);
    let base = &base[..end];
    query.map_or_else(|| format!("{base}/{database}"), |query| format!("{base}/{database}?{query}"))
}
