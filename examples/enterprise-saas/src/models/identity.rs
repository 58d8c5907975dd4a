//! Who may come in: users, their teams, single sign-on, API keys.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead::{Encrypted, Json};
use serde_json::Value;

use super::audit::AuditLog;
use super::organizations::Organization;
use crate::common::{Secret, Times};

/// Platform user.
// Not `user`: that is a word of SQL, and `SELECT * FROM user` means something else in Postgres.
#[model(audited(into = AuditLog), table = "users", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    #[key(prefix = "user-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    /// Unique within its organization.
    #[unique]
    pub email: String,
    pub name: String,
    pub avatar_url: Option<String>,
    #[default(UserStatus::Invited)]
    pub status: UserStatus,
    pub role: UserRole,
    pub last_login_at: Option<DateTime<Utc>>,
    #[default(false)]
    pub mfa_enabled: bool,
    /// The provider that it signs in by, if it is an SSO user.
    #[references(SSOConfiguration, name = sso_provider, inverse = users)]
    pub sso_provider_id: Option<String>,
    #[embed]
    pub times: Times,
}

/// Team within organization.
#[model(key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    #[key(prefix = "team-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    /// Unique within its organization.
    #[unique]
    pub name: String,
    pub description: String,
    /// No limit when it is not set.
    pub budget_limit_usd: Option<f64>,
    #[default(0.0)]
    pub current_spend_usd: f64,
    #[embed]
    pub times: Times,
}

/// User-Team relationship.
#[model(tenant(via = team_id), unique(team_id, user_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct TeamMembership {
    #[key(prefix = "member-")]
    pub id: String,
    #[references(Team, on_delete = cascade, inverse = memberships)]
    pub team_id: String,
    #[references(User, on_delete = cascade, inverse = memberships)]
    pub user_id: String,
    #[default(TeamRole::Member)]
    pub role: TeamRole,
    #[embed]
    pub times: Times,
}

/// SSO provider configuration.
#[model(audited(into = AuditLog))]
#[derive(Debug, Clone, PartialEq)]
pub struct SSOConfiguration {
    #[key(prefix = "sso-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    pub provider_type: SSOProvider,
    pub name: String,
    #[default(true)]
    pub is_enabled: bool,
    /// The provider's own settings, encrypted.
    pub config_encrypted: Encrypted<Value>,
    /// Whether users are made when they first sign in.
    #[default(false)]
    pub jit_enabled: bool,
    /// The role of users who are made so.
    #[default(UserRole::Viewer)]
    pub default_role: UserRole,
    /// The provider's groups, and the role that each gives.
    #[default(Json(BTreeMap::new()))]
    pub role_mappings: Json<BTreeMap<String, String>>,
    /// The domains of e-mail addresses that may sign in.
    #[default(Json(Vec::new()))]
    pub allowed_domains: Json<Vec<String>>,
    #[embed]
    pub times: Times,
}

/// Organization or user API key.
#[model]
#[derive(Debug, Clone, PartialEq)]
pub struct APIKey {
    #[key(prefix = "key-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    /// Not set: the key is the organization's.
    #[references(User, on_delete = cascade, inverse = api_keys)]
    pub user_id: Option<String>,
    pub name: String,
    /// The key itself is kept nowhere.
    #[hidden]
    #[unique(global)]
    pub key_hash: Secret,
    /// The first 8 characters, for display.
    pub key_prefix: String,
    /// What it may do: `agent:read`, `agent:execute`.
    #[default(Json(Vec::new()))]
    pub scopes: Json<Vec<String>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    #[default(true)]
    pub is_active: bool,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserStatus {
    Active,
    Invited,
    Suspended,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserRole {
    OrgOwner,
    OrgAdmin,
    Developer,
    Operator,
    Viewer,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TeamRole {
    Lead,
    Member,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SSOProvider {
    AzureAd,
    Okta,
    Google,
    Saml,
    Oidc,
}
