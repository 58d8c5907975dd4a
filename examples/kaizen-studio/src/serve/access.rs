//! What is served, and to whom.

use ennead::http::Caller;
use serde_json::Value;

/// The nodes that are served. Organizations are signed up and deleted elsewhere, and nobody deletes users in bulk.
pub(super) const SERVED: [&str; 27] = [
    "ReadOrganizationNode",
    "UpdateOrganizationNode",
    "CreateUserNode",
    "ReadUserNode",
    "UpdateUserNode",
    "DeleteUserNode",
    "ListUserNode",
    "CountUserNode",
    "UpsertUserNode",
    "CreateWorkspaceNode",
    "ReadWorkspaceNode",
    "UpdateWorkspaceNode",
    "DeleteWorkspaceNode",
    "ListWorkspaceNode",
    "CountWorkspaceNode",
    "BulkCreateWorkspaceNode",
    "BulkUpdateWorkspaceNode",
    "BulkDeleteWorkspaceNode",
    "CreateAgentNode",
    "ReadAgentNode",
    "UpdateAgentNode",
    "DeleteAgentNode",
    "ListAgentNode",
    "CountAgentNode",
    "BulkCreateAgentNode",
    "BulkUpdateAgentNode",
    "BulkDeleteAgentNode",
];

/// Whether a caller may run a node: an admin all of them (whether the organization is suspended is the platform's to say), a developer all but those that change users and the organization,
/// a viewer those that read.
pub(super) fn may(caller: &Caller, node: &str, params: &Value) -> bool {
    if node == "UpdateOrganizationNode" && params["data"].get("status").is_some() {
        return false;
    }
    let reads = ["Read", "List", "Count"].iter().any(|operation| node.starts_with(operation));
    match caller.actor.as_deref() {
        Some("org_admin") => true,
        Some("developer") => reads || !(node.ends_with("UserNode") || node.ends_with("OrganizationNode")),
        Some("viewer") => reads,
        _ => false,
    }
}
