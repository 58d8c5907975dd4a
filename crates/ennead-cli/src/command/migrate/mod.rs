//! `migrate`: from one schema to the next, and back.

mod new;
mod report;
mod run;
mod trial;

use clap::{Args, Subcommand};

use crate::application::Application;
use crate::exit::Exit;
use crate::failure::Failure;

/// Arguments of `migrate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate new -m \"add city\"          write the next migration from the models
  migrate test                        up, down and up again on databases that are made for it
  migrate up --dry-run                what would be run
  migrate up                          bring the database up to date
  migrate status                      where it stands
  migrate down 1                      back by one
  migrate verify                      whether somebody changed the database beside its migrations

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
    /// Apply the migrations that the database does not have
    Up(#[command(flatten)] run::UpArgs),
    /// Reverse the last migrations
    Down(#[command(flatten)] run::DownArgs),
    /// Tell which migrations the database has
    Status(#[command(flatten)] report::StatusArgs),
    /// Tell what was done to the database, and when
    History(#[command(flatten)] report::HistoryArgs),
    /// Compare the live database with what its migrations left
    Verify(#[command(flatten)] report::VerifyArgs),
    /// Take the migrations of a database that was there before them for applied
    Baseline(#[command(flatten)] run::BaselineArgs),
    /// Take an edited script for the one that was applied
    Bless(#[command(flatten)] run::BlessArgs),
    /// Run all migrations up, down and up again on databases that are made for it, with rows
    Test(#[command(flatten)] trial::TestArgs),
}

pub(crate) fn run(application: &Application, args: MigrateArgs) -> Result<Exit, Failure> {
    let done = |()| Exit::Same;
    match args.command {
        MigrateCommand::New(args) => new::run(application, args).map(done),
        MigrateCommand::Up(args) => run::up(application, args).map(done),
        MigrateCommand::Down(args) => run::down(application, args).map(done),
        MigrateCommand::Status(args) => report::status(application, args).map(done),
        MigrateCommand::History(args) => report::history(application, args).map(done),
        MigrateCommand::Verify(args) => report::verify(application, args),
        MigrateCommand::Baseline(args) => run::baseline(application, args).map(done),
        MigrateCommand::Bless(args) => run::bless(application, args).map(done),
        MigrateCommand::Test(args) => trial::run(args).map(done),
    }
}
