//! Error handling.

use ennead::prelude::*;
use serde_json::{Value, json};

use super::Studio;
use crate::failure::Failure;
use crate::print;

/// The page's `try` and `except`: its "not found" stands in the text, and need not be looked for there.
async fn read_user(studio: &Studio) -> Result<Value, Error> {
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "ReadUserNode",
        "read",
        json!({
            "id": "user-123"
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    Ok(results["read"].clone())
}

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Error Handling");
    let error = match read_user(studio).await {
        Ok(user) => {
            print::line("NOT DELETED", user);
            return Ok(());
        }
        Err(error) => error,
    };
    print::line("as the page asks", error.to_string().to_lowercase().contains("not found"));
    if error.is_not_found() {
        print::line("response", format!("{} User not found", error.http_status()));
    }
    print::line("the node", error.node().unwrap_or_default());
    print::line("run", error.run_id().unwrap_or_default());
    Ok(())
}
