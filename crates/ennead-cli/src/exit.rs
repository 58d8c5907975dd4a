//! The exit codes of the contract. 1 is an error, and a [`Failure`](crate::failure::Failure).

use std::process::ExitCode;

/// How a command ended that could be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Same, or done.
    Same = 0,
    /// A difference was found, or the lint found something.
    Different = 2,
    /// It is destructive or not described, and nobody allowed it.
    Refused = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
