//! Kaizen Studio's model page as a program: each section of the page runs, in its order, and prints what came out.

mod failure;
mod models;
mod page;
mod passwords;
mod print;
mod sign_up;
mod workflow;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use ennead::prelude::*;

use crate::failure::Failure;

/// Runs the model page of Kaizen Studio: its models, each section of the page as code, and what came out.
///
/// It can be run on the same database again and again: each run signs up two new organizations, and with `--workflow` makes
/// the organizations org-456 and org-789 anew.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// The database: `sqlite://FILE`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`. A new one
    /// gets its tables first.
    #[arg(long, value_name = "URL", default_value = "sqlite://kaizen-studio.db")]
    database: String,
    /// Run the page's snippets as workflows: nodes by name, with JSON parameters.
    #[arg(long)]
    workflow: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(asked) => {
            let _ = asked.print();
            return if asked.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Failure> {
    let db = Db::connect(&options.database).await?;
    models::schema().create(&db).await?;
    if options.workflow { workflow::run(&db).await } else { page::run(&db).await }
}
