//! Timestamps.

use ennead::prelude::*;
use serde_json::json;

use super::{Studio, utcnow_isoformat};
use crate::failure::Failure;
use crate::print;

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Timestamps");
    let created_at = utcnow_isoformat();
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "CreateWorkspaceNode",
        "create",
        json!({
            "data": {
                "id": "workspace-2",
                "name": "Live",
                "environment_type": "production",
                "description": "Where it runs",
                "created_at": created_at,
            }
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    print::line("created_at", &results["create"]["created_at"]);
    print::line("as it was given", results["create"]["created_at"] == format!("{created_at}Z"));
    Ok(())
}
