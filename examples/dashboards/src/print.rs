//! What the program prints. A reader who closes the pipe early (`| head`) is no error, so write errors are let go.

use std::fmt::Display;
use std::io::{self, Write};

use ennead::prelude::*;

/// Begins a section.
pub(crate) fn section(title: &str) {
    let _ = writeln!(io::stdout(), "\n{title}");
}

/// One line of a section: what it is, and what came out.
pub(crate) fn line(name: &str, value: impl Display) {
    let _ = writeln!(io::stdout(), "  {name:<26} {value}");
}

/// How an operation was refused, which it should be.
pub(crate) fn refused<T>(result: &Result<T, Error>) -> String {
    match result {
        Ok(_) => "NOT REFUSED".into(),
        Err(error) => error.to_string(),
    }
}
