//! Multi-tenancy enforcement, of the enterprise page: the tenant is ambient, and no filter names it.

use ennead::prelude::*;
use serde_json::{Value, json};

use super::Studio;
use crate::failure::Failure;
use crate::print;

async fn list_agents(studio: &Studio, org_id: &str, workspace_id: &str) -> Result<Value, Error> {
    // The page's `with TenantContext.set_current(org_id)`, around a future instead of a block.
    TenantContext::scope(studio.db.tenant(org_id)?, async {
        let mut workflow = WorkflowBuilder::new();
        workflow.add_node(
            "AgentListNode",
            "list",
            json!({
                "filter": { "workspace_id": workspace_id }
                // organization_id automatically added by TenantContext
            }),
        );
        let results = studio.execute(&workflow, &TenantContext::current()?).await?;
        Ok(results["list"].clone())
    })
    .await
}

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Multi-Tenancy Enforcement");
    for org_id in ["org-456", "org-789"] {
        // Both organizations have a workspace of this id: keys are unique within a tenant.
        let agents = list_agents(studio, org_id, "workspace-1").await?;
        let mut names: Vec<&str> =
            agents.as_array().into_iter().flatten().filter_map(|agent| agent["name"].as_str()).collect();
        // The page asks for no order.
        names.sort_unstable();
        print::line(org_id, names.join(", "));
    }
    let outside = TenantContext::current().map_or_else(|error| error.to_string(), |_| "NOT REFUSED".into());
    print::line("outside of it", outside);
    Ok(())
}
