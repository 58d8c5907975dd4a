//! Delete.

use ennead::prelude::*;
use serde_json::json;

use super::Studio;
use crate::failure::Failure;
use crate::print;

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Delete");
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "DeleteUserNode",
        "delete",
        json!({
            "id": "user-123"
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    print::line("run", results.run_id());
    print::line("deleted", &results["delete"]);
    Ok(())
}
