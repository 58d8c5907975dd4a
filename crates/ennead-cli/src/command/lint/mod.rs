//! `lint`: what is dangerous in migrations.

mod format;
mod sarif;
mod stages;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ennead::Dialect;
use ennead::migrate::{Direction, Migration, Migrations, Snapshot};
use ennead_lint::{Finding, Group, Options, Script, Transactions};

use self::stages::Stages;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::root::RootArgs;
use crate::scratch;
use crate::source::{self, DialectArg};

/// Arguments of `lint`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  lint                                        all migrations
  lint --since 0007                           those after 0007: what a pull request adds
  lint --database postgres://localhost/app    those that this database does not have yet
  lint change.sql --dialect postgres          any file; each table that it does not make is taken to be there, with rows
  lint --format github                        as annotations of a workflow
  lint --format sarif > lint.sarif

No database is needed but by --database. What is meant is allowed in the file, above the statement:
  -- ennead:allow drop-column nobody reads it since release 12

The exit code is 0 where nothing is found that is not allowed, 3 where something destructive is, else 2.")]
pub struct LintArgs {
    /// Files of SQL; without any, the ways up of the migrations
    #[arg(value_name = "FILE", conflicts_with_all = ["since", "database"])]
    files: Vec<PathBuf>,
    /// Only the migrations after this one
    #[arg(long, value_name = "VERSION", conflicts_with = "database")]
    since: Option<String>,
    /// Only the migrations that this database does not have yet
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The database that is meant: both, or what a file says by its name
    #[arg(long, value_enum)]
    dialect: Option<DialectArg>,
    /// How findings are told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Ask the rules of the group `convention` too: created_at and updated_at, UUID keys, JSONB
    #[arg(long)]
    convention: bool,
    #[command(flatten)]
    root: RootArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For readers
    Text,
    /// As data
    Json,
    /// As annotations of a GitHub workflow
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// What is found in a file.
pub(crate) struct Judged {
    pub(crate) file: String,
    pub(crate) findings: Vec<Finding>,
}

pub(crate) fn run(args: LintArgs) -> Result<Exit, Failure> {
    let options = Options { convention: args.convention };
    let judged = if args.files.is_empty() {
        let place = args.root.migrations();
        let migrations = Migrations::read(&place)?;
        let (pending, only) = pending(&migrations, &place, &args)?;
        judge_migrations(&migrations, &pending, &place, only, &options)
    } else {
        args.files.iter().map(|file| judge_file(file, &args, &options)).collect::<Result<_, _>>()?
    };
    match args.format {
        Format::Text => format::text(&judged),
        Format::Json => output::json(&format::json(&judged)),
        Format::Github => format::github(&judged),
        Format::Sarif => output::json(&sarif::log(&judged)),
    }
    let open: Vec<&Finding> =
        judged.iter().flat_map(|file| &file.findings).filter(|finding| finding.allowed.is_none()).collect();
    let destructive = open.iter().filter(|finding| finding.rule.group == Group::Destructive).count();
    output::say(&format!(
        "{} file{}: {} finding{}{}",
        judged.len(),
        plural(judged.len()),
        open.len(),
        plural(open.len()),
        if destructive > 0 { format!(", {destructive} destructive") } else { String::new() }
    ));
    Ok(match (open.len(), destructive) {
        (0, _) => Exit::Same,
        (_, 0) => Exit::Different,
        _ => Exit::Refused,
    })
}

fn plural(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

/// The migrations that are to be judged, and the dialect where only one is.
fn pending<'a>(
    migrations: &'a Migrations,
    place: &Path,
    args: &LintArgs,
) -> Result<(Vec<&'a Migration>, Option<Dialect>), Failure> {
    if migrations.head().is_none() {
        return Err(Failure::new(format!("{} holds no migration", place.display()))
            .hint("`--root DIR` says where `migrations` is; or name files"));
    }
    let said = args.dialect.map(Dialect::from);
    if let Some(url) = &args.database {
        return crate::runtime()?.block_on(async {
            let db = source::connect(url).await?;
            if let Some(said) = said.filter(|said| *said != db.dialect()) {
                return Err(Failure::new(format!(
                    "the database is of {}, and --dialect says {said}",
                    db.dialect()
                )));
            }
            let pending = migrations.runner(&db).pending_up(None).await?;
            let versions: Vec<_> = pending.into_iter().map(Migration::version).collect();
            let dialect = db.dialect();
            db.close().await;
            let is_pending = |migration: &&Migration| versions.contains(&migration.version());
            Ok((migrations.all().iter().filter(is_pending).collect(), Some(dialect)))
        });
    }
    let after = args.since.as_ref().map(|since| migrations.find(since)).transpose()?.map(Migration::version);
    let all = migrations.all().iter();
    Ok((all.filter(|migration| after.is_none_or(|after| migration.version() > after)).collect(), said))
}

fn judge_migrations(
    migrations: &Migrations,
    pending: &[&Migration],
    place: &Path,
    only: Option<Dialect>,
    options: &Options,
) -> Vec<Judged> {
    let mut judged = Vec::new();
    for migration in pending {
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            if only.is_some_and(|only| only != dialect) {
                continue;
            }
            let Some(script) = migration.script(dialect, Direction::Up) else { continue };
            let before = migrations.before(migration, dialect);
            let file = place.join(migration.folder()).join(format!("{dialect}.up.sql"));
            let stages = Stages::of(script);
            judged.push(judge(&file, script.text(), dialect, Some(&before), Some(&stages), options));
        }
    }
    judged
}

fn judge(
    file: &Path,
    sql: &str,
    dialect: Dialect,
    before: Option<&Snapshot>,
    transaction: Option<&dyn Transactions>,
    options: &Options,
) -> Judged {
    let findings = ennead_lint::lint(&Script { sql, dialect, before, transaction }, options);
    Judged { file: file.to_string_lossy().replace('\\', "/"), findings }
}

/// A file of a migration is judged with what stands before it; another without.
fn judge_file(file: &Path, args: &LintArgs, options: &Options) -> Result<Judged, Failure> {
    let text = source::text(file)?;
    let said = args.dialect.map(Dialect::from);
    let Some(dialect) = said.or_else(|| source::file_dialect(file)) else {
        return Err(Failure::new(format!("{}: which database it is for is not said", file.display()))
            .hint("give `--dialect postgres` or `--dialect sqlite`, or name it so: `schema.postgres.sql`"));
    };
    let folder = file.parent().filter(|folder| folder.join("snapshot.json").is_file());
    let found = folder.and_then(|folder| {
        let migrations = Migrations::read(folder.parent()?).ok()?;
        let name = folder.file_name()?.to_string_lossy().into_owned();
        let migration = migrations.all().iter().find(|migration| migration.folder() == name)?.clone();
        Some((migrations, migration))
    });
    let Some((migrations, migration)) = found else {
        let text = scratch::without_meta(&text);
        return Ok(judge(file, &text, dialect, None, None, options));
    };
    let down = file.to_string_lossy().ends_with(".down.sql");
    let direction = if down { Direction::Down } else { Direction::Up };
    let before = if down {
        migration.snapshot(dialect).cloned().unwrap_or_else(|| Snapshot::empty(dialect))
    } else {
        migrations.before(&migration, dialect)
    };
    let stages = migration.script(dialect, direction).map(Stages::of);
    let transaction = stages.as_ref().map(|stages| stages as &dyn Transactions);
    Ok(judge(file, &text, dialect, Some(&before), transaction, options))
}
