//! What went wrong, and what to do next.

use std::fmt;
use std::process::ExitCode;

use ennead::Error;

use crate::output;

/// A command that could not be done.
#[derive(Debug)]
pub(crate) struct Failure {
    text: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), hint: None }
    }

    /// Says what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Tells it on standard error, and gives the exit code.
    pub(crate) fn told(&self) -> ExitCode {
        output::error(&self.text, self.hint.as_deref());
        ExitCode::FAILURE
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Failure::new(error.to_string());
        if error.is_schema_mismatch() {
            return failure.hint("`ddl` prints the tables as the models want them");
        }
        failure
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
