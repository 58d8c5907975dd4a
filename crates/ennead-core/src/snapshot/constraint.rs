//! Keys and constraints.

use serde::{Deserialize, Serialize};

use super::Name;
use super::wire::is_false;

/// A primary key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryKey {
    /// Its name; empty where a SQLite table gives none.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// Postgres: columns that its index carries beside the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// When it is checked.
    #[serde(default, skip_serializing_if = "Deferrable::is_default")]
    pub deferrable: Deferrable,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A unique constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unique {
    /// Its name; empty where a SQLite table gives none.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// Postgres: columns that its index carries beside the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Postgres: two NULLs are the same.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_not_distinct: bool,
    /// When it is checked.
    #[serde(default, skip_serializing_if = "Deferrable::is_default")]
    pub deferrable: Deferrable,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A foreign key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Its name; empty where a SQLite table gives none.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// Postgres: the referenced table's schema, where it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_schema: Option<String>,
    /// The referenced table.
    pub parent: String,
    /// The referenced columns in order.
    pub parent_columns: Vec<String>,
    /// What happens when the referenced row goes.
    #[serde(default, skip_serializing_if = "ReferentialAction::is_default")]
    pub on_delete: ReferentialAction,
    /// The columns that SET NULL or SET DEFAULT by a delete is about; empty means all. Postgres only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_delete_columns: Vec<String>,
    /// What happens when the referenced key changes.
    #[serde(default, skip_serializing_if = "ReferentialAction::is_default")]
    pub on_update: ReferentialAction,
    /// When it is checked.
    #[serde(default, skip_serializing_if = "Deferrable::is_default")]
    pub deferrable: Deferrable,
    /// Postgres: MATCH FULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub match_full: bool,
    /// Postgres: rows that were there before it are not held to it (NOT VALID).
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_valid: bool,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl ForeignKey {
    /// The referenced table's name, with its schema.
    #[must_use]
    pub fn parent_name(&self) -> Name {
        Name { schema: self.parent_schema.clone(), name: self.parent.clone() }
    }
}

/// What a foreign key does when the referenced row goes or changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferentialAction {
    /// Refuses, at the time that `deferrable` says.
    #[default]
    NoAction,
    /// Refuses at once.
    Restrict,
    /// Does the same to the referencing rows.
    Cascade,
    /// Sets the reference to NULL.
    SetNull,
    /// Sets the reference to its default.
    SetDefault,
}

impl ReferentialAction {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deferrable {
    /// By each statement, always.
    #[default]
    No,
    /// By each statement, unless a transaction defers it.
    InitiallyImmediate,
    /// At COMMIT, unless a transaction asks for it earlier.
    InitiallyDeferred,
}

impl Deferrable {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A CHECK constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name; empty where a SQLite table gives none.
    pub name: String,
    /// The condition, in SQL, without the parentheses around it.
    pub condition: String,
    /// Postgres: NO INHERIT.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_inherit: bool,
    /// Postgres: rows that were there before it are not held to it (NOT VALID).
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_valid: bool,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// An exclusion constraint of Postgres.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Its name.
    pub name: String,
    /// What follows the name: `EXCLUDE USING gist (…)`.
    pub definition: String,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
