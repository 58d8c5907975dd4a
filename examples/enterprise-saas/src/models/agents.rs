//! Agents, their versions, and orchestrations of several.

use ennead::Json;
use ennead::prelude::*;
use serde_json::Value;

use super::audit::AuditLog;
use super::identity::{Team, User};
use super::organizations::Organization;
use super::workspaces::Workspace;
use crate::common::Times;

/// Agent definition.
#[model(audited(into = AuditLog), key = "global", index(workspace_id, status, name = "idx_agent_workspace"))]
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    #[key(prefix = "agent-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[references(Workspace, inverse = agents)]
    pub workspace_id: String,
    #[references(Team, inverse = agents)]
    pub team_id: Option<String>,
    #[references(User, name = creator, inverse = agents)]
    pub created_by: String,
    pub name: String,
    pub description: String,
    pub agent_type: String,
    pub config_yaml: String,
    #[default("0.1.0")]
    pub current_version: String,
    #[default(RiskLevel::Low)]
    pub risk_level: RiskLevel,
    /// Whether it is offered in the marketplace.
    #[default(false)]
    pub is_public: bool,
    pub marketplace_listing_id: Option<String>,
    #[default(AgentStatus::Draft)]
    pub status: AgentStatus,
    #[embed]
    pub times: Times,
}

/// Agent version history.
#[model(tenant(via = agent_id), unique(agent_id, version))]
#[derive(Debug, Clone, PartialEq)]
pub struct AgentVersion {
    #[key(prefix = "ver-")]
    pub id: String,
    #[references(Agent, on_delete = cascade, inverse = versions)]
    pub agent_id: String,
    pub version: String,
    pub config_yaml: String,
    pub change_summary: String,
    #[references(User, name = creator, inverse = agent_versions)]
    pub created_by: String,
    #[default(false)]
    pub is_current: bool,
    #[default(ScanStatus::Pending)]
    pub security_scan_status: ScanStatus,
    #[default(Value::Object(serde_json::Map::new()))]
    pub security_scan_results: Value,
    #[embed]
    pub times: Times,
}

/// Multi-agent orchestration.
#[model]
#[derive(Debug, Clone, PartialEq)]
pub struct Orchestration {
    #[key(prefix = "orch-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[references(Workspace, inverse = orchestrations)]
    pub workspace_id: String,
    #[references(Team, inverse = orchestrations)]
    pub team_id: Option<String>,
    #[references(User, name = creator, inverse = orchestrations)]
    pub created_by: String,
    pub name: String,
    pub description: String,
    /// How its agents work together.
    pub pattern: String,
    pub config_yaml: String,
    /// Its agents, in no order that matters.
    #[references_each(Agent)]
    #[default(Json(Vec::new()))]
    pub agent_ids: Json<Vec<String>>,
    #[default("0.1.0")]
    pub current_version: String,
    #[default(AgentStatus::Draft)]
    pub status: AgentStatus,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum RiskLevel {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AgentStatus {
    Draft,
    Active,
    Deprecated,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScanStatus {
    Pending,
    Passed,
    Failed,
}
