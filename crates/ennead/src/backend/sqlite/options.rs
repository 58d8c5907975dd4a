//! How a SQLite database is opened.

use std::str::FromStr;
use std::time::Duration;

use ennead_core::{Error, ErrorKind};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::builder::Settings;

/// What opening and running needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(super) connect: SqliteConnectOptions,
    pub(super) memory: bool,
    /// What the URL says of creating the file.
    pub(super) mode: String,
    pub(super) max_connections: usize,
    pub(super) acquire_timeout: Duration,
    pub(super) busy_timeout: Duration,
    pub(super) statement_timeout: Option<Duration>,
    pub(super) statement_cache: usize,
}

fn configuration(text: String) -> Error {
    Error::new(ErrorKind::Configuration, text)
}

impl Options {
    /// Reads a URL: `sqlite://file`, `sqlite:file`, `sqlite::memory:`, with `?mode=ro|rw|rwc|memory`, `?cache=…`,
    /// `?immutable=…`, `?vfs=…`.
    pub(crate) fn new(url: &str, settings: &Settings) -> Result<Self, Error> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let path = path.trim_start_matches("sqlite:").trim_start_matches("//");
        let memory = path == ":memory:" || query.split('&').any(|part| part == "mode=memory");
        if path.is_empty() && !memory {
            return Err(configuration(
                "the SQLite URL names no file: write sqlite://path/to/file.db or sqlite::memory:".into(),
            ));
        }
        let connect = SqliteConnectOptions::from_str(url)
            .map_err(|error| configuration(format!("the SQLite URL cannot be used: {error}")))?;
        let mode = query.split('&').find(|part| part.starts_with("mode="));
        let read_only = query.split('&').any(|part| part == "mode=ro" || part.starts_with("immutable=true"));
        let mut connect = connect
            .foreign_keys(true)
            // Else INSERT OR REPLACE deletes a row that a trigger guards without asking it.
            .pragma("recursive_triggers", "ON")
            // While the pragmas run, on sqlx's thread; afterwards waiting is ours.
            .busy_timeout(settings.busy_timeout)
            .statement_cache_capacity(0)
            .thread_name(|id| format!("ennead-sqlite-{id}"));
        if mode.is_none() && !memory {
            connect = connect.create_if_missing(true);
        }
        if !read_only {
            let journal = if memory { SqliteJournalMode::Memory } else { SqliteJournalMode::Wal };
            connect = connect.journal_mode(journal).synchronous(SqliteSynchronous::Normal);
        }
        for (name, value) in &settings.pragmas {
            connect = connect.pragma(name.clone(), value.clone());
        }
        if settings.pragmas.iter().any(|(name, _)| name.eq_ignore_ascii_case("foreign_keys")) {
            return Err(configuration(
                "foreign keys are always on: leave the pragma foreign_keys out".into(),
            ));
        }
        Ok(Self {
            connect,
            memory,
            mode: mode.unwrap_or("its mode").to_owned(),
            max_connections: if memory { 1 } else { settings.max_connections },
            acquire_timeout: settings.acquire_timeout,
            busy_timeout: settings.busy_timeout,
            statement_timeout: settings.statement_timeout,
            statement_cache: settings.statement_cache,
        })
    }
}
