//! Before the page begins: the organizations that its snippets speak of.

use serde_json::json;

use ennead::prelude::*;

use super::{Studio, utcnow_isoformat};
use crate::failure::Failure;
use crate::{passwords, print};

pub(super) async fn run(studio: &Studio) -> Result<(), Failure> {
    print::section("Setting");
    forget(studio, "org-456").await?;
    forget(studio, "org-789").await?;
    let acme = sign_up(studio, "org-456", "Acme", "user-1").await?;
    let globex = sign_up(studio, "org-789", "Globex", "user-2").await?;
    print::line("org-456", acme);
    print::line("org-789", globex);
    Ok(())
}

/// Signs an organization up, unless it is there.
pub(super) async fn unless_there(studio: &Studio, id: &str, name: &str, owner: &str) -> Result<(), Failure> {
    let across = studio.db.across_tenants("is the organization there already?");
    match studio.schema.node("ReadOrganizationNode")?.run(&across, json!({ "id": id })).await {
        Err(error) if error.is_not_found() => sign_up(studio, id, name, owner).await.map(|_| ()),
        read => Ok(read.map(|_| ())?),
    }
}

/// Deletes what an earlier run left of an organization.
///
/// The organization and its creator refer to each other, so it is one transaction: the deferrable reference is checked
/// at its COMMIT. Nodes of a transaction run in the order in which they were added.
async fn forget(studio: &Studio, organization_id: &str) -> Result<(), Failure> {
    let own = json!({ "filter": { "organization_id": organization_id } });
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("BulkDeleteAgentNode", "agents", own.clone());
    workflow.add_node("BulkDeleteWorkspaceNode", "workspaces", own.clone());
    workflow.add_node("BulkDeleteUserNode", "users", own);
    workflow.add_node(
        "BulkDeleteOrganizationNode",
        "organization",
        json!({ "filter": { "id": organization_id } }),
    );
    workflow.transactional();
    studio.execute(&workflow, &studio.db.across_tenants("the last run's organization is removed")).await?;
    Ok(())
}

/// An organization with its first user and a workspace. Before it there is no tenant, so this is the one place that works
/// across tenants, and says why.
async fn sign_up(studio: &Studio, id: &str, name: &str, owner: &str) -> Result<serde_json::Value, Failure> {
    let slug = format!("{}-workflow", name.to_lowercase());
    let hashed_password = passwords::hash(format!("the first password of {name}")).await?.0;
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node(
        "CreateOrganizationNode",
        "organization",
        json!({
            "data": {
                "id": id,
                "name": name,
                "slug": slug,
                "status": "active",
                "plan_tier": "free",
                "created_by": owner,
                "created_at": utcnow_isoformat(),
                "updated_at": utcnow_isoformat(),
            }
        }),
    );
    workflow.add_node(
        "CreateUserNode",
        "owner",
        json!({
            "data": {
                "id": owner,
                "email": format!("owner@{}.example", name.to_lowercase()),
                "name": format!("Owner of {name}"),
                "password_hash": hashed_password,
                "status": "active",
                "role": "org_owner",
            }
        }),
    );
    workflow.add_connection("organization", "id", "owner", "data.organization_id");
    workflow.add_node(
        "CreateWorkspaceNode",
        "workspace",
        json!({
            "data": {
                "id": "workspace-1",
                "name": "Dev",
                "environment_type": "development",
                "description": "Where it begins",
            }
        }),
    );
    workflow.add_connection("organization", "id", "workspace", "data.organization_id");
    workflow.transactional();
    let scope = studio.db.across_tenants("sign-up of a new organization");
    let mut results = studio.execute(&workflow, &scope).await?.into_json();
    Ok(results["organization"].take())
}
