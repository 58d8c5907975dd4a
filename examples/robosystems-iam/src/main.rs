//! The model page of users, graphs and credits as a program, and the command line of its models.

mod page;
mod print;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use ennead::prelude::*;
use ennead_cli::{Application, Command};

use crate::page::Failure;

/// The database where none is named: a file in the current folder.
const DATABASE: &str = "sqlite://robosystems-iam.db";

/// Plays the model page of users, graphs and credits, and prints what came out.
///
/// It can be run on the same database again and again: each run signs up users and makes graphs of its own. The commands are
/// those of every ennead application.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Options {
    /// The database: `sqlite://FILE`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`. Its migrations are applied
    /// first.
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true, default_value = DATABASE)]
    database: String,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let mut options = match ennead_cli::parse::<Options>() {
        Ok(options) => options,
        Err(code) => return code,
    };
    if let Some(command) = options.command.take() {
        let application = Application::new(robosystems_iam::schema()).database(DATABASE);
        return match robosystems_iam::keys() {
            Ok(keys) => application.keys(keys).execute::<Options>(command),
            Err(error) => told(&error),
        };
    }
    match run(&options.database) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => told(&failure),
    }
}

fn told(failure: &impl std::fmt::Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {failure}");
    ExitCode::FAILURE
}

#[tokio::main]
async fn run(database: &str) -> Result<(), Failure> {
    let builder = Db::builder().schema(&robosystems_iam::schema()).keys(robosystems_iam::keys()?);
    let db = builder.connect(database).await?;
    robosystems_iam::migrations::all()?.up(&db).await?;
    page::run(&db).await
}
