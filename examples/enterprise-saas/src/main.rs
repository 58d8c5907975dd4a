//! The platform's command line: its tables, its nodes, its migrations.

use std::process::ExitCode;

fn main() -> ExitCode {
    ennead_cli::run(enterprise_saas::schema())
}
