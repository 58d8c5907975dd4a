//! Gateways, and the agents that they serve.

use chrono::{DateTime, Utc};
use ennead::Json;
use ennead::prelude::*;

use super::agents::Agent;
use super::audit::AuditLog;
use super::identity::User;
use super::organizations::Organization;
use super::workspaces::Workspace;
use crate::common::Times;

/// Nexus gateway instance.
#[model(audited(into = AuditLog), key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Gateway {
    #[key(prefix = "gw-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    /// Unique within its organization.
    #[unique]
    pub name: String,
    pub gateway_type: GatewayType,
    #[default(GatewayStatus::Provisioning)]
    pub status: GatewayStatus,

    pub api_url: String,
    #[check("api_port BETWEEN 1 AND 65535")]
    pub api_port: i32,
    pub mcp_url: Option<String>,
    #[check("mcp_port BETWEEN 1 AND 65535")]
    pub mcp_port: Option<i32>,

    #[default(true)]
    pub ssl_enabled: bool,
    /// The certificate's name where certificates are kept.
    pub ssl_cert_id: Option<String>,

    #[default(1)]
    pub min_instances: i32,
    #[default(1)]
    pub max_instances: i32,
    #[default(0)]
    pub current_instances: i32,

    /// Requests per minute, all together.
    pub global_rate_limit: i32,
    /// Requests per minute to one agent.
    pub per_agent_rate_limit: i32,
    /// Requests per minute of one user.
    pub per_user_rate_limit: i32,

    /// How callers may prove who they are: `api_key`, `jwt`.
    #[default(Json(Vec::new()))]
    pub auth_methods: Json<Vec<String>>,
    pub jwt_issuer: Option<String>,

    pub last_health_check: Option<DateTime<Utc>>,
    #[default(HealthStatus::Healthy)]
    pub health_status: HealthStatus,
    #[embed]
    pub times: Times,
}

/// Agent deployed to gateway.
#[model(audited(into = AuditLog), tenant(via = gateway_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayDeployment {
    #[key(prefix = "deploy-")]
    pub id: String,
    #[references(Gateway, inverse = deployments)]
    pub gateway_id: String,
    #[references(Agent, inverse = deployments)]
    pub agent_id: String,
    pub agent_version: String,
    #[references(Workspace, inverse = deployments)]
    pub workspace_id: String,
    /// Its share of the traffic, beside the other versions.
    #[default(100)]
    #[check("weight >= 0")]
    pub weight: i32,
    #[default(true)]
    pub is_active: bool,
    pub deployed_at: DateTime<Utc>,
    #[references(User, name = deployer, inverse = deployments)]
    pub deployed_by: String,
    #[default(DeploymentStatus::Active)]
    pub status: DeploymentStatus,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GatewayType {
    Shared,
    Dedicated,
    Private,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GatewayStatus {
    Running,
    Stopped,
    Provisioning,
    Error,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum HealthStatus {
    Healthy,
    Degraded,
    Unhealthy,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeploymentStatus {
    Active,
    Draining,
    Inactive,
}
