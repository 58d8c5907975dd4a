//! Sequences of Postgres.

use serde::{Deserialize, Serialize};

use super::Name;
use super::wire::is_false;

/// A sequence, such as `serial` makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// Its schema, where it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// How it counts.
    #[serde(flatten)]
    pub options: SequenceOptions,
    /// The table and the column that it goes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<(Name, String)>,
    /// UNLOGGED.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unlogged: bool,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Sequence {
    /// Its name, with its schema.
    #[must_use]
    pub fn full_name(&self) -> Name {
        Name { schema: self.schema.clone(), name: self.name.clone() }
    }
}

/// How a sequence counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceOptions {
    /// `smallint`, `integer` or `bigint`.
    pub data_type: String,
    /// Its first value.
    pub start: i64,
    /// Its step.
    pub increment: i64,
    /// Its least value.
    pub min: i64,
    /// Its greatest value.
    pub max: i64,
    /// How many values a session takes at once.
    pub cache: i64,
    /// Whether it begins anew at its end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cycle: bool,
}

impl SequenceOptions {
    /// What Postgres gives a sequence of that type where nothing is said.
    #[must_use]
    pub fn of_type(data_type: &str) -> Self {
        let max = match data_type {
            "smallint" => i64::from(i16::MAX),
            "integer" => i64::from(i32::MAX),
            _ => i64::MAX,
        };
        Self { data_type: data_type.to_owned(), start: 1, increment: 1, min: 1, max, cache: 1, cycle: false }
    }
}

/// The sequence of an identity column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentitySequence {
    /// Its name, where it is not `TABLE_COLUMN_seq`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How it counts.
    #[serde(flatten)]
    pub options: SequenceOptions,
}
