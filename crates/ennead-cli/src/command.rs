//! The commands, one module each.

mod check;
mod completions;
mod ddl;
mod diff;
mod docs;
mod lint;
mod migrate;
mod nodes;
mod run;
mod verify;

use clap::{Args, Subcommand};

use crate::application::Application;
use crate::exit::Exit;
use crate::failure::Failure;

/// What an application can be asked to do.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// List the nodes, or show what one takes and gives
    Nodes(#[command(flatten)] nodes::NodesArgs),
    /// Run one node: JSON in, JSON out
    Run(#[command(flatten)] run::RunArgs),
    /// Print the tables of the models as SQL
    Ddl(#[command(flatten)] ddl::DdlArgs),
    /// Compare the models with what is committed: migrations, snapshots, DDL
    Check(#[command(flatten)] check::CheckArgs),
    /// Compare two schemas, and plan the way from one to the other
    Diff(#[command(flatten)] diff::DiffArgs),
    /// Find what is dangerous in migrations
    Lint(#[command(flatten)] lint::LintArgs),
    /// Bring a database from one schema to the next, and back
    Migrate(#[command(flatten)] migrate::MigrateArgs),
    /// Find references that name no row, where the database does not see them
    Verify(#[command(flatten)] verify::VerifyArgs),
    /// Write the reference page of the tables, with a diagram
    Docs(#[command(flatten)] docs::DocsArgs),
    /// Print a script that completes this program's arguments in a shell
    Completions(#[command(flatten)] completions::CompletionsArgs),
}

/// What can be asked for without models: the commands of the program `ennead`.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Bare {
    /// Compare two schemas, and plan the way from one to the other
    Diff(#[command(flatten)] diff::DiffArgs),
    /// Find what is dangerous in migrations
    Lint(#[command(flatten)] lint::LintArgs),
    /// Bring a database from one schema to the next, and back
    Migrate(#[command(flatten)] migrate::MigrateArgs),
    /// Print a script that completes this program's arguments in a shell
    Completions(#[command(flatten)] completions::CompletionsArgs),
}

impl From<Bare> for Command {
    fn from(bare: Bare) -> Self {
        match bare {
            Bare::Diff(args) => Self::Diff(args),
            Bare::Lint(args) => Self::Lint(args),
            Bare::Migrate(args) => Self::Migrate(args),
            Bare::Completions(args) => Self::Completions(args),
        }
    }
}

/// Which database a command uses.
#[derive(Debug, Clone, Args)]
pub(crate) struct DatabaseArgs {
    /// The database: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
}

impl Command {
    /// Runs it. `whole` is the program's own parser.
    pub(crate) fn run(self, application: &Application, whole: &mut clap::Command) -> Result<Exit, Failure> {
        let done = |()| Exit::Same;
        match self {
            Command::Nodes(args) => nodes::run(application, args).map(done),
            Command::Run(args) => run::run(application, args).map(done),
            Command::Ddl(args) => ddl::run(application, args).map(done),
            Command::Check(args) => check::run(application, args),
            Command::Diff(args) => diff::run(application, args),
            Command::Lint(args) => lint::run(args),
            Command::Migrate(args) => migrate::run(application, args),
            Command::Verify(args) => verify::run(application, args),
            Command::Docs(args) => docs::run(application, args).map(done),
            Command::Completions(args) => {
                completions::run(args, whole);
                Ok(Exit::Same)
            }
        }
    }
}
