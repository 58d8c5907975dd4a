//! `diff`: what makes one schema another.

mod json;
mod sql;
mod text;

use clap::{Args, ValueEnum};
use ennead::Dialect;
use ennead::migrate::{self, Diff, PlanOptions, Step};

use crate::application::Application;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::rename::RenameArg;
use crate::root::RootArgs;
use crate::scratch;
use crate::source::{DialectArg, Source, Sources};

pub(crate) use sql::script;

/// Arguments of `diff`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  diff --from snapshot --to models                         what `migrate new` would write; no database is needed
  diff --from postgres://localhost/app --to models         drift: what the live database lacks
  diff --from migrations --to sqlite://app.db
  diff --from old.sql --to ddl/postgres.sql --scratch postgres://localhost
  diff --from sqlite://app.db --to models --format sql | sqlite3 app.db
  diff --from postgres://localhost/app --to models --format sql --online | psql postgres://localhost/app

A schema is one of: models, migrations (their SQL, run on an empty database), snapshot (what the last migration says),
FILE.sql or a folder of such files, postgres://…, sqlite://…. Files and migrations for Postgres are loaded into a database
that is made on the scratch server under a random name, and dropped whatever happens.

The exit code is 0 where the two are the same, 2 where they differ, and 3 where something differs that is not described and
so not planned for. `--format json` is stable: see the guide.")]
pub struct DiffArgs {
    /// The schema that is there
    #[arg(long, value_name = "SCHEMA")]
    from: Source,
    /// The schema that is wanted
    #[arg(long, value_name = "SCHEMA")]
    to: Source,
    /// The database that both are for, where neither says it
    #[arg(long, value_enum)]
    dialect: Option<DialectArg>,
    /// How the difference is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// A server of Postgres where a database may be made and dropped
    #[arg(long, value_name = "URL", env = "ENNEAD_SCRATCH", hide_env_values = true)]
    scratch: Option<String>,
    /// Postgres: build beside the traffic (CONCURRENTLY, NOT VALID), not in one transaction
    #[arg(long)]
    online: bool,
    /// What is the same under a new name
    #[arg(long, value_name = "TABLE.OLD=NEW")]
    rename: Vec<RenameArg>,
    #[command(flatten)]
    root: RootArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A list for readers: each statement with what it costs and risks
    Text,
    /// Changes and statements as data
    Json,
    /// The plan, for psql or sqlite3
    Sql,
}

pub(crate) fn run(application: &Application, args: DiffArgs) -> Result<Exit, Failure> {
    let dialect = dialect(&args)?;
    let sources = Sources { application, migrations: args.root.migrations(), dialect };
    let (from, to) = crate::runtime()?.block_on(scratch::with(args.scratch.as_deref(), async |scratch| {
        sources.pair(&args.from, &args.to, scratch).await
    }))?;
    let diff = migrate::diff(&from, &to, &RenameArg::hints(&args.rename));
    let steps = migrate::plan(&diff, &PlanOptions { online: args.online, fills: Vec::new() });
    match args.format {
        Format::Text => text::print(&args.from, &args.to, &diff, &steps),
        Format::Json => output::json(&json::value(&args.from, &args.to, &diff, &steps)?),
        Format::Sql => {
            if !steps.is_empty() {
                output::data(&script(dialect, &steps));
            }
        }
    }
    if args.format != Format::Json {
        tell(&diff, &steps);
    }
    Ok(if !diff.unmodelled.is_empty() {
        Exit::Refused
    } else if diff.is_empty() {
        Exit::Same
    } else {
        Exit::Different
    })
}

/// What is no part of the statements.
fn tell(diff: &Diff, steps: &[Step]) {
    for thing in &diff.unmodelled {
        output::warning(
            &format!("{thing} differs, and is not described: nothing is planned for it"),
            Some("compare it by hand"),
        );
    }
    for thing in &diff.access {
        output::say(&format!("{thing} differs: that is of the database, and no part of its schema"));
    }
    for candidate in &diff.candidates {
        output::candidate(candidate, "run again with");
    }
    if diff.is_empty() {
        output::say("no difference");
    } else {
        output::say(&text::sum(steps));
    }
}

fn dialect(args: &DiffArgs) -> Result<Dialect, Failure> {
    let said: Option<Dialect> = args.dialect.map(Dialect::from);
    let mut dialect = said;
    for source in [&args.from, &args.to] {
        match (dialect, source.dialect()) {
            (Some(one), Some(other)) if one != other => {
                return Err(Failure::new(format!("{source} is for {other}, and the rest is for {one}"))
                    .hint("two schemas of one kind of database can be compared"));
            }
            (None, found) => dialect = found,
            _ => {}
        }
    }
    Ok(dialect.unwrap_or(Dialect::Postgres))
}
