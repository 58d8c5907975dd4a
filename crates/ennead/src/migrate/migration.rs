//! One migration, as its folder holds it.

use std::collections::BTreeMap;
use std::fmt;

use ennead_core::snapshot::Snapshot;
use ennead_core::{Dialect, Error};
use serde::{Deserialize, Serialize};

use super::script::Script;
use crate::db::Db;

/// The number of a migration: `0007`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version(pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// Which way a migration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Forward.
    Up,
    /// Back.
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// What a folder's `snapshot.json` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    /// The form of the file itself.
    pub(super) format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<Parent>,
    /// The checksums of the files as they were made, so that edited ones are told.
    pub(super) files: BTreeMap<String, String>,
    /// What row level security says of each table, where the migrations keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) row_security: Option<RowSecurity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) postgres: Option<Snapshot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sqlite: Option<Snapshot>,
}

/// The form of `snapshot.json` that this version writes.
pub(super) const FORMAT: u32 = 1;

/// Row level security, as migrations keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowSecurity {
    /// The role that the application connects as.
    pub application_role: String,
    /// The statements that put it on each table.
    pub tables: BTreeMap<String, Vec<String>>,
}

/// The migration that another was made after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its folder: `0006_add_city`.
    pub migration: String,
    /// The checksum of its `snapshot.json`.
    pub checksum: String,
}

/// A migration: its scripts for each database, both ways, and what the databases hold after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    pub(super) version: Version,
    pub(super) name: String,
    pub(super) checksum: String,
    pub(super) stored: Stored,
    pub(super) scripts: BTreeMap<(&'static str, Direction), Script>,
}

impl Migration {
    /// Its number.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Its name, without the number.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its folder: `0007_add_city`.
    #[must_use]
    pub fn folder(&self) -> String {
        format!("{}_{}", self.version, self.name)
    }

    /// The one before it; none of the first.
    #[must_use]
    pub fn parent(&self) -> Option<&Parent> {
        self.stored.parent.as_ref()
    }

    /// The checksum of its `snapshot.json`, however that is laid out.
    #[must_use]
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// The databases that it is for.
    #[must_use]
    pub fn dialects(&self) -> Vec<Dialect> {
        let all = [Dialect::Postgres, Dialect::Sqlite];
        all.into_iter().filter(|dialect| self.snapshot(*dialect).is_some()).collect()
    }

    /// What a database of that kind holds after it; none where the migration is not for it.
    #[must_use]
    pub fn snapshot(&self, dialect: Dialect) -> Option<&Snapshot> {
        match dialect {
            Dialect::Postgres => self.stored.postgres.as_ref(),
            Dialect::Sqlite => self.stored.sqlite.as_ref(),
        }
    }

    /// Its script for a database; none where the migration is not for it.
    #[must_use]
    pub fn script(&self, dialect: Dialect, direction: Direction) -> Option<&Script> {
        self.scripts.get(&(dialect_name(dialect), direction))
    }

    /// Whether the script is as `migrate new` wrote it: nobody has edited it since. Lines that say `-- ennead:allow` are
    /// passed over, as they change nothing that it does.
    #[must_use]
    pub fn is_as_generated(&self, dialect: Dialect, direction: Direction) -> bool {
        let generated = self.stored.files.get(&file_name(dialect, direction));
        let (Some(generated), Some(script)) = (generated, self.script(dialect, direction)) else {
            return false;
        };
        let is_allow = |line: &&str| line.trim_start().starts_with("-- ennead:allow");
        let kept = || script.text().lines().filter(|line| !is_allow(line)).collect::<Vec<_>>().join("\n");
        generated == script.checksum() || *generated == super::checksum::of_text(&kept())
    }

    /// What a database would hold after it, in that database's own words, with the policies of row level security where the
    /// migrations keep them; see [`migrate::normalised`](super::normalised).
    ///
    /// # Errors
    /// As [`migrate::normalised`](super::normalised); `is_invalid_input` where the migration is not for this kind of database.
    pub async fn normalised(&self, db: &Db) -> Result<Snapshot, Error> {
        let Some(snapshot) = self.snapshot(db.dialect()) else {
            return Err(Error::invalid(format!("{self} is not for {}", db.dialect())));
        };
        let walls: Vec<String> = self
            .row_security()
            .filter(|_| db.dialect() == Dialect::Postgres)
            .map(|security| security.tables.values().flatten().cloned().collect())
            .unwrap_or_default();
        crate::introspect::normalised(db, snapshot, &walls).await
    }

    /// What row level security it leaves behind, where the migrations keep it.
    #[must_use]
    pub fn row_security(&self) -> Option<&RowSecurity> {
        self.stored.row_security.as_ref()
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.version, self.name)
    }
}

/// `postgres` or `sqlite`.
pub(super) fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "postgres",
        Dialect::Sqlite => "sqlite",
    }
}

/// `postgres.up.sql`
pub(super) fn file_name(dialect: Dialect, direction: Direction) -> String {
    format!("{}.{direction}.sql", dialect_name(dialect))
}
