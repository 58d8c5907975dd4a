//! Why the story ends early.

use std::fmt;

use crate::Refused;

/// What can go wrong while the life runs.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The data layer refused what should have gone through, or the database failed.
    Data(ennead::Error),
    /// An agent was not promoted that should have been.
    Promotion(Refused),
    /// The receivers of webhooks could not listen.
    Listen(std::io::Error),
    /// Somebody lives in this database already.
    Inhabited(String),
    /// Something came out otherwise than the platform promises. This is what the life is run for.
    Broken(String),
}

impl From<ennead::Error> for Failure {
    fn from(error: ennead::Error) -> Self {
        Self::Data(error)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Promotion(refused)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Listen(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(error) => error.fmt(f),
            Self::Promotion(refused) => refused.fmt(f),
            Self::Listen(error) => write!(f, "the receiver of webhooks cannot listen: {error}"),
            Self::Inhabited(slug) => write!(
                f,
                "the organization {slug} is in this database already, and the life begins with its sign-up: name a new database"
            ),
            Self::Broken(what) => write!(f, "not as promised: {what}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Fails the story unless something is so.
pub(super) fn must(so: bool, what: impl Into<String>) -> Result<(), Failure> {
    if so { Ok(()) } else { Err(Failure::Broken(what.into())) }
}

/// What was refused, in the words of the refusal. What was not refused fails the story.
pub(super) fn refusal<T, E: fmt::Display>(what: &str, result: Result<T, E>) -> Result<String, Failure> {
    match result {
        Err(error) => Ok(error.to_string()),
        Ok(_) => Err(Failure::Broken(format!("{what} was not refused"))),
    }
}
