//! The commands that need no models, as a program of its own.
#![allow(missing_docs, reason = "a program has no callers")]

use std::process::ExitCode;

fn main() -> ExitCode {
    ennead_cli::run_without_models()
}
