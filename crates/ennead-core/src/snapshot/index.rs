//! Indexes.

use serde::{Deserialize, Serialize};

use super::wire::{is_false, optional_nulls};
use crate::def::Nulls;

/// An index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its parts in order.
    pub parts: Vec<IndexPart>,
    /// Whether it is unique.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// Its method, where it is not a B-tree: `gin`, `brin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The condition of a partial index, in SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Postgres: columns that it carries beside its key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Postgres: two NULLs are the same.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_not_distinct: bool,
    /// Postgres: its storage parameters, each as `name=value`; their order is no difference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Postgres: what CREATE INDEX CONCURRENTLY left when it failed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invalid: bool,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// One part of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPart {
    /// What is indexed.
    #[serde(flatten)]
    pub target: IndexTarget,
    /// Its collation, where it is not the column's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Postgres: its operator class, where it is not the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opclass: Option<String>,
    /// Descending.
    #[serde(default, skip_serializing_if = "is_false")]
    pub descending: bool,
    /// Where NULLs stand, where it is not the database's own place (Postgres: last ascending, first descending).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_nulls")]
    pub nulls: Option<Nulls>,
}

/// What a part of an index is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexTarget {
    /// A column.
    Column(String),
    /// An SQL expression.
    Expression(String),
}
