//! The command line of an `ennead` application: its nodes, its tables, and one operation at a time.
//!
//! An application has a binary of three lines:
//!
//! ```no_run
//! # mod app { pub fn schema() -> ennead::Schema { ennead::schema![] } }
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     ennead_cli::run(app::schema())
//! }
//! ```
//!
//! One that has arguments of its own takes [`Command`] as their subcommand and runs it by [`Application::execute`]:
//!
//! ```no_run
//! # mod app { pub fn schema() -> ennead::Schema { ennead::schema![] } }
//! use clap::Parser;
//! use ennead_cli::{Application, Command};
//!
//! #[derive(Parser)]
//! struct Options {
//!     #[arg(long)]
//!     serve: bool,
//!     #[command(subcommand)]
//!     command: Option<Command>,
//! }
//!
//! let options = Options::parse();
//! if let Some(command) = options.command {
//!     let code = Application::new(app::schema()).execute::<Options>(command);
//! }
//! ```
//!
//! Data goes to standard output, talk to standard error. The exit code is 0 where it was done and 1 where it was not, wrong
//! usage too; 2 and 3 are kept for differences and for what is destructive.

mod application;
mod command;
mod exit;
mod failure;
mod output;
mod parse;
mod reference;
mod rename;
mod root;
mod scratch;
mod source;

use std::process::ExitCode;

use ennead::Schema;

pub use application::Application;
pub use command::Command;
pub use parse::parse;
pub use reference::reference;

/// Runs the command line of this schema on the program's arguments, and gives its exit code.
#[must_use]
pub fn run(schema: Schema) -> ExitCode {
    Application::new(schema).run()
}

/// Runs the commands that need no models on the program's arguments: the program `ennead`.
#[must_use]
pub fn run_without_models() -> ExitCode {
    Application::without_models().run_bare()
}

/// A runtime for what is asked of databases.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, failure::Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failure::Failure::new(format!("the runtime does not start: {error}")))
}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/command-line.md")]
struct Guide;
