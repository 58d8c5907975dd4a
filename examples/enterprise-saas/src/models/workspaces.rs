//! The environments of an organization.

use ennead::Json;
use ennead::prelude::*;

use super::audit::AuditLog;
use super::gateways::Gateway;
use super::organizations::Organization;
use crate::common::Times;

/// Environment (dev/staging/prod).
#[model(audited(into = AuditLog), key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    #[key(prefix = "ws-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    /// Unique within its organization.
    #[unique]
    pub name: String,
    pub environment_type: EnvironmentType,
    pub description: String,
    /// Assigned gateway.
    #[references(Gateway, inverse = workspaces)]
    pub gateway_id: Option<String>,
    pub max_agents: i32,
    pub max_concurrent_executions: i32,
    /// The workspace that agents are promoted from.
    #[references(Workspace, name = source, inverse = targets)]
    pub promotion_from: Option<String>,
    /// Whether a promotion waits for approval.
    #[default(false)]
    pub requires_approval: bool,
    /// Who approves promotions, by role: `tech_lead`.
    #[default(Json(Vec::new()))]
    pub required_approvers: Json<Vec<String>>,
    #[default(false)]
    pub pii_allowed: bool,
    #[default(true)]
    pub encryption_required: bool,
    #[default(90)]
    pub retention_days: i32,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum EnvironmentType {
    Development,
    Staging,
    Production,
    Sandbox,
}
