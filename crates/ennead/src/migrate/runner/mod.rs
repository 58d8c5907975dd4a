//! Runs migrations on a database.

mod apply;
mod check;
mod ledger;
mod lock;
mod progress;
mod recover;
mod rows;
mod session;
mod status;
mod trial;
mod verify;

use std::fmt;
use std::time::Duration;

use ennead_core::{Dialect, Error};

use self::apply::Run;
use self::ledger::{Row, State, Writes};
use self::lock::Lock;
use self::session::Session;
use super::migration::{Direction, Migration, Version};
use super::migrations::Migrations;
use super::script::Script;
use crate::db::Db;

pub use self::ledger::LogEntry;
pub(crate) use self::ledger::{TABLE as LEDGER, without_ledger};
pub use self::progress::Progress;
pub use self::status::{MigrationState, Status, StatusEntry};
pub use self::trial::Trial;

/// Runs migrations on a database: one runner at a time, each migration in one transaction where that can be.
///
/// What cannot be in one transaction is done in stages, and the database keeps how far it came: who runs again goes on from
/// there, whatever ended the run before.
///
/// ```no_run
/// # use ennead::prelude::*;
/// use std::time::Duration;
/// use ennead::migrate::Migrations;
///
/// # async fn show(db: &Db) -> Result<(), Error> {
/// let migrations = Migrations::read("migrations")?;
/// let applied = migrations
///     .runner(db)
///     .lock_wait(Duration::from_secs(10))
///     .on_progress(|progress| eprintln!("{progress}"))
///     .up()
///     .await?;
/// println!("{} applied", applied.len());
/// # Ok(()) }
/// ```
#[must_use = "`.up()`, `.down(n)` and the others run it"]
pub struct Runner<'a> {
    migrations: &'a Migrations,
    db: &'a Db,
    lock_wait: Duration,
    lock_timeout: Duration,
    attempts: u32,
    applied_by: String,
    on_progress: Box<dyn Fn(&Progress<'_>) + Send + Sync + 'a>,
}

impl fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner")
            .field("db", &self.db)
            .field("migrations", &self.migrations.all().len())
            .finish()
    }
}

impl Migrations {
    /// Brings a database up to date: all migrations that it does not have yet, in order. For the start of a program;
    /// many may start at once.
    ///
    /// # Errors
    /// As [`Runner::up`].
    ///
    /// ```
    /// # use ennead::prelude::*;
    /// use ennead::migrate::Migrations;
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// // In a program: `migrations::all()?`, from the module that `migrate new` writes.
    /// let migrations = Migrations::embedded(&[
    ///     ("0001_initial/snapshot.json", r#"{ "format": 1, "files": {}, "sqlite": { "dialect": "sqlite", "tables": [] } }"#),
    ///     ("0001_initial/sqlite.up.sql", "CREATE TABLE plans (id TEXT NOT NULL PRIMARY KEY) STRICT;"),
    ///     ("0001_initial/sqlite.down.sql", "DROP TABLE plans;"),
    /// ])?;
    /// let db = Db::connect("sqlite::memory:").await?;
    /// assert_eq!(migrations.up(&db).await?.len(), 1);
    /// assert_eq!(migrations.up(&db).await?.len(), 0);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    pub async fn up(&self, db: &Db) -> Result<Vec<Version>, Error> {
        self.runner(db).up().await
    }

    /// Runs them on a database, with settings.
    pub fn runner<'a>(&'a self, db: &'a Db) -> Runner<'a> {
        Runner {
            migrations: self,
            db,
            lock_wait: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(3),
            attempts: 10,
            applied_by: format!("ennead {}", env!("CARGO_PKG_VERSION")),
            on_progress: Box::new(|progress| tracing::info!(target: "ennead::migrate", "{progress}")),
        }
    }
}

impl<'a> Runner<'a> {
    /// How long it waits for another runner: 60 s unless said.
    pub fn lock_wait(mut self, limit: Duration) -> Self {
        self.lock_wait = limit;
        self
    }

