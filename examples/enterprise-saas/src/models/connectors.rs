//! Connections to data sources, and the agents that may use them.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead::{Encrypted, Json};
use serde_json::Value;

use super::agents::Agent;
use super::audit::AuditLog;
use super::organizations::Organization;
use crate::common::Times;

/// Data source connector.
#[model(audited(into = AuditLog), key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    #[key(prefix = "conn-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    /// Unique within its organization.
    #[unique]
    pub name: String,
    /// What it connects to: `postgresql`, `salesforce`, `s3`; the list is open.
    pub connector_type: String,
    #[default(ConnectorStatus::Connected)]
    pub status: ConnectorStatus,
    /// How to connect, encrypted.
    pub connection_config_encrypted: Encrypted<Value>,
    /// `read`, `write`.
    #[default(Json(Vec::new()))]
    pub allowed_operations: Json<Vec<String>>,
    /// What of the source may be used: `Account`, `Contact`.
    #[default(Json(Vec::new()))]
    pub allowed_objects: Json<Vec<String>>,
    #[default(true)]
    pub mask_pii: bool,
    #[default(true)]
    pub audit_queries: bool,
    #[default(false)]
    pub cache_enabled: bool,
    #[default(300)]
    pub cache_ttl_seconds: i32,
    #[default(60)]
    pub queries_per_minute: i32,
    pub last_test_at: Option<DateTime<Utc>>,
    pub last_test_status: String,
    #[embed]
    pub times: Times,
}

/// Agent permission to use connector.
#[model(tenant(via = connector_id), unique(connector_id, agent_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectorPermission {
    #[key(prefix = "perm-")]
    pub id: String,
    #[references(Connector, on_delete = cascade, inverse = permissions)]
    pub connector_id: String,
    #[references(Agent, on_delete = cascade, inverse = connector_permissions)]
    pub agent_id: String,
    /// `read`, `write`.
    #[default(Json(Vec::new()))]
    pub operations: Json<Vec<String>>,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConnectorStatus {
    Connected,
    Error,
    Disabled,
}
