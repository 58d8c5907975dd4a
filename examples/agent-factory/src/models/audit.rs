//! What was done, and by whom.

use chrono::{DateTime, Utc};
use ennead::prelude::model;
use serde_json::Value;

use super::identity::User;

/// Security and compliance audit trail.
///
/// An event belongs to the tenant of its user.
#[model(table = "audit_logs", tenant(via = user_id), index(created_at, name = "ix_audit_logs_created_at"))]
#[derive(Debug, Clone, PartialEq)]
pub struct AuditLog {
    /// Unique log identifier
    #[key(auto, all_tenants)]
    pub id: i64,
    /// Event type
    pub event_type: String,
    /// User who triggered event
    #[references(User, inverse = audit_logs)]
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
    #[column(renamed_from = "metadata")]
    #[default(Value::Object(serde_json::Map::new()))]
    pub details: Value,
    /// Client IP address
    pub ip_address: Option<String>,
    /// Event timestamp
    #[created_at]
    pub created_at: DateTime<Utc>,
}
