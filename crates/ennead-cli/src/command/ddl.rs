//! `ddl`: the tables as SQL.

use clap::{Args, ValueEnum};

use crate::application::Application;
use crate::failure::Failure;
use crate::output;

/// Arguments of `ddl`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ddl > schema.sql                              for Postgres
  ddl --dialect sqlite | sqlite3 app.db
  ddl --profile rls --application-role app | psql \"$DATABASE_URL\"

No database is needed, and the same models always give the same text.")]
pub struct DdlArgs {
    /// The database that the SQL is for
    #[arg(long, value_enum, default_value_t = Dialect::Postgres)]
    dialect: Dialect,
    /// What goes beside the tables
    #[arg(long, value_enum, default_value_t = Profile::Plain)]
    profile: Profile,
    /// The role that the application connects as, which row level security holds
    #[arg(long, value_name = "ROLE", default_value = "app")]
    application_role: String,
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
    /// Row level security as well (Postgres)
    Rls,
}

pub(crate) fn run(application: &Application, args: DdlArgs) -> Result<(), Failure> {
    let dialect = match args.dialect {
        Dialect::Postgres => ennead::Dialect::Postgres,
        Dialect::Sqlite => ennead::Dialect::Sqlite,
    };
    let text = match (args.profile, args.dialect) {
        (Profile::Plain, _) => application.schema.ddl(dialect)?,
        (Profile::Rls, Dialect::Postgres) => {
            application.schema.ddl_with_row_security(&args.application_role)?
        }
        (Profile::Rls, Dialect::Sqlite) => {
            return Err(Failure::new("SQLite has no row level security")
                .hint("leave `--profile rls` out, or say `--dialect postgres`"));
        }
    };
    output::data(&text);
    Ok(())
}
