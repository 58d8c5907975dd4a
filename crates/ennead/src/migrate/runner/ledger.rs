//! The tables in which a database keeps which migrations it has, and what was done to it.

use ennead_core::snapshot::Snapshot;
use ennead_core::{Dialect, Error, ErrorKind};
use serde::Deserialize;

use super::session::Session;
use crate::migrate::migration::{Direction, Migration, Version};

/// The table of the migrations that a database has.
pub(crate) const TABLE: &str = "ennead_migrations";
/// The table of all that was done.
pub(super) const LOG: &str = "ennead_migration_log";

/// What the names of tables begin with in which migrations park rows, so that the way back restores them.
const PARKED: &str = "ennead_parked_";

/// A database without what belongs to no schema of an application: the runner's own tables, and parked rows.
pub(crate) fn without_ledger(mut snapshot: Snapshot) -> Snapshot {
    let is_ours = |name: &str| {
        let name = name.rsplit('.').next().unwrap_or_default();
        name == TABLE || name == LOG || name.starts_with(&format!("{LOG}_id")) || name.starts_with(PARKED)
    };
    snapshot.tables.retain(|table| !is_ours(&table.name));
    snapshot.unmodelled.retain(|thing| !is_ours(&thing.name));
    snapshot
}

/// A migration that a database has, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Row {
    pub(super) version: u32,
    pub(super) name: String,
    /// The checksum of the script for the way up, as it was applied.
    pub(super) checksum: String,
    pub(super) state: State,
    /// How many stages of its script are done.
    pub(super) stages_done: usize,
    /// The stage that was begun outside of a transaction; it stays there where the run is killed.
    pub(super) stage_running: Option<usize>,
    pub(super) started_at: String,
    pub(super) finished_at: Option<String>,
    pub(super) applied_by: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Applied,
    Applying,
    Reverting,
}

impl Row {
    pub(super) fn folder(&self) -> String {
        format!("{}_{}", Version(self.version), self.name)
    }
}

/// What was done once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LogEntry {
    /// When, in UTC: `2026-11-21T06:30:00Z`.
    pub at: String,
    /// What: `up`, `down`, `baseline`, `bless`.
    pub action: String,
    /// The migration's number.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// How long it took, in milliseconds; of a run that was resumed, its last part.
    pub took_ms: u64,
    /// The program that did it.
    pub applied_by: String,
}

/// Makes the tables.
pub(super) async fn create(session: &mut Session<'_>, dialect: Dialect) -> Result<(), Error> {
    if exists(session, dialect).await? {
        return Ok(());
    }
    let (number, big, time, counted, strict) = match dialect {
        Dialect::Postgres => {
            ("integer", "bigint", "timestamptz", "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "")
        }
        Dialect::Sqlite => ("INTEGER", "INTEGER", "TEXT", "INTEGER PRIMARY KEY", " STRICT"),
    };
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {LOG} (id {counted}, at {time} NOT NULL, action text NOT NULL, version {number} NOT NULL, \
           name text NOT NULL, took_ms {big} NOT NULL, applied_by text NOT NULL){strict}; \
         CREATE TABLE IF NOT EXISTS {TABLE} (version {number} NOT NULL PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, \
           state text NOT NULL, stages_done {number} NOT NULL, stage_running {number}, started_at {time} NOT NULL, \
           finished_at {time}, applied_by text NOT NULL){strict}"
    );
    session.execute(&sql).await.map_err(|error| {
        let denied = error.code() == Some("42501");
        let hint = if denied {
            ": the role may not create tables there. Connect as the owner of the tables, or let the owner run GRANT CREATE ON SCHEMA"
        } else {
            ""
        };
        Error::new(error.kind(), format!("the table {TABLE} cannot be made: {error}{hint}"))
            .with_code(error.code().unwrap_or_default().to_owned())
    })
}

/// Whether the tables are there.
pub(super) async fn exists(session: &mut Session<'_>, dialect: Dialect) -> Result<bool, Error> {
    let sql = match dialect {
        Dialect::Postgres => format!("SELECT 'yes'::text WHERE to_regclass('{TABLE}') IS NOT NULL"),
        Dialect::Sqlite => {
            format!("SELECT 'yes' FROM sqlite_schema WHERE type = 'table' AND name = '{TABLE}'")
        }
    };
    Ok(!session.texts(&sql).await?.is_empty())
}

/// All migrations that the database has, in order.
pub(super) async fn rows(session: &mut Session<'_>, dialect: Dialect) -> Result<Vec<Row>, Error> {
    if !exists(session, dialect).await? {
        return Ok(Vec::new());
    }
    let fields = "'version', version, 'name', name, 'checksum', checksum, 'state', state, 'stages_done', stages_done, \
        'stage_running', stage_running, 'applied_by', applied_by";
    let sql = match dialect {
        Dialect::Postgres => format!(
            "SELECT json_build_object({fields}, 'started_at', {}, 'finished_at', {})::text FROM {TABLE} ORDER BY version",
            shown("started_at"),
            shown("finished_at")
        ),
        Dialect::Sqlite => format!(
            "SELECT json_object({fields}, 'started_at', started_at, 'finished_at', finished_at) FROM {TABLE} ORDER BY version"
        ),
    };
    read(&session.texts(&sql).await?)
}

