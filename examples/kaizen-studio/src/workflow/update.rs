//! Update.

use ennead::prelude::*;
use serde_json::json;

use super::{Studio, utcnow_isoformat};
use crate::failure::Failure;
use crate::print;

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Update");
    let now = utcnow_isoformat();
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "UpdateUserNode",
        "update",
        json!({
            "id": "user-123",
            "data": {
                "last_login_at": now,
                "updated_at": now,
            }
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    let user = &results["update"];
    print::line("run", results.run_id());
    print::line("user", user);
    // A time that is given is kept; one without an offset is UTC.
    print::line("as it was given", user["updated_at"] == format!("{now}Z"));
    Ok(())
}
