//! Copies of graphs.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::Value;

use super::graph::Graph;
use super::user::User;
use crate::common::Times;

/// A copy of a graph.
#[model(
    table = "graph_backups",
    index(status, expires_at, where = "deleted_at IS NULL"),
    index(metadata, method = gin, dialect = postgres),
    check("size_bytes >= 0 AND node_count >= 0", name = "graph_backups_sizes"),
    check("status <> 'completed' OR (completed_at IS NOT NULL AND checksum IS NOT NULL)", name = "graph_backups_completed")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct GraphBackup {
    #[key(ulid, prefix = "gbk_")]
    pub id: String,
    #[tenant]
    #[references(Graph, on_delete = cascade, inverse = backups)]
    pub graph_id: String,
    #[references(User, name = creator, inverse = backups)]
    pub created_by: String,
    pub backup_type: BackupType,
    #[default(BackupStatus::Pending)]
    pub status: BackupStatus,
    #[unique]
    #[validate(length(min = 1, max = 500))]
    pub object_key: String,
    #[default(0)]
    pub size_bytes: i64,
    #[default(0)]
    pub node_count: i64,
    #[validate(length(min = 64, max = 64), regex = "^[0-9a-f]*$")]
    pub checksum: Option<String>,
    pub completed_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    #[default(Value::Object(serde_json::Map::new()))]
    pub metadata: Value,
    #[embed]
    pub times: Times,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BackupType {
    Full,
    Incremental,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BackupStatus {
    Pending,
    Running,
    Completed,
    Failed,
}
