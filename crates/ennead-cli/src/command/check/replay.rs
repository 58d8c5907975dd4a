//! Migrations, run on a database that is thrown away, and what they make there.

use std::path::Path;

use ennead::migrate::{self, Diff, Direction, Hints, Migration, Migrations, PlanOptions, Snapshot};
use ennead::{Db, Dialect};

use crate::failure::Failure;
use crate::scratch::Scratch;
use crate::source;

/// What a migration makes that its snapshot does not say.
pub(super) struct Difference {
    pub(super) what: String,
    pub(super) how: String,
}

/// The migrations for one database.
pub(super) struct Replay<'a> {
    pub(super) migrations: &'a Migrations,
    pub(super) place: &'a Path,
    pub(super) dialect: Dialect,
}

/// The scripts that are no longer as they were made.
pub(super) fn edited(migrations: &Migrations, dialect: Dialect) -> Vec<(&Migration, Direction)> {
    let ways = [Direction::Up, Direction::Down];
    let all = migrations.all().iter().filter(|migration| migration.dialects().contains(&dialect));
    let all = all.flat_map(|migration| ways.into_iter().map(move |way| (migration, way)));
    all.filter(|(migration, way)| !migration.is_as_generated(dialect, *way)).collect()
}

impl Replay<'_> {
    /// Runs all ways up, and as many ways down as someone edited. What is compared is the last of them, and each that was
    /// edited.
    pub(super) async fn run(&self, scratch: &mut Scratch) -> Result<Vec<Difference>, Failure> {
        let edited = edited(self.migrations, self.dialect);
        let is_edited = |migration: &Migration, way: Direction| {
            edited.iter().any(|(other, its)| other.version() == migration.version() && *its == way)
        };
        let db = scratch.database(self.dialect).await?;
        let head = self.migrations.head().map(Migration::version);
        let mut found = Vec::new();
        for migration in self.migrations.all() {
            source::run(&db, migration, Direction::Up, self.place).await?;
            if is_edited(migration, Direction::Up) || head == Some(migration.version()) {
                let wanted = migration.normalised(&db).await?;
                found.extend(self.compare(&db, migration, Direction::Up, &wanted).await?);
            }
        }
        let lowest =
            edited.iter().find(|(_, way)| *way == Direction::Down).map(|(migration, _)| migration.version());
        // Going down from what is wrong already tells nothing more.
        if let Some(lowest) = lowest.filter(|_| found.is_empty()) {
            for migration in self.migrations.all().iter().rev().take_while(|own| own.version() >= lowest) {
                let script = migration.script(self.dialect, Direction::Down);
                if script.is_none_or(|script| script.irreversible().is_some()) {
                    break;
                }
                source::run(&db, migration, Direction::Down, self.place).await?;
                if is_edited(migration, Direction::Down) {
                    let before =
                        self.migrations.all().iter().rev().find(|own| own.version() < migration.version());
                    let wanted = match before {
                        Some(before) => before.normalised(&db).await?,
                        None => Snapshot::empty(self.dialect),
                    };
                    found.extend(self.compare(&db, migration, Direction::Down, &wanted).await?);
                }
            }
        }
        db.close().await;
        Ok(found)
    }

    async fn compare(
        &self,
        db: &Db,
        migration: &Migration,
        way: Direction,
        wanted: &Snapshot,
    ) -> Result<Option<Difference>, Failure> {
        let made = migrate::introspect(db).await?;
        let diff = migrate::diff(&made, wanted, &Hints::default());
        if diff.is_empty() {
            return Ok(None);
        }
        let file = self.place.join(migration.folder()).join(format!("{}.{way}.sql", self.dialect));
        let what = format!("{} does not make what its snapshot says; this is missing:", file.display());
        Ok(Some(Difference { what, how: told(&diff) }))
    }
}

/// What would have to be done, and what cannot be told so.
fn told(diff: &Diff) -> String {
    let mut how = String::new();
    for step in migrate::plan(diff, &PlanOptions::default()) {
        how.push_str(&format!("{};\n", step.sql));
    }
    for thing in &diff.unmodelled {
        how.push_str(&format!("-- {thing}\n"));
    }
    how
}
