//! Executions of agents and workflows.

use chrono::{DateTime, Utc};
use ennead::prelude::{DbEnum, model};
use serde_json::Value;

use super::identity::{Tenant, User};

/// Execution records for agents and workflows.
#[model(table = "executions", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// Unique execution identifier
    #[key(prefix = "execution-")]
    pub id: String,
    /// What was executed
    #[column(renamed_from = "type")]
    pub execution_type: ExecutionType,
    /// ID of agent or workflow
    #[column(renamed_from = "entity_id")]
    pub resource_id: String,
    /// How far it came
    #[default(ExecutionStatus::Pending)]
    pub status: ExecutionStatus,
    /// Input parameters
    #[default(Value::Object(serde_json::Map::new()))]
    pub input_data: Value,
    /// Output/result data
    #[column(renamed_from = "result")]
    pub output_data: Option<Value>,
    /// Error message (if failed)
    pub error: Option<String>,
    /// Duration in seconds
    pub execution_time: Option<f64>,
    /// Owner tenant
    #[tenant]
    #[references(Tenant, inverse = executions)]
    pub tenant_id: String,
    /// Creator user
    #[references(User, name = creator, inverse = executions)]
    pub created_by: String,
    /// Creation timestamp
    #[created_at]
    pub created_at: DateTime<Utc>,
    /// Completion timestamp
    pub completed_at: Option<DateTime<Utc>>,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExecutionType {
    Agent,
    Workflow,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExecutionStatus {
    Pending,
    Running,
    Completed,
    Failed,
}
