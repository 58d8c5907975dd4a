//! Validation: a request is checked before it becomes parameters of a node.

use ennead::prelude::*;
use garde::Validate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Studio;
use crate::failure::Failure;
use crate::{passwords, print};

/// The page's `UserCreate`. It names the organization; whose it is decides the scope, which takes no other.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct UserCreate {
    #[garde(email)]
    email: String,
    #[garde(length(chars, min = 1, max = 100))]
    name: String,
    #[garde(skip)]
    organization_id: String,
}

async fn create_user(studio: &Studio, body: Value) -> Result<Value, Failure> {
    let request: UserCreate = serde_json::from_value(body)?;
    request.validate()?;
    // The page's request has no password and no role: an invited user gets them when they accept.
    let hashed_password = passwords::hash(ennead::generate_ulid("")).await?.0;
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "CreateUserNode",
        "create",
        json!({
            "data": {
                "id": "user-124",
                "email": request.email,
                "name": request.name,
                "organization_id": request.organization_id,
                "password_hash": hashed_password,
                "status": "invited",
                "role": "viewer",
            }
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    Ok(results["create"].clone())
}

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Validation");
    for (what, body) in [
        ("a good one", json!({ "email": "dora@example.com", "name": "Dora", "organization_id": "org-456" })),
        ("no e-mail", json!({ "email": "dora at home", "name": "Dora", "organization_id": "org-456" })),
        (
            "another tenant",
            json!({ "email": "eli@example.com", "name": "Eli", "organization_id": "org-789" }),
        ),
    ] {
        match create_user(studio, body).await {
            Ok(user) => print::line(what, format!("201 {}", user["id"])),
            Err(failure) => print::line(what, format!("{} {failure}", failure.http_status())),
        }
    }
    Ok(())
}
