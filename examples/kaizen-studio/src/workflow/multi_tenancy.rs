//! Multi-tenancy.

use ennead::prelude::*;
use serde_json::{Value, json};

use super::Studio;
use crate::failure::Failure;
use crate::print;

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Multi-Tenancy");
    agents(studio).await?;
    let current_user =
        studio.schema.node("ReadUserNode")?.run(&studio.acme, json!({ "id": "user-1" })).await?;
    // The page goes on with the workflow of the section before, which has a node "delete" that would run again; and it
    // has no model `Agent`, which is on the enterprise page.
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "ListAgentNode",
        "list",
        json!({
            "filter": {
                "organization_id": current_user["organization_id"],  // Always include
                "status": "active"
            }
        }),
    );
    let results = studio.execute(&workflow, &studio.acme).await?;
    print::line("run", results.run_id());
    print::line("with the filter", names(&results["list"]));
    // "Always include" is what nobody has to remember here: the scope adds it, and a filter can only agree.
    print::line("without it", names(&list(studio, json!({ "status": "active" })).await?));
    let theirs = list(studio, json!({ "organization_id": "org-789" })).await;
    print::line("with another's", theirs.map_or_else(|error| error.to_string(), |_| "NOT REFUSED".into()));
    Ok(())
}

/// Two agents of Acme, one of them a draft, and one of Globex.
async fn agents(studio: &Studio) -> Result<(), Failure> {
    let globex = studio.db.tenant("org-789")?;
    for (scope, names, creator) in
        [(&studio.acme, &["Scout", "Draftsman"][..], "user-1"), (&globex, &["Spy"][..], "user-2")]
    {
        let agent = |name: &&str| {
            json!({
                "id": format!("agent-{}", name.to_lowercase()),
                "workspace_id": "workspace-1",
                "created_by": creator,
                "name": name,
                "description": format!("The agent {name}"),
                "agent_type": "react",
                "config_yaml": "model: small",
                "status": if *name == "Draftsman" { "draft" } else { "active" },
            })
        };
        let rows: Vec<Value> = names.iter().map(agent).collect();
        let mut workflow = WorkflowBuilder::new();
        workflow.add_node("BulkCreateAgentNode", "create", json!({ "data": rows }));
        let results = studio.execute(&workflow, scope).await?;
        print::line("agents", format!("{} of {}", results["create"], scope.id()));
    }
    Ok(())
}

async fn list(studio: &Studio, filter: Value) -> Result<Value, Error> {
    studio.schema.node("ListAgentNode")?.run(&studio.acme, json!({ "filter": filter })).await
}

fn names(agents: &Value) -> Value {
    agents.as_array().into_iter().flatten().map(|agent| agent["name"].clone()).collect()
}