/// All that was done, the earliest first.
pub(super) async fn log(session: &mut Session<'_>, dialect: Dialect) -> Result<Vec<LogEntry>, Error> {
    if !exists(session, dialect).await? {
        return Ok(Vec::new());
    }
    let fields =
        "'action', action, 'version', version, 'name', name, 'took_ms', took_ms, 'applied_by', applied_by";
    let sql = match dialect {
        Dialect::Postgres => {
            format!("SELECT json_build_object({fields}, 'at', {})::text FROM {LOG} ORDER BY id", shown("at"))
        }
        Dialect::Sqlite => format!("SELECT json_object({fields}, 'at', at) FROM {LOG} ORDER BY id"),
    };
    read(&session.texts(&sql).await?)
}

fn shown(column: &str) -> String {
    format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
}

fn read<T: serde::de::DeserializeOwned>(texts: &[String]) -> Result<Vec<T>, Error> {
    let row = |text: &String| {
        serde_json::from_str(text).map_err(|error| {
            let text =
                format!("{TABLE} holds what is not understood: {error}: was it written by a later ennead?");
            Error::new(ErrorKind::Decode, text)
        })
    };
    texts.iter().map(row).collect()
}

/// The statements that keep the tables true. Texts in them are names, checksums and programs' names.
pub(super) struct Writes<'a> {
    pub(super) dialect: Dialect,
    pub(super) migration: &'a Migration,
    pub(super) checksum: &'a str,
    pub(super) direction: Direction,
    pub(super) applied_by: &'a str,
}

impl Writes<'_> {
    fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Postgres => "clock_timestamp()",
            Dialect::Sqlite => "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')",
        }
    }

    fn version(&self) -> u32 {
        self.migration.version().0
    }

    fn insert(&self, state: &str, finished: &str) -> String {
        let (name, sum, by, now) =
            (text(self.migration.name()), text(self.checksum), text(self.applied_by), self.now());
        format!(
            "INSERT INTO {TABLE} (version, name, checksum, state, stages_done, started_at, finished_at, applied_by) \
             VALUES ({}, {name}, {sum}, '{state}', 0, {now}, {finished}, {by})",
            self.version()
        )
    }

    /// The way is begun.
    pub(super) fn begin(&self) -> String {
        match self.direction {
            Direction::Up => self.insert("applying", "NULL"),
            Direction::Down => format!(
                "UPDATE {TABLE} SET state = 'reverting', stages_done = 0, stage_running = NULL WHERE version = {}",
                self.version()
            ),
        }
    }

    /// What was begun without a stage that was done is taken back.
    pub(super) fn abandon(&self) -> String {
        match self.direction {
            Direction::Up => format!("DELETE FROM {TABLE} WHERE version = {}", self.version()),
            Direction::Down => {
                format!(
                    "UPDATE {TABLE} SET state = 'applied', stage_running = NULL WHERE version = {}",
                    self.version()
                )
            }
        }
    }

    /// A stage is begun outside of a transaction, or no longer.
    pub(super) fn running(&self, stage: Option<usize>) -> String {
        let stage = stage.map_or_else(|| "NULL".to_owned(), |stage| stage.to_string());
        format!("UPDATE {TABLE} SET stage_running = {stage} WHERE version = {}", self.version())
    }

    /// So many stages are done.
    pub(super) fn done(&self, stages: usize) -> String {
        format!(
            "UPDATE {TABLE} SET stages_done = {stages}, stage_running = NULL WHERE version = {}",
            self.version()
        )
    }

    /// The way is gone to its end.
    pub(super) fn finish(&self, took_ms: u128) -> String {
        let last = match self.direction {
            Direction::Up => format!(
                "UPDATE {TABLE} SET state = 'applied', stages_done = 0, stage_running = NULL, finished_at = {} WHERE version = {}",
                self.now(),
                self.version()
            ),
            Direction::Down => format!("DELETE FROM {TABLE} WHERE version = {}", self.version()),
        };
        format!("{last}; {}", self.logged(&self.direction.to_string(), took_ms))
    }

    /// It is taken for applied.
    pub(super) fn baseline(&self) -> String {
        format!("{}; {}", self.insert("applied", self.now()), self.logged("baseline", 0))
    }

    /// The text as it is now is taken for what was applied.
    pub(super) fn bless(&self) -> String {
        format!(
            "UPDATE {TABLE} SET name = {}, checksum = {} WHERE version = {}; {}",
            text(self.migration.name()),
            text(self.checksum),
            self.version(),
            self.logged("bless", 0)
        )
    }

    fn logged(&self, action: &str, took_ms: u128) -> String {
        format!(
            "INSERT INTO {LOG} (at, action, version, name, took_ms, applied_by) VALUES ({}, '{action}', {}, {}, {took_ms}, {})",
            self.now(),
            self.version(),
            text(self.migration.name()),
            text(self.applied_by)
        )
    }
}

/// A text as a literal.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\0', ""))
}
