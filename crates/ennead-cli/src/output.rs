//! Data to standard output, talk to standard error. A reader who closes the pipe early (`| head`) is no failure, so write
//! errors are let go.

use std::env;
use std::io::{self, IsTerminal, Write};

use ennead::migrate::{Candidate, ColumnHint};
use serde_json::Value;

/// Writes a line of data, or a text that ends in one.
pub(crate) fn data(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = out.write_all(b"\n");
    }
    let _ = out.flush();
}

/// Writes JSON, indented.
pub(crate) fn json(value: &Value) {
    data(&format!("{value:#}"));
}

/// Says something that is neither data nor an error.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Tells an error, and what to do about it. In colour on a terminal, unless `NO_COLOR` is set.
pub(crate) fn error(text: &str, hint: Option<&str>) {
    tell("error", "\x1b[1;31m", text, hint);
}

/// Tells what may be wrong, and what to do about it.
pub(crate) fn warning(text: &str, hint: Option<&str>) {
    tell("warning", "\x1b[1;33m", text, hint);
}

/// Tells what may have been renamed, and how to say so.
pub(crate) fn candidate(candidate: &Candidate, what: &str) {
    let (text, hint) = match candidate {
        Candidate::Table { from, to } => (
            format!(
                "table {from} goes and {to} comes with the same columns: if it is the same, its rows would be lost"
            ),
            format!("`--rename {from}={to}`, or #[model(renamed_from = \"{from}\")]"),
        ),
        Candidate::Column(ColumnHint { table, from, to }) => (
            format!(
                "{table}.{from} goes and {table}.{to} comes with the same type: if it is the same, its values would be lost"
            ),
            format!("`--rename {table}.{from}={to}`, or #[column(renamed_from = \"{from}\")]"),
        ),
    };
    warning(&text, Some(&format!("{what} {hint}")));
}

fn tell(what: &str, colour: &str, text: &str, hint: Option<&str>) {
    let mut out = io::stderr().lock();
    let coloured = out.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (colour, cyan, plain) = if coloured { (colour, "\x1b[36m", "\x1b[0m") } else { ("", "", "") };
    let _ = writeln!(out, "{colour}{what}:{plain} {text}");
    if let Some(hint) = hint {
        let _ = writeln!(out, "{cyan}hint:{plain} {hint}");
    }
}
