//! The platform's command line: its tables, its nodes, its migrations, its reference page.

use std::process::ExitCode;

fn main() -> ExitCode {
    ennead_cli::run(agent_factory::schema())
}
