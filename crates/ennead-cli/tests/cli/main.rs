//! The command line as its user sees it: output, exit codes, and each kind of bad input, as transcripts.
//!
//! This test is its own application: with `NOTES` in its environment it is the program `notes`, a command line of three
//! models, else it runs the cases, which run that program.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are tests: a case fails by panicking"
)]

mod cases;
mod committed;
mod migrations;
mod notes;
mod transcript;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if std::env::var_os(transcript::IS_PROGRAM).is_some() {
        let models = std::env::var(transcript::MODELS).unwrap_or_default();
        return ennead_cli::run(match models.as_str() {
            "boards" => notes::with_boards(),
            "later" => notes::changed(),
            "broken" => notes::broken(),
            _ => notes::schema(),
        });
    }
    let trials = cases::CASES.iter().chain(committed::CASES).chain(migrations::CASES).map(|(name, case)| {
        Trial::test(*name, || {
            case();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
