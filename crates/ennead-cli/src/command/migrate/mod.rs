//! `migrate`: from one schema to the next, and back.

mod new;

use clap::{Args, Subcommand};

use crate::application::Application;
use crate::failure::Failure;

/// Arguments of `migrate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate new -m \"add city\"

A migration is a folder of plain SQL, `migrations/0002_add_city`, with a way up and a way down for each database. It may be
edited until it is applied.")]
pub struct MigrateArgs {
    #[command(subcommand)]
    command: MigrateCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum MigrateCommand {
    /// Write a new migration from the models
    New(#[command(flatten)] new::NewArgs),
}

pub(crate) fn run(application: &Application, args: MigrateArgs) -> Result<(), Failure> {
    match args.command {
        MigrateCommand::New(args) => new::run(application, args),
    }
}
