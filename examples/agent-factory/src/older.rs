//! The tables that the platform had before: what migration 0001 makes, and where 0002 starts from.
//!
//! `plans`, `subscriptions`, `usage_records` and `projects` are missing. Agents name their creator `user_id`, executions say
//! `type`, `entity_id` and `result`, workflows have a `description`, blueprints have nothing of the marketplace, and audit
//! logs have text ids, `metadata` and no address. No code uses these models but the program that wrote 0001.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::Value;

use crate::common::Times;
use crate::models::executions::{ExecutionStatus, ExecutionType};
use crate::models::identity::{APIKey, Tenant, User};

/// AI agent definitions.
#[model(table = "agents", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Unique agent identifier
    #[key(prefix = "agent-")]
    pub id: String,
    /// Agent display name
    pub name: String,
    /// Agent system instructions
    pub instructions: String,
    /// LLM model (e.g., "gpt-4o")
    pub model: String,
    /// Owner tenant
    #[tenant]
    #[references(Tenant)]
    pub tenant_id: String,
    /// Creator user
    #[references(User)]
    pub user_id: String,
    #[embed]
    pub times: Times,
}

/// Workflow/orchestration definitions.
#[model(table = "workflows", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// Unique workflow identifier
    #[key(prefix = "workflow-")]
    pub id: String,
    /// Workflow display name
    pub name: String,
    /// What it is for
    pub description: Option<String>,
    /// Workflow structure (nodes, edges, etc.)
    pub definition: Value,
    /// Owner tenant
    #[tenant]
    #[references(Tenant)]
    pub tenant_id: String,
    /// Creator user
    #[references(User)]
    pub created_by: String,
    #[embed]
    pub times: Times,
}

/// Reusable agent/workflow templates (marketplace items).
#[model(table = "blueprints", global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    /// Unique blueprint identifier
    #[key(prefix = "blueprint-")]
    pub id: String,
    /// Blueprint display name
    pub name: String,
    /// Blueprint description
    pub description: String,
    /// Version string
    pub version: String,
    /// Blueprint configuration
    pub definition: Value,
    #[embed]
    pub times: Times,
}

/// Execution records for agents and workflows.
#[model(table = "executions", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// Unique execution identifier
    #[key(prefix = "execution-")]
    pub id: String,
    /// What was executed
    #[column(name = "type")]
    pub execution_type: ExecutionType,
    /// ID of agent or workflow
    pub entity_id: String,
    /// How far it came
    #[default(ExecutionStatus::Pending)]
    pub status: ExecutionStatus,
    /// Input parameters
    #[default(Value::Object(serde_json::Map::new()))]
    pub input_data: Value,
    /// Output/result data
    pub result: Option<Value>,
    /// Error message (if failed)
    pub error: Option<String>,
    /// Duration in seconds
    pub execution_time: Option<f64>,
    /// Owner tenant
    #[tenant]
    #[references(Tenant)]
    pub tenant_id: String,
    /// Creator user
    #[references(User)]
    pub created_by: String,
    /// Creation timestamp
    #[created_at]
    pub created_at: DateTime<Utc>,
    /// Completion timestamp
    pub completed_at: Option<DateTime<Utc>>,
}

/// Security and compliance audit trail.
#[model(table = "audit_logs", tenant(via = user_id), index(created_at, name = "ix_audit_logs_created_at"))]
#[derive(Debug, Clone, PartialEq)]
pub struct AuditLog {
    /// Unique log identifier
    #[key]
    pub id: String,
    /// Event type
    pub event_type: String,
    /// User who triggered event
    #[references(User)]
    pub user_id: String,
    /// Resource type (e.g., "agent")
    pub resource_type: String,
    /// Resource identifier
    pub resource_id: String,
    /// Action performed
    pub action: String,
    /// Success status
    pub success: bool,
    /// Additional event data
    #[default(Value::Object(serde_json::Map::new()))]
    pub metadata: Value,
    /// Event timestamp
    #[created_at]
    pub created_at: DateTime<Utc>,
}

/// The older tables.
#[must_use]
pub fn schema() -> Schema {
    ennead::schema![Tenant, User, Agent, Workflow, Blueprint, Execution, AuditLog, APIKey]
}
