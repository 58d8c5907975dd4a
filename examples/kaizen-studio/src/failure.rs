//! What can go wrong in this application, and the HTTP status of each.

use std::fmt;

use serde_json::{Value, json};

/// An error of the application.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The data layer refused, or the database failed.
    Data(ennead::Error),
    /// The body of a request is no JSON of the right form.
    Body(serde_json::Error),
    /// A field of a request breaks a rule.
    Invalid(garde::Report),
    /// A password could not be hashed.
    Password,
    /// The server could not listen, or stopped listening.
    Listen(std::io::Error),
}

impl Failure {
    /// The status of the response.
    pub(crate) fn http_status(&self) -> u16 {
        match self {
            Failure::Data(error) => error.http_status(),
            Failure::Body(_) => 400,
            Failure::Invalid(_) => 422,
            Failure::Password | Failure::Listen(_) => 500,
        }
    }

    /// The body of the response. What is the server's own trouble is for its log, not for the client.
    pub(crate) fn body(&self) -> Value {
        match self {
            Failure::Data(error) if error.http_status() < 500 => {
                json!({ "error": error.to_string(), "fields": error.fields() })
            }
            Failure::Invalid(report) => {
                let fields: Vec<String> = report.iter().map(|(path, _)| path.to_string()).collect();
                json!({ "error": self.to_string(), "fields": fields })
            }
            Failure::Body(_) => json!({ "error": self.to_string() }),
            Failure::Data(_) | Failure::Password | Failure::Listen(_) => json!({ "error": "internal error" }),
        }
    }
}

impl From<ennead::Error> for Failure {
    fn from(error: ennead::Error) -> Self {
        Failure::Data(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::Body(error)
    }
}

impl From<garde::Report> for Failure {
    fn from(report: garde::Report) -> Self {
        Failure::Invalid(report)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Data(error) => error.fmt(f),
            Failure::Body(error) => error.fmt(f),
            Failure::Invalid(report) => {
                let all: Vec<String> =
                    report.iter().map(|(path, error)| format!("{path}: {error}")).collect();
                f.write_str(&all.join("; "))
            }
            Failure::Password => f.write_str("the password could not be hashed"),
            Failure::Listen(error) => write!(f, "the server cannot listen: {error}"),
        }
    }
}

impl std::error::Error for Failure {}
