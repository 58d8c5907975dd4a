//! `migrate new`: what the models changed, as a migration.

use std::str::FromStr;

use clap::{Args, ValueEnum};
use ennead::migrate::{Draft, DraftOptions, Fill, HazardKind, Migrations, Name, RowSecurityOption};

use crate::application::Application;
use crate::failure::Failure;
use crate::output;
use crate::rename::RenameArg;
use crate::root::RootArgs;

/// Arguments of `migrate new`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate new -m \"initial\"                             the first: all tables
  migrate new -m \"add city\"                            what the models changed since the last
  migrate new -m \"city\" --fill users.city=\"'Bern'\"     what rows that are there get
  migrate new -m \"names\" --rename users.mail=email     a column; a table is OLD=NEW
  migrate new -m \"walls\" --profile rls --application-role app
  migrate new -m \"clean up\" --empty                    one that you write by hand

No database is needed: the last migration's snapshot is compared with the models. What is printed is the new folder.")]
pub(super) struct NewArgs {
    /// What it does, in a few words: its name
    #[arg(short, long, value_name = "TEXT")]
    message: String,
    /// The databases that it is for: those of the last migration, or both
    #[arg(long, value_enum)]
    dialect: Vec<Dialect>,
    /// What rows that are there get in a column that takes no NULL: an SQL value
    #[arg(long, value_name = "TABLE.COLUMN=SQL")]
    fill: Vec<FillArg>,
    /// What is the same under a new name, where the model does not say `renamed_from`
    #[arg(long, value_name = "TABLE.OLD=NEW")]
    rename: Vec<RenameArg>,
    /// Postgres: all in one transaction, rather than beside the traffic
    #[arg(long)]
    offline: bool,
    /// Write the files without a statement in them
    #[arg(long)]
    empty: bool,
    /// Whether the migration keeps row level security (Postgres): as the last one did
    #[arg(long, value_enum)]
    profile: Option<Profile>,
    /// The role that the application connects as, which row level security holds
    #[arg(long, value_name = "ROLE", default_value = "app")]
    application_role: String,
    /// Print the files, and write none
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    root: RootArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dialect {
    Postgres,
    Sqlite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// The tables alone
    Plain,
    /// Row level security as well
    Rls,
}

#[derive(Debug, Clone)]
struct FillArg(Fill);

impl FromStr for FillArg {
    type Err = String;

    fn from_str(said: &str) -> Result<Self, String> {
        let wrong = || "it is TABLE.COLUMN=SQL, such as users.city=\"'Bern'\"".to_owned();
        let (place, value) = said.split_once('=').ok_or_else(wrong)?;
        let (table, column) = place.split_once('.').ok_or_else(wrong)?;
        if table.is_empty() || column.is_empty() || value.trim().is_empty() {
            return Err(wrong());
        }
        Ok(Self(Fill { table: Name::new(table), column: column.to_owned(), value: value.trim().to_owned() }))
    }
}

pub(super) fn run(application: &Application, args: NewArgs) -> Result<(), Failure> {
    application.needs_models("`migrate new`")?;
    let place = args.root.migrations();
    let migrations = Migrations::read(&place)?;
    let hints = RenameArg::hints(&args.rename);
    let dialect = |dialect: &Dialect| match dialect {
        Dialect::Postgres => ennead::Dialect::Postgres,
        Dialect::Sqlite => ennead::Dialect::Sqlite,
    };
    let options = DraftOptions {
        dialects: args.dialect.iter().map(dialect).collect(),
        offline: args.offline,
        fills: args.fill.iter().map(|fill| fill.0.clone()).collect(),
        hints,
        empty: args.empty,
        row_security: match args.profile {
            None => RowSecurityOption::AsBefore,
            Some(Profile::Plain) => RowSecurityOption::Off,
            Some(Profile::Rls) => RowSecurityOption::On { application_role: args.application_role.clone() },
        },
    };
    let draft = migrations.draft(&application.schema, &args.message, &options)?;
    if draft.is_empty() && !args.empty {
        let since = migrations.head().map_or_else(
            || "there are no models".to_owned(),
            |head| format!("the models are as {head} left them"),
        );
        output::say(&format!("{since}: no migration is needed (one that is written by hand: --empty)"));
        return Ok(());
    }
    if args.dry_run {
        for (name, text) in draft.files()?.iter().filter(|(name, _)| name.ends_with(".sql")) {
            output::data(&format!("-- {}/{name}\n{text}", draft.migration().folder()));
        }
    } else {
        draft.write(&place)?;
        output::data(&place.join(draft.migration().folder()).display().to_string());
    }
    tell(&draft);
    Ok(())
}

/// What its author should know.
fn tell(draft: &Draft) {
    let mut told: Vec<String> = Vec::new();
    for (_, hazard) in draft.hazards() {
        let is_told_apart = hazard.kind == HazardKind::Locks
            || (hazard.kind == HazardKind::DataDependent && hazard.reason.contains("takes no NULL"));
        let text = format!("it {}: {}", hazard.kind, hazard.reason);
        if !is_told_apart && !told.contains(&text) {
            told.push(text);
        }
    }
    for text in told {
        output::say(&text);
    }
    for (table, column) in draft.unfilled() {
        output::warning(
            &format!(
                "{table}.{column} takes no NULL, and nothing says what the rows of {table} get: it fails where there are any"
            ),
            Some(&format!(
                "take the folder away and run again with `--fill {table}.{column}=SQL`, give the field a #[default(…)], or edit the files"
            )),
        );
    }
    for candidate in draft.candidates() {
        output::candidate(candidate, "take the folder away and run again with");
    }
}
