//! The commands that change which migrations a database has.

use std::time::Duration;

use clap::Args;
use ennead::Db;
use ennead::migrate::{Direction, Migration, Migrations, Runner};

use crate::application::Application;
use crate::command::DatabaseArgs;
use crate::failure::Failure;
use crate::output;
use crate::root::RootArgs;

/// Which migrations on which database.
#[derive(Debug, Clone, Args)]
pub(super) struct Target {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    root: RootArgs,
}

/// How it is run.
#[derive(Debug, Clone, Args)]
struct Running {
    /// Tell no statements, only what was done
    #[arg(long, short)]
    quiet: bool,
    /// How long to wait for another runner, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    lock_wait: u64,
    /// Postgres: how long a statement waits for a table, in milliseconds, before it lets others pass and tries again
    #[arg(long, value_name = "MS", default_value_t = 3000)]
    lock_timeout: u64,
    /// How often a transaction that got no lock is tried
    #[arg(long, value_name = "N", default_value_t = 10)]
    attempts: u32,
}

/// Arguments of `migrate up`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate up
  migrate up --to 0007
  migrate up --dry-run                 print the SQL, and run nothing
  migrate up --quiet                   without a line for each statement
  migrate up --database postgres://owner@localhost/app --lock-timeout 500

One runner works at a time; others wait for it. A migration is one transaction where that can be. What cannot be in one is done
in stages, and a run that failed or was killed is gone on with by the next `migrate up`. Each statement is told with its
time on standard error; the migrations that were applied are printed.")]
pub(super) struct UpArgs {
    /// The last one to apply: its number or name
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Print what would be run, and run nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    running: Running,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `migrate down`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate down 1                       reverse the last one
  migrate down --to 0003               reverse all after 0003
  migrate down --to 0                  reverse all
  migrate down 1 --dry-run             print the SQL, and run nothing

The rows of tables and the values of columns that a migration made are gone with it.")]
pub(super) struct DownArgs {
    /// How many to reverse
    #[arg(value_name = "N", required_unless_present = "to", conflicts_with = "to")]
    count: Option<usize>,
    /// The last one to keep: its number or name; 0 keeps none
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Print what would be run, and run nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    running: Running,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `migrate baseline`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate baseline --to 0001           the database is as 0001 leaves it
  migrate verify                       whether that is so

Nothing is run: the ledger is told that these migrations were applied.")]
pub(super) struct BaselineArgs {
    /// The last one that the database has: its number or name
    #[arg(long, value_name = "VERSION")]
    to: String,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `migrate bless`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate bless 0003                   after an edit that changes nothing of what 0003 does, such as a comment

Line ends, a byte order mark and blanks at the end of a file are no edit.")]
pub(super) struct BlessArgs {
    /// The migration: its number or name
    version: String,
    #[command(flatten)]
    target: Target,
}

impl Target {
    /// The migrations, which must be there.
    pub(super) fn migrations(&self) -> Result<Migrations, Failure> {
        let place = self.root.migrations();
        let migrations = Migrations::read(&place)?;
        if migrations.all().is_empty() {
            return Err(Failure::new(format!("there are no migrations in {}", place.display()))
                .hint("`migrate new -m initial` makes the first; `--root DIR` says where they are"));
        }
        Ok(migrations)
    }

    /// Does work on the database.
    pub(super) fn with<T>(
        &self,
        application: &Application,
        work: impl AsyncFnOnce(&Db) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        crate::runtime()?.block_on(async {
            let db = application.connect_as_it_is(&self.database).await?;
            let done = work(&db).await;
            db.close().await;
            done
        })
    }
}

fn runner<'a>(migrations: &'a Migrations, db: &'a Db, running: &Running) -> Runner<'a> {
    let quiet = running.quiet;
    migrations
        .runner(db)
        .lock_wait(Duration::from_secs(running.lock_wait))
        .lock_timeout(Duration::from_millis(running.lock_timeout))
        .attempts(running.attempts)
        .applied_by(format!("{} with ennead {}", crate::parse::program_name(), env!("CARGO_PKG_VERSION")))
        .on_progress(move |progress| {
            if !quiet {
                output::say(&progress.to_string());
            }
        })
}

pub(super) fn up(application: &Application, args: UpArgs) -> Result<(), Failure> {
    let migrations = args.target.migrations()?;
    let last = args.to.as_deref().map(|said| migrations.find(said)).transpose()?.map(Migration::version);
    args.target.with(application, async |db| {
        let runner = runner(&migrations, db, &args.running);
        if args.dry_run {
            print(&runner.pending_up(last).await?, db, Direction::Up);
            return Ok(());
        }
        let applied = match last {
            Some(last) => runner.up_to(last).await?,
            None => runner.up().await?,
        };
        for version in &applied {
            output::data(&migrations.get(*version).map(ToString::to_string).unwrap_or_default());
        }
        if applied.is_empty() {
            output::say("the database is up to date");
        }
        Ok(())
    })
}

pub(super) fn down(application: &Application, args: DownArgs) -> Result<(), Failure> {
    let migrations = args.target.migrations()?;
    let keep = match args.to.as_deref() {
        Some(said) if said.chars().all(|c| c == '0') => Some(None),
        Some(said) => Some(Some(migrations.find(said)?.version())),
        None => None,
    };
    args.target.with(application, async |db| {
        let runner = runner(&migrations, db, &args.running);
        if args.dry_run {
            let all = runner.pending_down(args.count.unwrap_or(usize::MAX)).await?;
            let going: Vec<&Migration> = all
                .into_iter()
                .filter(|migration| keep.flatten().is_none_or(|keep| migration.version() > keep))
                .collect();
            print(&going, db, Direction::Down);
            return Ok(());
        }
        let reversed = match keep {
            Some(keep) => runner.down_to(keep).await?,
            None => runner.down(args.count.unwrap_or(0)).await?,
        };
        for version in &reversed {
            output::data(&migrations.get(*version).map(ToString::to_string).unwrap_or_default());
        }
        if reversed.is_empty() {
            output::say("there is nothing to reverse");
        }
        Ok(())
    })
}

/// The SQL that would be run.
fn print(migrations: &[&Migration], db: &Db, direction: Direction) {
    for migration in migrations {
        if let Some(script) = migration.script(db.dialect(), direction) {
            output::data(script.text());
        }
    }
    if migrations.is_empty() {
        output::say("nothing would be run");
    }
}

pub(super) fn baseline(application: &Application, args: BaselineArgs) -> Result<(), Failure> {
    let migrations = args.target.migrations()?;
    let last = migrations.find(&args.to)?.version();
    args.target.with(application, async |db| {
        let running = Running { quiet: false, lock_wait: 60, lock_timeout: 3000, attempts: 1 };
        for version in runner(&migrations, db, &running).baseline(last).await? {
            output::data(&migrations.get(version).map(ToString::to_string).unwrap_or_default());
        }
        output::say("nothing was run; `migrate verify` tells whether the database is as they leave it");
        Ok(())
    })
}

pub(super) fn bless(application: &Application, args: BlessArgs) -> Result<(), Failure> {
    let migrations = args.target.migrations()?;
    let migration = migrations.find(&args.version)?;
    args.target.with(application, async |db| {
        let running = Running { quiet: false, lock_wait: 60, lock_timeout: 3000, attempts: 1 };
        runner(&migrations, db, &running).bless(migration.version()).await?;
        output::data(&migration.to_string());
        Ok(())
    })
}
