//! Who may do what: policies, to whom they apply, and approvals that they ask for.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::Value;

use super::agents::{Agent, Orchestration};
use super::audit::AuditLog;
use super::connectors::Connector;
use super::identity::{Team, User};
use super::organizations::Organization;
use crate::common::Times;

/// Access control policy.
#[model(audited(into = AuditLog), key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    #[key(prefix = "policy-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    pub name: String,
    pub description: String,
    pub policy_type: PolicyType,
    /// The policy itself, in YAML.
    pub rules_yaml: String,
    /// Built-in rather than custom.
    #[default(false)]
    pub is_system: bool,
    #[default(true)]
    pub is_enabled: bool,
    /// Higher is evaluated first.
    #[default(0)]
    pub priority: i32,
    #[embed]
    pub times: Times,
}

/// Policy assigned to team/user.
#[model(tenant(via = policy_id), unique(policy_id, assignee_type, assignee_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyAssignment {
    #[key(prefix = "assign-")]
    pub id: String,
    #[references(Policy, on_delete = cascade, inverse = assignments)]
    pub policy_id: String,
    pub assignee_type: AssigneeType,
    /// A team or a user, as the type says.
    #[references_any(kind = assignee_type, "team" => Team, "user" => User)]
    pub assignee_id: String,
    #[embed]
    pub times: Times,
}

/// Pending approval for action.
#[model(audited(into = AuditLog), index(status, expires_at))]
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalRequest {
    #[key(prefix = "approval-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[references(Policy, inverse = approval_requests)]
    pub policy_id: String,
    /// The rule of the policy that asks for it.
    pub rule_name: String,
    #[references(User, inverse = approval_requests)]
    pub requester_id: String,
    pub resource_type: ApprovalResource,
    /// What is asked for, as the type says.
    #[references_any(kind = resource_type, "agent" => Agent, "orchestration" => Orchestration, "connector" => Connector)]
    pub resource_id: String,
    pub action: String,
    /// Additional context.
    #[default(Value::Object(serde_json::Map::new()))]
    pub context: Value,
    #[default(ApprovalStatus::Pending)]
    pub status: ApprovalStatus,
    #[references(User, inverse = approvals)]
    pub approver_id: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub reason: Option<String>,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum PolicyType {
    Rbac,
    Abac,
    Budget,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssigneeType {
    Team,
    User,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApprovalResource {
    Agent,
    Orchestration,
    Connector,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApprovalStatus {
    Pending,
    Approved,
    Rejected,
    Expired,
}
