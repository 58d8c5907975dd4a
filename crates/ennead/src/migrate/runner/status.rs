//! Where a database stands.

use ennead_core::{Dialect, Error};

use super::ledger::{self, LogEntry, Row, State};
use super::session::Session;
use super::{Runner, check};
use crate::migrate::migration::{Direction, Version};
use crate::migrate::migrations::Migrations;

/// Which migrations a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The last migration that it has wholly.
    pub current: Option<StatusEntry>,
    /// Each migration that is known, or that it has, in order.
    pub migrations: Vec<StatusEntry>,
    /// Why [`Runner::up`] would refuse it, where it would.
    pub refused: Option<String>,
}

/// A migration, and whether a database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusEntry {
    /// Its number.
    pub version: Version,
    /// Its name.
    pub name: String,
    /// Whether the database has it.
    pub state: MigrationState,
    /// When it was applied, in UTC: `2026-11-21T06:30:00Z`.
    pub applied_at: Option<String>,
    /// The program that applied it.
    pub applied_by: Option<String>,
}

/// Whether a database has a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MigrationState {
    /// Not yet.
    Pending,
    /// Wholly.
    Applied,
    /// So many stages of it were applied, out of so many.
    AppliedInPart(usize, usize),
    /// So many stages of its way back were done, out of so many.
    ReversedInPart(usize, usize),
    /// Wholly, and its script was edited since.
    Edited,
    /// It has it, and it is not among the migrations.
    Unknown,
}

impl Runner<'_> {
    /// Tells which migrations the database has. Nothing is changed and no lock is taken.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn status(&self) -> Result<Status, Error> {
        let mut session = Session::new(self.db);
        let rows = ledger::rows(&mut session, self.dialect()).await?;
        let refused = check::fits(self.migrations, &rows, self.dialect(), Direction::Up);
        let mut migrations: Vec<StatusEntry> =
            rows.iter().map(|row| entry(row, self.migrations, self.dialect())).collect();
        for migration in self.migrations.all() {
            if rows.iter().all(|row| row.version != migration.version().0) {
                migrations.push(StatusEntry {
                    version: migration.version(),
                    name: migration.name().to_owned(),
                    state: MigrationState::Pending,
                    applied_at: None,
                    applied_by: None,
                });
            }
        }
        migrations.sort_by_key(|entry| entry.version);
        let has = |entry: &&StatusEntry| {
            matches!(entry.state, MigrationState::Applied | MigrationState::Edited | MigrationState::Unknown)
        };
        let current = migrations.iter().rev().find(has).cloned();
        Ok(Status { current, migrations, refused: refused.err().map(|error| error.to_string()) })
    }

    /// All that was done to the database by migrations, the earliest first.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn history(&self) -> Result<Vec<LogEntry>, Error> {
        ledger::log(&mut Session::new(self.db), self.dialect()).await
    }
}

fn entry(row: &Row, migrations: &Migrations, dialect: Dialect) -> StatusEntry {
    let known = migrations.get(Version(row.version)).filter(|migration| migration.name() == row.name);
    let stages = |direction| {
        let script = known.and_then(|migration| migration.script(dialect, direction));
        script.map_or(0, |script| script.stages().len())
    };
    let up = known.and_then(|migration| migration.script(dialect, Direction::Up));
    let state = match row.state {
        State::Applying => MigrationState::AppliedInPart(row.stages_done, stages(Direction::Up)),
        State::Reverting => MigrationState::ReversedInPart(row.stages_done, stages(Direction::Down)),
        State::Applied if known.is_none() => MigrationState::Unknown,
        State::Applied if up.is_some_and(|script| script.checksum() != row.checksum) => {
            MigrationState::Edited
        }
        State::Applied => MigrationState::Applied,
    };
    StatusEntry {
        version: Version(row.version),
        name: row.name.clone(),
        state,
        applied_at: row.finished_at.clone(),
        applied_by: Some(row.applied_by.clone()),
    }
}
