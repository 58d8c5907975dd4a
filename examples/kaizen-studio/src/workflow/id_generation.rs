//! ID generation.

use ennead::prelude::*;
use serde_json::json;

use super::Studio;
use crate::failure::Failure;
use crate::print;

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("ID Generation");
    // The page's `generate_id(prefix)`; the time comes first in these, so that ids sort as they were made.
    let generated = ennead::generate_id("user-");
    print::line("length", generated.len());
    // Where `data` holds no `id`, the node makes one.
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "CreateWorkspaceNode",
        "create",
        json!({
            "data": { "name": "Staging", "environment_type": "staging", "description": "Before it goes live" }
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    let id = results["create"]["id"].as_str().unwrap_or_default();
    print::line("made by the node", format!("{}…, {} bytes", &id[..10.min(id.len())], id.len()));
    Ok(())
}
