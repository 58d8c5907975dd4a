//! Kaizen Studio's model page as a program: each section of the page runs, in its order, and prints what came out.

mod failure;
mod models;
mod page;
mod passwords;
mod print;
mod serve;
mod sign_up;
mod workflow;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use ennead::prelude::*;
use ennead_cli::{Application, Command};

use crate::failure::Failure;

/// The database where none is named: a file in the current folder.
const DATABASE: &str = "sqlite://kaizen-studio.db";

/// Runs the model page of Kaizen Studio: its models, each section of the page as code, and what came out.
///
/// It can be run on the same database again and again: each run signs up two new organizations, and with `--workflow` makes
/// the organizations org-456 and org-789 anew. The commands are those of every ennead application.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Options {
    /// The database: `sqlite://FILE`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`. A new one
    /// gets its tables first.
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true, default_value = DATABASE)]
    database: String,
    /// Run the page's snippets as workflows: nodes by name, with JSON parameters.
    #[arg(long)]
    workflow: bool,
    /// Serve the nodes over HTTP until Ctrl-C, to clients with a key of those that it prints.
    #[arg(long, conflicts_with = "workflow")]
    serve: bool,
    /// Where to serve; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", requires = "serve", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let mut options = match ennead_cli::parse::<Options>() {
        Ok(options) => options,
        Err(code) => return code,
    };
    if let Some(command) = options.command.take() {
        let application = Application::new(models::schema()).database(DATABASE).creates_tables();
        return application.execute::<Options>(command);
    }
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(options: &Options) -> Result<(), Failure> {
    let db = Db::connect(&options.database).await?;
    models::schema().create(&db).await?;
    match options {
        Options { workflow: true, .. } => workflow::run(&db).await,
        Options { serve: true, listen, .. } => serve::run(&db, *listen).await,
        _ => page::run(&db).await,
    }
}
