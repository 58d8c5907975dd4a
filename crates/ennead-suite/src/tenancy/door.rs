//! The nodes of the matrix over HTTP, for whoever brings a key.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use ennead::prelude::*;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use super::by_name::told_rows;
use super::stage::{Stage, Tells, told};
use super::subject::Subject;

/// A request of somebody who comes with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knock {
    List,
    Count,
    Update,
    Delete,
    Create,
}

pub(super) const KNOCKS: &[Knock] = &[Knock::List, Knock::Count, Knock::Update, Knock::Delete, Knock::Create];

impl Knock {
    /// Those that write begin small.
    pub(super) fn name(self) -> String {
        match self {
            Self::List | Self::Count => format!("Bearer{self:?}"),
            Self::Update | Self::Delete | Self::Create => format!("bearer {self:?}"),
        }
    }
}

/// An error of a node, or the answer that says so.
#[derive(Debug)]
pub(super) enum Refused {
    Error(Error),
    Answer(StatusCode, Json),
}

impl Tells for Refused {
    fn tell(&self) -> String {
        match self {
            Refused::Error(error) => error.tell(),
            Refused::Answer(status, body) => {
                format!("Err {} | {status} {body}", body["detail"].as_str().unwrap_or_default())
            }
        }
    }
}

/// A node over HTTP, by whoever brings this key.
pub(super) async fn knock(
    door: &axum::Router,
    key: &str,
    operation: &str,
    model: &str,
    params: Json,
) -> Result<Json, Refused> {
    let request = Request::post(format!("/nodes/{operation}{model}Node"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {key}"));
    let request = request.body(Body::from(params.to_string())).unwrap();
    let response = door.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    let body: Json = serde_json::from_slice(&bytes).unwrap();
    if status.is_success() { Ok(body) } else { Err(Refused::Answer(status, body)) }
}

/// A request at the door, with whatever key.
pub(super) async fn knock_at<M: Subject>(op: Knock, stage: &Stage<M>, key: &str, row: &str) -> String {
    let Some(door) = &stage.door else { return String::new() };
    let (operation, params) = match op {
        Knock::List => ("List", json!({ "limit": 1000, "filter": { "id": { "$ne": row } } })),
        Knock::Count => ("Count", json!({ "filter": { "id": { "$ne": row } } })),
        Knock::Update => ("Update", json!({ "id": row, "data": { "name": "changed" } })),
        Knock::Delete => ("Delete", json!({ "id": row })),
        Knock::Create => {
            let data = json!({ "id": format!("{row}-new"), "name": "made", "code": M::code_of("new-code"), "data": {} });
            ("Create", json!({ "data": data }))
        }
    };
    match knock(door, key, operation, M::DEF.name, params).await {
        Ok(Json::Array(rows)) => told_rows(Ok(Json::Array(rows))),
        other => told(other),
    }
}
