//! The platform's command line: its tables, its nodes, its migrations.

use std::io::{self, Write};
use std::process::ExitCode;

use ennead_cli::Application;
use enterprise_saas::{KEYS, keys, schema};

fn main() -> ExitCode {
    let application = Application::new(schema());
    // Without keys all is there but the writing of encrypted configurations.
    let application = match std::env::var(KEYS).ok().map(|text| keys(&text)) {
        None => application,
        Some(Ok(keys)) => application.keys(keys),
        Some(Err(error)) => {
            let _ = writeln!(io::stderr(), "error: {KEYS}: {error}");
            return ExitCode::FAILURE;
        }
    };
    application.run()
}