    /// Postgres: how long a statement waits for the locks of tables, while others wait behind it: 3 s unless said. Then its
    /// transaction is rolled back, and tried again after a pause.
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.lock_timeout = limit;
        self
    }

    /// How often a transaction that got no lock is tried: 10 times unless said.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The program that runs them, for the history: `kaizen 1.2.0`.
    pub fn applied_by(mut self, program: impl Into<String>) -> Self {
        self.applied_by = program.into();
        self
    }

    /// What is told as it goes on; traced unless said.
    pub fn on_progress(mut self, tell: impl Fn(&Progress<'_>) + Send + Sync + 'a) -> Self {
        self.on_progress = Box::new(tell);
        self
    }

    fn dialect(&self) -> Dialect {
        self.db.dialect()
    }

    fn script<'m>(&self, migration: &'m Migration, direction: Direction) -> Result<&'m Script, Error> {
        migration.script(self.dialect(), direction).ok_or_else(|| {
            Error::unsupported(format!(
                "{migration} is not for {}: `migrate new --dialect {}` makes migrations for it",
                self.dialect(),
                super::migration::dialect_name(self.dialect())
            ))
        })
    }

    /// Applies all migrations that the database does not have, in order, and tells which.
    ///
    /// # Errors
    /// `is_timeout` where another runner holds the lock for longer than [`lock_wait`](Self::lock_wait), or a table is locked
    /// for too long; `is_conflict` where the database does not fit the migrations (an edited migration, one that is not
    /// known, one that stands between those that were applied); those of the statements. Nothing of the transaction that
    /// failed is done; the text says what was done before it, and what to do next.
    pub async fn up(&self) -> Result<Vec<Version>, Error> {
        self.go_up(None).await
    }

    /// As [`up`](Self::up), and no further than this one.
    ///
    /// # Errors
    /// As [`up`](Self::up).
    pub async fn up_to(&self, last: Version) -> Result<Vec<Version>, Error> {
        self.go_up(Some(last)).await
    }

    async fn go_up(&self, last: Option<Version>) -> Result<Vec<Version>, Error> {
        let (mut lock, mut session) = self.begin().await?;
        ledger::create(&mut session, self.dialect()).await?;
        let rows = ledger::rows(&mut session, self.dialect()).await?;
        check::fits(self.migrations, &rows, self.dialect(), Direction::Up)?;
        let mut applied = Vec::new();
        for migration in self.pending(&rows, last) {
            let row = rows.iter().find(|row| row.version == migration.version().0);
            self.apply(&mut lock, &mut session, migration, Direction::Up, row).await?;
            applied.push(migration.version());
        }
        Ok(applied)
    }

    /// Reverses the last so many migrations, the last first, and tells which.
    ///
    /// # Errors
    /// As [`up`](Self::up); `is_unsupported` for one that says that there is no way back.
    pub async fn down(&self, migrations: usize) -> Result<Vec<Version>, Error> {
        self.go_down(|rows| rows.len().saturating_sub(migrations)).await
    }

    /// Reverses all migrations after this one; all of them where `None` is given.
    ///
    /// # Errors
    /// As [`down`](Self::down).
    pub async fn down_to(&self, last: Option<Version>) -> Result<Vec<Version>, Error> {
        self.go_down(|rows| rows.iter().filter(|row| last.is_some_and(|last| row.version <= last.0)).count())
            .await
    }

    async fn go_down(&self, keep: impl Fn(&[Row]) -> usize) -> Result<Vec<Version>, Error> {
        let (mut lock, mut session) = self.begin().await?;
        let rows = ledger::rows(&mut session, self.dialect()).await?;
        check::fits(self.migrations, &rows, self.dialect(), Direction::Down)?;
        let mut reverted = Vec::new();
        let going = rows.get(keep(&rows)..).unwrap_or_default();
        // Told before anything is done.
        for row in going {
            let migration = self.known(row)?;
            if let Some(reason) = self.script(migration, Direction::Down)?.irreversible() {
                return Err(Error::unsupported(format!(
                    "{migration} cannot be reversed: {reason}. Nothing was done; `migrate down --to {}` goes as far back as can be",
                    migration.version()
                )));
            }
        }
        for row in going.iter().rev() {
            let migration = self.known(row)?;
            self.apply(&mut lock, &mut session, migration, Direction::Down, Some(row)).await?;
            reverted.push(migration.version());
        }
        Ok(reverted)
    }

    /// Takes the migrations up to this one for applied, without running them: for a database that was there before its
    /// migrations.
    ///
    /// # Errors
    /// `is_conflict` where the database has migrations already; those of the lock.
    pub async fn baseline(&self, last: Version) -> Result<Vec<Version>, Error> {
        let (_lock, mut session) = self.begin().await?;
        ledger::create(&mut session, self.dialect()).await?;
        let rows = ledger::rows(&mut session, self.dialect()).await?;
        if let Some(row) = rows.last() {
            return Err(check::conflict(format!(
                "the database has migrations up to {} already: a baseline is for one that has none; `migrate status` shows them",
                row.folder()
            )));
        }
        if self.migrations.get(last).is_none() {
            return Err(Error::invalid(format!(
                "there is no migration {last}: `migrate status` lists them all"
            )));
        }
        let mut taken = Vec::new();
        session.begin().await?;
        for migration in self.migrations.all().iter().filter(|migration| migration.version() <= last) {
            let script = self.script(migration, Direction::Up)?;
            session.execute(&self.writes(migration, script.checksum(), Direction::Up).baseline()).await?;
            taken.push(migration.version());
        }
        session.commit().await?;
        Ok(taken)
    }

    /// Takes the script of a migration as it is now for the one that was applied: after an edit that changes nothing of what
    /// it does, such as a comment.
    ///
    /// # Errors
    /// `is_invalid_input` where the database does not have the migration; those of the lock.
    pub async fn bless(&self, version: Version) -> Result<(), Error> {
        let (_lock, mut session) = self.begin().await?;
        let rows = ledger::rows(&mut session, self.dialect()).await?;
        let Some(row) = rows.iter().find(|row| row.version == version.0) else {
            return Err(Error::invalid(format!(
                "the database does not have migration {version}: `migrate status` shows those that it has"
            )));
        };
        let migration = self.migrations.get(version).ok_or_else(|| check::unknown(row))?;
        let script = self.script(migration, Direction::Up)?;
        session.execute(&self.writes(migration, script.checksum(), Direction::Up).bless()).await
    }

    /// Which migrations [`up`](Self::up) would apply, in order; nothing is changed and no lock is taken.
    ///
    /// # Errors
    /// As [`up`](Self::up), but for those of statements.
    pub async fn pending_up(&self, last: Option<Version>) -> Result<Vec<&'a Migration>, Error> {
        let mut session = Session::new(self.db);
        let rows = ledger::rows(&mut session, self.dialect()).await?;
        check::fits(self.migrations, &rows, self.dialect(), Direction::Up)?;
        Ok(self.pending(&rows, last).collect())
    }

    /// Which migrations [`down`](Self::down) of so many would reverse, the last first; nothing is changed.
    ///
    /// # Errors
    /// As [`down`](Self::down), but for those of statements.
    pub async fn pending_down(&self, migrations: usize) -> Result<Vec<&'a Migration>, Error> {
        let mut session = Session::new(self.db);
        let rows = ledger::rows(&mut session, self.dialect()).await?;
        check::fits(self.migrations, &rows, self.dialect(), Direction::Down)?;
        rows.iter().rev().take(migrations).map(|row| self.known(row)).collect()
    }

    fn pending(&self, rows: &[Row], last: Option<Version>) -> impl Iterator<Item = &'a Migration> {
        let done: Vec<u32> =
            rows.iter().filter(|row| row.state == State::Applied).map(|row| row.version).collect();
        self.migrations
            .all()
            .iter()
            .filter(move |migration| last.is_none_or(|last| migration.version() <= last))
            .filter(move |migration| !done.contains(&migration.version().0))
    }

    fn known(&self, row: &Row) -> Result<&'a Migration, Error> {
        self.migrations.get(Version(row.version)).ok_or_else(|| check::unknown(row))
    }

    /// Takes the lock, before anything is read.
    async fn begin(&self) -> Result<(Lock, Session<'a>), Error> {
        let lock = Lock::take(self.db, self.lock_wait, &*self.on_progress).await?;
        Ok((lock, Session::new(self.db)))
    }

    fn writes<'m>(&'m self, migration: &'m Migration, checksum: &'m str, direction: Direction) -> Writes<'m> {
        Writes { dialect: self.dialect(), migration, checksum, direction, applied_by: &self.applied_by }
    }

    async fn apply(
        &self,
        lock: &mut Lock,
        session: &mut Session<'a>,
        migration: &Migration,
        direction: Direction,
        row: Option<&Row>,
    ) -> Result<(), Error> {
        let script = self.script(migration, direction)?;
        let checksum = self.script(migration, Direction::Up)?.checksum();
        let under_way = row.filter(|row| row.state != State::Applied);
        let mut run = Run {
            session,
            lock,
            migration,
            direction,
            script,
            writes: self.writes(migration, checksum, direction),
            lock_timeout: self.lock_timeout,
            attempts: self.attempts,
            tell: &*self.on_progress,
            is_begun: under_way.is_some(),
            stages_done: under_way.map_or(0, |row| row.stages_done),
            was_running: under_way.and_then(|row| row.stage_running),
        };
        let done = run.all().await;
        // Settings of one script are not those of the next.
        session.rest();
        done
    }
}
