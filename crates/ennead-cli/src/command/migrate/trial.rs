//! `migrate test`: all migrations on databases that are made for it.

use clap::Args;
use ennead::Dialect;
use ennead::migrate::Migrations;

use crate::failure::Failure;
use crate::output;
use crate::root::RootArgs;
use crate::scratch;

/// Arguments of `migrate test`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate test                                               SQLite, in memory
  migrate test --scratch postgres://postgres@localhost       Postgres too, in a database that is made and dropped

Each migration is run up with rows in its tables, then each down, and all up again. After each way the database must hold what
the snapshot of its last migration says, and with none of them nothing.")]
pub(super) struct TestArgs {
    /// A server of Postgres where a database may be made and dropped
    #[arg(long, value_name = "URL", env = "ENNEAD_SCRATCH", hide_env_values = true)]
    scratch: Option<String>,
    #[command(flatten)]
    root: RootArgs,
}

pub(super) fn run(args: TestArgs) -> Result<(), Failure> {
    let place = args.root.migrations();
    let migrations = Migrations::read(&place)?;
    let Some(head) = migrations.head() else {
        return Err(Failure::new(format!("there are no migrations in {}", place.display()))
            .hint("`migrate new -m initial` makes the first; `--root DIR` says where they are"));
    };
    for dialect in head.dialects() {
        if dialect == Dialect::Postgres && args.scratch.is_none() {
            output::warning(
                "the scripts for Postgres were not tried",
                Some(
                    "give `--scratch postgres://USER:PASSWORD@HOST`, or set ENNEAD_SCRATCH; never a server of production",
                ),
            );
            continue;
        }
        let trial = crate::runtime()?.block_on(scratch::with(args.scratch.as_deref(), async |scratch| {
            let db = scratch.database(dialect).await?;
            let runner = migrations.runner(&db).on_progress(|progress| output::say(&progress.to_string()));
            let trial = runner.trial().await;
            db.close().await;
            Ok(trial?)
        }))?;
        for table in &trial.without_rows {
            output::warning(&format!("{dialect}: no row could be put into {table}"), None);
        }
        for lost in &trial.lost {
            output::warning(&format!("{dialect}: rows went: {lost}"), None);
        }
        output::data(&format!(
            "{dialect}: {} migrations up, down and up again, with {} rows",
            migrations.all().len(),
            trial.rows
        ));
    }
    Ok(())
}
