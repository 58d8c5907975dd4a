//! The commands, one module each.

mod completions;
mod ddl;
mod docs;
mod migrate;
mod nodes;
mod run;

use clap::{Args, Subcommand};

use crate::application::Application;
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
    /// Bring a database from one schema to the next, and back
    Migrate(#[command(flatten)] migrate::MigrateArgs),
    /// Write the reference page of the tables, with a diagram
    Docs(#[command(flatten)] docs::DocsArgs),
    /// Print a script that completes this program's arguments in a shell
    Completions(#[command(flatten)] completions::CompletionsArgs),
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
    pub(crate) fn run(self, application: &Application, whole: &mut clap::Command) -> Result<(), Failure> {
        match self {
            Command::Nodes(args) => nodes::run(application, args),
            Command::Run(args) => run::run(application, args),
            Command::Ddl(args) => ddl::run(application, args),
            Command::Migrate(args) => migrate::run(application, args),
            Command::Docs(args) => docs::run(application, args),
            Command::Completions(args) => {
                completions::run(args, whole);
                Ok(())
            }
        }
    }
}
