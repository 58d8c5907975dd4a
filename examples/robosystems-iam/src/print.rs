//! What the program prints. A reader who closes the pipe early (`| head`) is no error, so write errors are let go.

use std::fmt::Display;
use std::io::{self, Write};

/// Begins a section.
pub(crate) fn section(title: &str) {
    let _ = writeln!(io::stdout(), "\n{title}");
}

/// One line of a section: what it is, and what came out.
pub(crate) fn line(name: &str, value: impl Display) {
    let _ = writeln!(io::stdout(), "  {name:<22} {value}");
}

/// What should have been refused, and how it was.
pub(crate) fn refused<T, E: Display>(name: &str, result: Result<T, E>) {
    line(name, result.map_or_else(|error| format!("refused: {error}"), |_| "NOT REFUSED".to_owned()));
}
