//! Read.

use ennead::prelude::*;
use serde_json::json;

use super::Studio;
use crate::failure::Failure;
use crate::print;

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Read");
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "ReadUserNode",
        "read",
        json!({
            "id": "user-123"
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    let user = &results["read"];
    print::line("run", results.run_id());
    print::line("user", user);
    Ok(())
}
