//! What ran: executions of agents and orchestrations, and their steps.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::Value;

use super::agents::{Agent, Orchestration};
use super::gateways::Gateway;
use super::organizations::Organization;
use super::workspaces::Workspace;
use crate::common::Times;

/// Agent/orchestration execution.
#[model(key = "global", index(started_at desc, name = "idx_execution_org_time"))]
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    #[key(prefix = "exec-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[references(Workspace, inverse = executions)]
    pub workspace_id: String,
    #[references(Gateway, inverse = executions)]
    pub gateway_id: String,

    pub execution_type: ExecutionType,
    /// What was executed, if it was an agent.
    #[references(Agent, inverse = executions)]
    pub agent_id: Option<String>,
    /// What was executed, if it was an orchestration.
    #[references(Orchestration, inverse = executions)]
    pub orchestration_id: Option<String>,
    pub version: String,

    /// A user, or `api_key:` and a key.
    pub triggered_by: String,
    pub trigger_type: TriggerType,

    #[default(Value::Object(serde_json::Map::new()))]
    pub input_data: Value,
    #[default(Value::Object(serde_json::Map::new()))]
    pub output_data: Value,

    #[default(ExecutionStatus::Queued)]
    pub status: ExecutionStatus,
    pub error_message: Option<String>,
    pub error_code: Option<String>,

    pub queued_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
    #[default(0)]
    pub execution_time_ms: i64,

    #[default(0)]
    pub input_tokens: i64,
    #[default(0)]
    pub output_tokens: i64,
    #[default(0.0)]
    pub cost_usd: f64,

    #[index]
    pub trace_id: String,
    /// The orchestration's execution that this one is a part of.
    #[references(Execution, name = parent, inverse = children)]
    pub parent_execution_id: Option<String>,
    #[embed]
    pub times: Times,
}

/// Step within orchestration execution.
#[model(tenant(via = execution_id), unique(execution_id, step_number))]
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionStep {
    #[key(prefix = "step-")]
    pub id: String,
    #[references(Execution, on_delete = cascade, inverse = steps)]
    pub execution_id: String,
    #[references(Agent, inverse = steps)]
    pub agent_id: String,
    pub step_number: i32,
    #[default(Value::Object(serde_json::Map::new()))]
    pub input_data: Value,
    #[default(Value::Object(serde_json::Map::new()))]
    pub output_data: Value,
    #[default(ExecutionStatus::Running)]
    pub status: ExecutionStatus,
    pub started_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    #[default(0)]
    pub execution_time_ms: i64,
    #[default(0)]
    pub tokens_used: i64,
    #[default(0.0)]
    pub cost_usd: f64,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExecutionType {
    Agent,
    Orchestration,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TriggerType {
    Api,
    Cli,
    Mcp,
    Scheduled,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExecutionStatus {
    Queued,
    Running,
    Completed,
    Failed,
}
