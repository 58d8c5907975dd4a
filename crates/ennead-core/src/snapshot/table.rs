//! Tables and their columns.

use serde::{Deserialize, Serialize};

use super::wire::is_false;
use super::{Check, Exclusion, ForeignKey, IdentitySequence, Index, Name, PrimaryKey, Trigger, Unique};

/// A table with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Postgres: its schema, where it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// Its primary key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<PrimaryKey>,
    /// Its unique constraints; unique indexes stand among the indexes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uniques: Vec<Unique>,
    /// Its foreign keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Its CHECK constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Postgres: its exclusion constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// Its indexes, less those behind the primary key and the unique constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// Its triggers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// SQLite: STRICT.
    #[serde(default, skip_serializing_if = "is_false")]
    pub strict: bool,
    /// SQLite: WITHOUT ROWID.
    #[serde(default, skip_serializing_if = "is_false")]
    pub without_rowid: bool,
    /// Postgres: UNLOGGED.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unlogged: bool,
    /// Postgres: its storage parameters, each as `name=value`; their order is no difference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Postgres: what logical replication knows its old rows by, where it is not the primary key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica_identity: Option<ReplicaIdentity>,
    /// Its earlier name: a hint for the diff, not a part of the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
}

impl Table {
    /// A table with a name and nothing else.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            schema: None,
            name: name.into(),
            comment: None,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            strict: false,
            without_rowid: false,
            unlogged: false,
            options: Vec::new(),
            replica_identity: None,
            renamed_from: None,
        }
    }

    /// Its name, with its schema.
    #[must_use]
    pub fn full_name(&self) -> Name {
        Name { schema: self.schema.clone(), name: self.name.clone() }
    }

    /// The column with that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What logical replication knows old rows by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplicaIdentity {
    /// By nothing.
    Nothing,
    /// By the whole row.
    Full,
    /// By the index of that name.
    Index(String),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in SQL, without the collation: `text`, `numeric(18,4)`, `INTEGER`.
    pub data_type: String,
    /// Its collation, where it is not the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Whether it takes NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// Its default, in SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The expression that it is computed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// How the database counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Postgres: the sequence of an identity, where it is not as the column's type makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<IdentitySequence>,
    /// Postgres: how large values are stored, where it is not the type's own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<String>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Its earlier name: a hint for the diff, not a part of the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
}

impl Column {
    /// A column that takes no NULL, with a name and a type and nothing else.
    #[must_use]
    pub fn new(name: impl Into<String>, data_type: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            data_type: data_type.into(),
            collation: None,
            nullable: false,
            default: None,
            generated: None,
            identity: None,
            sequence: None,
            storage: None,
            comment: None,
            renamed_from: None,
        }
    }
}

/// How a generated column is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The expression, in SQL.
    pub expression: String,
    /// Whether its value is stored, rather than computed by each read.
    pub stored: bool,
}

/// How the database counts a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Postgres: GENERATED BY DEFAULT AS IDENTITY.
    ByDefault,
    /// Postgres: GENERATED ALWAYS AS IDENTITY.
    Always,
    /// SQLite: INTEGER PRIMARY KEY AUTOINCREMENT.
    Autoincrement,
}
