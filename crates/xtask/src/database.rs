//! A fresh database on the test server.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::install;

/// A database that is dropped with this value.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Creates an empty database on the server that `server` is a URL of.
    pub(crate) fn create(server: &str, name: &str) -> Result<Self> {
        // Ours alone, even when several runs share one server.
        let name = format!("{name}_{}", std::process::id());
        psql(server, &format!("CREATE DATABASE \"{name}\""))?;
        Ok(Self { server: server.to_owned(), name })
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = psql(&self.server, &format!("DROP DATABASE \"{}\" WITH (FORCE)", self.name)) {
            eprintln!("xtask: {error:#}");
        }
    }
}

fn psql(server: &str, sql: &str) -> Result<()> {
    let program = install::psql();
    let output = Command::new(&program)
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql, server])
        .output()
        .with_context(|| format!("run {}, which the examples need to make a database", program.display()))?;
    ensure!(
        output.status.success(),
        "`{sql}` failed: {}",
        String::from_utf8_lossy(&output.stderr).trim_end()
    );
    Ok(())
}

/// The URL with another database in its path.
fn with_database(url: &str, name: &str) -> String {
    let (url, query) = url.split_once('?').map_or((url, None), |(url, query)| (url, Some(query)));
    let authority = url.find("://").map_or(0, |at| at + "://".len());
    let end = url[authority..].find('/').map_or(url.len(), |at| authority + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &url[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_path_changes() {
        let cases = [
            ("postgres://u@h:1/postgres", "postgres://u@h:1/new"),
            ("postgres://u@h:1", "postgres://u@h:1/new"),
            (
                "postgres://u:p@h/old?sslmode=require&host=/tmp",
                "postgres://u:p@h/new?sslmode=require&host=/tmp",
            ),
            ("postgresql:///?host=/tmp", "postgresql:///new?host=/tmp"),
        ];
        for (url, expected) in cases {
            assert_eq!(with_database(url, "new"), expected);
        }
    }
}
