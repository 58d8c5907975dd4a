//! The same for the older tables: it wrote migration 0001, and nothing else needs it.

use std::process::ExitCode;

fn main() -> ExitCode {
    ennead_cli::run(agent_factory::older::schema())
}
