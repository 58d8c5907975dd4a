//! Whether what a database has fits the migrations that are known.

use ennead_core::{Dialect, Error, ErrorKind};

use super::ledger::{Row, State};
use crate::migrate::migration::{Direction, Version, file_name};
use crate::migrate::migrations::Migrations;

/// Refuses a database that the migrations do not lead on from.
pub(super) fn fits(
    migrations: &Migrations,
    rows: &[Row],
    dialect: Dialect,
    direction: Direction,
) -> Result<(), Error> {
    for row in rows {
        known(migrations, row)?;
    }
    for row in rows {
        edited(migrations, row, dialect)?;
    }
    let last = rows.last().map_or(0, |row| row.version);
    let missed = migrations.all().iter().find(|migration| {
        migration.version().0 < last && rows.iter().all(|row| row.version != migration.version().0)
    });
    if let (Some(missed), Some(row)) = (missed, rows.last()) {
        return Err(conflict(format!(
            "the database has {}, and not {missed} before it: they were applied in another order. `migrate down --to {}` goes back to before it, and `migrate up` applies them in order",
            row.folder(),
            Version(missed.version().0.saturating_sub(1))
        )));
    }
    match rows.iter().find(|row| row.state != State::Applied) {
        Some(row) if row.state == State::Reverting && direction == Direction::Up => Err(conflict(format!(
            "{} is reversed in part ({} stages are done): run `migrate down 1` to reverse it wholly, then `migrate up`",
            row.folder(),
            row.stages_done
        ))),
        Some(row) if row.state == State::Applying && direction == Direction::Down => Err(conflict(format!(
            "{} is applied in part ({} stages are done): run `migrate up` to apply it wholly, then `migrate down 1`",
            row.folder(),
            row.stages_done
        ))),
        _ => Ok(()),
    }
}

fn known(migrations: &Migrations, row: &Row) -> Result<(), Error> {
    match migrations.get(Version(row.version)) {
        Some(migration) if migration.name() == row.name => Ok(()),
        Some(migration) => Err(conflict(format!(
            "the database has {}, and here is {migration}: another one of the same number. Restore the folder that was applied from version control; `migrate history` tells when that was",
            row.folder()
        ))),
        None => match migrations.head() {
            Some(head) if head.version().0 < row.version => Err(conflict(format!(
                "the database is ahead of this program: it has {}, and the last migration here is {head}. Use the version of the program that has it; to go back, run that version's `migrate down --to {}`",
                row.folder(),
                head.version()
            ))),
            _ => Err(unknown(row)),
        },
    }
}

/// A migration that the database has, and nobody knows.
pub(super) fn unknown(row: &Row) -> Error {
    conflict(format!(
        "the database has {}, which is not among the migrations: restore its folder from version control; `migrate history` tells when it was applied, and by what",
        row.folder()
    ))
}

fn edited(migrations: &Migrations, row: &Row, dialect: Dialect) -> Result<(), Error> {
    let Some(migration) = migrations.get(Version(row.version)) else { return Ok(()) };
    if row.state == State::Applying && row.stages_done == 0 && row.stage_running.is_none() {
        // Nothing of it was done: it is begun anew.
        return Ok(());
    }
    let script = migration.script(dialect, Direction::Up);
    if script.is_none_or(|script| script.checksum() == row.checksum) {
        return Ok(());
    }
    let file = file_name(dialect, Direction::Up);
    if row.state == State::Applying {
        return Err(conflict(format!(
            "{migration}/{file} is applied in part ({} stages are done) and was edited since. Where the edit mends only what is not done yet, run `migrate bless {}` and then `migrate up`; else restore it from version control",
            row.stages_done,
            migration.version()
        )));
    }
    let since = row.finished_at.as_ref().unwrap_or(&row.started_at);
    Err(conflict(format!(
        "{migration}/{file} was edited after it was applied ({since}): restore it from version control, and write what is to change as a new migration; where the edit changes nothing of what it does, `migrate bless {}`",
        migration.version()
    )))
}

pub(super) fn conflict(text: String) -> Error {
    Error::new(ErrorKind::Conflict, text)
}
