//! List with filters.

use ennead::prelude::*;
use serde_json::json;

use super::Studio;
use crate::failure::Failure;
use crate::print;

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("List with Filters");
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "ListUserNode",
        "list",
        json!({
            "filter": {
                "organization_id": "org-456",
                "status": "active"
            },
            "order_by": ["-created_at"],
            "limit": 10
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    let users = &results["list"];
    print::line("run", results.run_id());
    for user in users.as_array().into_iter().flatten() {
        print::line("user", user);
    }
    Ok(())
}
