//! How a Postgres server is reached.

use std::str::FromStr;
use std::time::Duration;

use ennead_core::{Error, ErrorKind};
use sqlx::postgres::PgConnectOptions;

use crate::builder::Settings;

/// What connecting and running needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(super) connect: PgConnectOptions,
    pub(super) max_connections: usize,
    pub(super) acquire_timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) prepare: bool,
    pub(super) row_security: bool,
}

/// The parameters of a URL that sqlx takes; it passes over others with a warning, and a mistyped `sslmode` must not be
/// passed over.
const KNOWN: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

fn configuration(text: String) -> Error {
    Error::new(ErrorKind::Configuration, text)
}

impl Options {
    /// Reads a URL: `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=ca.pem`, and of our own
    /// `statement_cache=0` for poolers that keep no prepared statements and `rls=on` for row level security.
    pub(crate) fn new(url: &str, settings: &Settings) -> Result<Self, Error> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        if query.contains('@') && !base.contains('@') {
            return Err(configuration(
                "the Postgres URL cannot be used: a `?` in its user or password is written %3F".into(),
            ));
        }
        let mut cache = settings.statement_cache;
        let (mut kept, mut row_security) = (Vec::new(), false);
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if name == "statement_cache" {
                cache = value.parse().map_err(|_| configuration("statement_cache takes a number".into()))?;
            } else if name == "rls" {
                row_security = match value {
                    "on" => true,
                    "off" => false,
                    _ => return Err(configuration("rls is `on` or `off`".into())),
                };
            } else if KNOWN.contains(&name) || name.starts_with("options[") || name.starts_with("options%5B")
            {
                kept.push(part);
            } else {
                return Err(configuration(format!(
                    "the Postgres URL has an unknown parameter {name:?}; known are {}, statement_cache and rls",
                    KNOWN.join(", ")
                )));
            }
        }
        let url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        // The source's text may quote the URL, and a URL may hold a password: only its kind is told.
        let mut connect = PgConnectOptions::from_str(&url).map_err(|error| match error {
            sqlx::Error::Configuration(source) if !source.to_string().contains(base) => {
                configuration(format!("the Postgres URL cannot be used: {source}"))
            }
            _ => configuration("the Postgres URL cannot be used".into()),
        })?;
        connect = connect.statement_cache_capacity(cache.max(1));
        if let Some(limit) = settings.statement_timeout {
            connect = connect.options([("statement_timeout", limit.as_millis().max(1).to_string())]);
        }
        if connect.get_application_name().is_none() {
            connect = connect.application_name("ennead");
        }
        if !settings.pragmas.is_empty() {
            return Err(configuration("pragmas are SQLite's: leave them out for Postgres".into()));
        }
        Ok(Self {
            connect,
            max_connections: settings.max_connections,
            acquire_timeout: settings.acquire_timeout,
            connect_timeout: settings.connect_timeout,
            prepare: cache > 0,
            row_security,
        })
    }
}
