//! Errors as problem details (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ennead_core::Error;
use serde_json::{Value, json};

/// An error as an HTTP response: its kind as `type`, its text as `detail`, and the model, constraint, fields,
/// violations, lost versions and workflow node where they are known. It holds no values of rows.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    body: Box<Value>,
}

impl Problem {
    /// A problem with a status and a text.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail.into() });
        Self { status, body: Box::new(body) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // What is not the caller's doing is for the log: the text may name the database's own affairs.
        let detail = if status.is_server_error() {
            tracing::error!(target: "ennead::http", %error, "a node failed");
            "the request could not be served".to_owned()
        } else {
            error.to_string()
        };
        let mut problem = Self::new(status, detail);
        let body = &mut problem.body;
        body["type"] = json!(format!("urn:ennead:{:?}", error.kind()));
        let known = [
            ("model", error.model()),
            ("constraint", error.constraint()),
            ("node", error.node()),
            ("run", error.run_id()),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                body[name] = json!(value);
            }
        }
        if !error.fields().is_empty() {
            body["fields"] = json!(error.fields());
        }
        if !error.violations().is_empty() {
            let told = error.violations().iter().map(|violation| {
                json!({ "path": violation.path(), "rule": violation.rule, "message": violation.message })
            });
            body["violations"] = told.collect();
        }
        if !error.version_conflicts().is_empty() {
            let told = error.version_conflicts().iter().map(|conflict| {
                let mut told = json!({ "expected": conflict.expected, "found": conflict.found });
                if let Some(row) = conflict.row {
                    told["row"] = json!(row);
                }
                told
            });
            body["version_conflicts"] = told.collect();
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body.to_string()).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
