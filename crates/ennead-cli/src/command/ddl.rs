//! `ddl`: the tables as SQL.

use std::fs;
use std::path::Path;

use clap::{Args, ValueEnum};
use ennead::Dialect;

use crate::application::Application;
use crate::failure::Failure;
use crate::output;
use crate::root::RootArgs;
use crate::source::DialectArg;

/// Arguments of `ddl`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ddl > schema.sql                              for Postgres
  ddl --dialect sqlite | sqlite3 app.db
  ddl --profile rls --application-role app | psql \"$DATABASE_URL\"
  ddl --write                                   both, into ddl/postgres.sql and ddl/sqlite.sql: commit them

No database is needed, and the same models always give the same text. `check` tells where the committed files are no longer
what the models give.")]
pub struct DdlArgs {
    /// The database that the SQL is for: Postgres, or both with --write
    #[arg(long, value_enum)]
    dialect: Option<DialectArg>,
    /// What goes beside the tables
    #[arg(long, value_enum, default_value_t = Profile::Plain)]
    profile: Profile,
    /// The role that the application connects as, which row level security holds
    #[arg(long, value_name = "ROLE", default_value = "app")]
    application_role: String,
    /// Write it into the folder `ddl`, for review and for `check`
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    root: RootArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// The tables alone
    Plain,
    /// Row level security as well (Postgres)
    Rls,
}

pub(crate) fn run(application: &Application, args: DdlArgs) -> Result<(), Failure> {
    let said = args.dialect.map(Dialect::from);
    if args.profile == Profile::Rls && said == Some(Dialect::Sqlite) {
        return Err(Failure::new("SQLite has no row level security")
            .hint("leave `--profile rls` out, or say `--dialect postgres`"));
    }
    let text = |dialect: Dialect| match (args.profile, dialect) {
        (Profile::Rls, Dialect::Postgres) => application.schema.ddl_with_row_security(&args.application_role),
        _ => application.schema.ddl(dialect),
    };
    if !args.write {
        output::data(&text(said.unwrap_or(Dialect::Postgres))?);
        return Ok(());
    }
    let dialects = said.map_or_else(|| vec![Dialect::Postgres, Dialect::Sqlite], |dialect| vec![dialect]);
    // All texts before any file: what one database cannot hold is told before anything is written.
    let texts: Vec<(Dialect, String)> =
        dialects.into_iter().map(|dialect| Ok((dialect, text(dialect)?))).collect::<Result<_, Failure>>()?;
    let folder = args.root.ddl();
    for (dialect, text) in texts {
        let file = folder.join(format!("{dialect}.sql"));
        write(&file, &text)?;
        output::data(&file.display().to_string());
    }
    Ok(())
}

/// Writes a file where it is not the same already, so that its time stays.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let failed =
        |error: std::io::Error| Failure::new(format!("{} cannot be written: {error}", file.display()));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)
}
