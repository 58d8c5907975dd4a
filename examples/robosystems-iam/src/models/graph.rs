//! Graph databases: the tenants.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::Value;

use crate::common::Times;

/// A graph database. It is the tenant: credits, subscriptions, usage, backups and connections belong to one.
#[model(
    tenant_root,
    table = "graphs",
    index(graph_type, graph_tier),
    index(status, where = "deleted_at IS NULL"),
    index(metadata, method = gin, dialect = postgres)
)]
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    #[key(assigned)]
    #[validate(regex = "^[a-z][a-z0-9_]*$", length(min = 3, max = 60))]
    pub graph_id: String,
    #[validate(length(min = 1, max = 255))]
    pub graph_name: String,
    pub graph_type: GraphType,
    #[default(GraphTier::Standard)]
    pub graph_tier: GraphTier,
    #[default(GraphStatus::Active)]
    pub status: GraphStatus,
    pub base_schema: Option<String>,
    #[default(Vec::new())]
    pub schema_extensions: Vec<String>,
    #[default("default".to_owned())]
    pub instance_id: String,
    pub cluster_region: Option<String>,
    #[default(Value::Object(serde_json::Map::new()))]
    pub metadata: Value,
    #[embed]
    pub times: Times,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GraphType {
    Entity,
    Generic,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GraphTier {
    Standard,
    Enterprise,
    Premium,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GraphStatus {
    Active,
    ReadOnly,
    Archived,
}
