//! What the program prints. A reader who closes the pipe early (`| head`) is no error, so write errors are let go.

use std::fmt::Display;
use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::models::User;

/// Begins a section.
pub(crate) fn section(title: &str) {
    let _ = writeln!(io::stdout(), "\n{title}");
}

/// One line of a section: what it is, and what came out.
pub(crate) fn line(name: &str, value: impl Display) {
    let _ = writeln!(io::stdout(), "  {name:<18} {value}");
}

/// A user on one line.
pub(crate) fn user(user: &User) -> String {
    let User { id, name, email, role, status, .. } = user;
    format!("{id}  {name} <{email}>, {}, {}", role.db_name(), status.db_name())
}

/// A time as ISO 8601, UTC.
pub(crate) fn iso(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
