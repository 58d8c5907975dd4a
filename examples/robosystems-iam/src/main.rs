//! The model page of users, graphs and credits as a program, and the command line of its models.

use std::process::ExitCode;

use ennead_cli::Application;

/// The database where none is named: a file in the current folder.
const DATABASE: &str = "sqlite://robosystems-iam.db";

fn main() -> ExitCode {
    Application::new(robosystems_iam::schema()).database(DATABASE).run()
}
