//! The core models: organizations, their users, their workspaces, their agents.

use std::fmt;

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde::{Deserialize, Serialize};

/// Top-level tenant in the multi-tenancy hierarchy.
#[model(tenant_root, table = "organizations")]
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Organization {
    #[key(prefix = "org-")]
    pub(crate) id: String,
    pub(crate) name: String,
    /// URL-safe identifier.
    #[unique]
    pub(crate) slug: String,
    #[default(OrganizationStatus::Active)]
    pub(crate) status: OrganizationStatus,
    #[default(PlanTier::Free)]
    pub(crate) plan_tier: PlanTier,
    /// The user who signed the organization up. Each needs the other, so the database checks this one at COMMIT.
    #[references(User, deferrable)]
    pub(crate) created_by: String,
    #[created_at]
    pub(crate) created_at: DateTime<Utc>,
    #[updated_at]
    pub(crate) updated_at: DateTime<Utc>,
}

/// Platform user belonging to an organization.
#[model(table = "users", index(status, created_at desc))]
#[derive(Debug, Clone, Serialize)]
pub(crate) struct User {
    #[key(prefix = "user-")]
    pub(crate) id: String,
    #[tenant]
    #[references(Organization)]
    pub(crate) organization_id: String,
    /// Unique within its organization.
    #[unique]
    pub(crate) email: String,
    pub(crate) name: String,
    #[hidden]
    #[serde(skip)]
    pub(crate) password_hash: PasswordHash,
    #[default(UserStatus::Invited)]
    pub(crate) status: UserStatus,
    pub(crate) role: Role,
    pub(crate) last_login_at: Option<DateTime<Utc>>,
    #[default(false)]
    pub(crate) mfa_enabled: bool,
    #[created_at]
    pub(crate) created_at: DateTime<Utc>,
    #[updated_at]
    pub(crate) updated_at: DateTime<Utc>,
}

/// Environment within an organization (dev/staging/prod).
///
/// All of its required fields may come from a client, so `NewWorkspace` is read straight from a request.
#[model(table = "workspaces", new(derive(Debug, Deserialize)))]
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Workspace {
    #[key(prefix = "workspace-")]
    pub(crate) id: String,
    #[tenant]
    #[references(Organization)]
    pub(crate) organization_id: String,
    pub(crate) name: String,
    pub(crate) environment_type: EnvironmentType,
    pub(crate) description: String,
    #[created_at]
    pub(crate) created_at: DateTime<Utc>,
    #[updated_at]
    pub(crate) updated_at: DateTime<Utc>,
}

/// Agent definition: the page lists agents and leaves their model to the enterprise page, so its fields are from there.
#[model(table = "agents", index(workspace_id, status))]
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Agent {
    #[key(prefix = "agent-")]
    pub(crate) id: String,
    #[tenant]
    #[references(Organization)]
    pub(crate) organization_id: String,
    #[references(Workspace)]
    pub(crate) workspace_id: String,
    pub(crate) team_id: Option<String>,
    #[references(User)]
    pub(crate) created_by: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) agent_type: String,
    pub(crate) config_yaml: String,
    #[default("0.1.0")]
    pub(crate) current_version: String,
    #[default(RiskLevel::Low)]
    pub(crate) risk_level: RiskLevel,
    #[default(false)]
    pub(crate) is_public: bool,
    pub(crate) marketplace_listing_id: Option<String>,
    #[default(AgentStatus::Draft)]
    pub(crate) status: AgentStatus,
    #[created_at]
    pub(crate) created_at: DateTime<Utc>,
    #[updated_at]
    pub(crate) updated_at: DateTime<Utc>,
}

#[derive(DbEnum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrganizationStatus {
    Active,
    Suspended,
    Deleted,
}

#[derive(DbEnum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PlanTier {
    Free,
    Pro,
    Enterprise,
}

#[derive(DbEnum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserStatus {
    Active,
    Invited,
    Suspended,
}

#[derive(DbEnum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    OrgOwner,
    OrgAdmin,
    Developer,
    Viewer,
}

#[derive(DbEnum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnvironmentType {
    Development,
    Staging,
    Production,
}

#[derive(DbEnum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RiskLevel {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(DbEnum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AgentStatus {
    Draft,
    Active,
    Deprecated,
}

/// A password's Argon2 hash, stored as text. A type of its own, so that no `{:?}` of a user prints it.
#[derive(DbNewtype, Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash(pub(crate) String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// All of them together.
pub(crate) fn schema() -> Schema {
    ennead::schema![Organization, User, Workspace, Agent]
}
