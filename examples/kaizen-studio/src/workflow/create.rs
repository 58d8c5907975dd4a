//! Create.

use ennead::prelude::*;
use serde_json::json;

use super::{Studio, utcnow_isoformat};
use crate::failure::Failure;
use crate::{passwords, print};

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Create");
    // The page uses `hashed_password` without saying where it comes from.
    let hashed_password = passwords::hash("correct horse battery staple".into()).await?.0;
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "CreateUserNode",
        "create",
        json!({
            "data": {
                "id": "user-123",
                "organization_id": "org-456",
                "email": "user@example.com",
                "name": "John Doe",
                "password_hash": hashed_password,
                "status": "active",
                "role": "developer",
                "mfa_enabled": false,
                "created_at": utcnow_isoformat(),
                "updated_at": utcnow_isoformat(),
            }
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    let user = &results["create"];
    print::line("run", results.run_id());
    print::line("user", user);
    Ok(())
}
