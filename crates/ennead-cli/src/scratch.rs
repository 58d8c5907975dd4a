//! Databases that are made for a moment: in memory on SQLite, under a name of its own on a server of Postgres.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::Path;

use ennead::{Db, Dialect};
use ennead_lint::Statement;

use crate::failure::Failure;

/// Does work that may need a server, and drops what it left there whatever comes of it: when it fails, and when it is
/// interrupted.
pub(crate) async fn with<T>(
    server: Option<&str>,
    work: impl AsyncFnOnce(&mut Scratch) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut scratch = Scratch { server: server.map(str::to_owned), made: Vec::new() };
    let done = tokio::select! {
        done = work(&mut scratch) => done,
        () = interrupted() => Err(Failure::new("interrupted")),
    };
    let dropped = scratch.drop_all().await;
    let done = done?;
    dropped.map(|()| done)
}

/// When the user, or whoever stops the program, says so.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut stopped) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = stopped.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// The databases that a command has made.
pub(crate) struct Scratch {
    server: Option<String>,
    made: Vec<String>,
}

impl Scratch {
    /// An empty database.
    pub(crate) async fn database(&mut self, dialect: Dialect) -> Result<Db, Failure> {
        if dialect == Dialect::Sqlite {
            return Ok(Db::connect("sqlite::memory:").await?);
        }
        let Some(server) = &self.server else {
            return Err(Failure::new("a server of Postgres is needed for this, where a database is made and dropped")
                .hint("give `--scratch postgres://USER:PASSWORD@HOST`, or set ENNEAD_SCRATCH; never a server of production"));
        };
        let name = format!("ennead_scratch_{:016x}", RandomState::new().hash_one(std::process::id()));
        let on_server = connect(server).await?;
        self.made.push(name.clone());
        let sql = format!("CREATE DATABASE {name} TEMPLATE template0");
        let made = on_server.across_tenants("a scratch database").execute(&sql).await.map_err(|error| {
            Failure::new(format!("no scratch database can be made: {error}"))
                .hint("the role of `--scratch` needs CREATEDB")
        });
        on_server.close().await;
        made?;
        connect(&with_database(server, &name)).await
    }

    async fn drop_all(&mut self) -> Result<(), Failure> {
        let Some(server) = self.server.clone().filter(|_| !self.made.is_empty()) else { return Ok(()) };
        let db = connect(&server).await?;
        for name in self.made.drain(..) {
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            db.across_tenants("a scratch database").execute(&sql).await.map_err(|error| {
                Failure::new(format!("the scratch database {name} is left on the server: {error}"))
                    .hint(format!("DROP DATABASE {name}"))
            })?;
        }
        db.close().await;
        Ok(())
    }
}

async fn connect(url: &str) -> Result<Db, Failure> {
    Db::builder().max_connections(2).connect(url).await.map_err(|error| {
        Failure::new(format!("the scratch server: {error}")).hint("see `--scratch` and ENNEAD_SCRATCH")
    })
}

/// The URL of another database on the same server.
fn with_database(server: &str, name: &str) -> String {
    let (base, query) =
        server.split_once('?').map_or((server, String::new()), |(base, query)| (base, format!("?{query}")));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
    let host = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{host}/{name}{query}")
}

/// Loads a text of SQL: plain statements, as `psql` and `sqlite3` take them.
pub(crate) async fn load(db: &Db, place: &Path, text: &str) -> Result<(), Failure> {
    let text = without_meta(text);
    let place = place.display();
    let script = ennead_lint::split(&text, db.dialect())
        .map_err(|no_sql| Failure::new(format!("{place}:{}: {}", no_sql.line, no_sql.message)))?;
    // Each statement is by itself here, so transactions mean nothing.
    let statements: Vec<&Statement<'_>> =
        script.statements.iter().filter(|statement| !is_bracket(statement.text)).collect();
    let texts: Vec<&str> = statements.iter().map(|statement| statement.text).collect();
    ennead::migrate::load(db, &texts).await.map_err(|(at, error)| {
        let line = statements.get(at).map_or(1, |statement| statement.line);
        Failure::new(format!("{place}:{line}: {error}"))
            .hint(format!("the file must load into an empty {} database", db.dialect()))
    })
}

/// What `psql` and `sqlite3` say to themselves, and what others begin with, is blank. Line numbers stay.
pub(crate) fn without_meta(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let is_meta = |line: &str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        matches!(word, "\\set" | "\\restrict" | "\\unrestrict" | "\\pset" | ".bail")
    };
    let lines = text.split('\n').map(|line| if is_meta(line) { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_bracket(sql: &str) -> bool {
    let mut words = sql.split(|c: char| !c.is_ascii_alphabetic());
    let first = words.next().unwrap_or_default().to_ascii_uppercase();
    matches!(first.as_str(), "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "SAVEPOINT" | "RELEASE")
        || first == "START"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server() {
        for (server, url) in [
            ("postgres://u:p@h:5432/app?sslmode=require", "postgres://u:p@h:5432/x?sslmode=require"),
            ("postgresql://h", "postgresql://h/x"),
            ("postgres://h/", "postgres://h/x"),
        ] {
            assert_eq!(with_database(server, "x"), url);
        }
    }

    #[test]
    fn meta_commands_are_blank_and_lines_stay() {
        assert_eq!(without_meta("\u{feff}\\set ON_ERROR_STOP on\r\nSELECT 1;\n.bail on"), "\nSELECT 1;\n");
        assert!(is_bracket("begin immediate") && is_bracket("COMMIT") && !is_bracket("SELECT 1"));
    }
}
