//! What a database holds, as data: the one type that DDL is rendered from and that diffs compare.
//!
//! Expressions (defaults, checks, conditions) are SQL texts of the snapshot's dialect. Names are as they are, not quoted;
//! a [`Column`]'s `data_type` is SQL, so that the name of a native enumeration in it is quoted.

mod constraint;
mod index;
mod sequence;
mod table;
mod wire;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::constraint::{Check, Deferrable, Exclusion, ForeignKey, PrimaryKey, ReferentialAction, Unique};
pub use self::index::{Index, IndexPart, IndexTarget};
pub use self::sequence::{IdentitySequence, Sequence, SequenceOptions};
pub use self::table::{Column, Generated, Identity, ReplicaIdentity, Table};
use self::wire::DialectName;
use crate::constraints::quote;
use crate::def::Dialect;

/// Everything of one database that the library models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The database's language.
    #[serde(with = "DialectName")]
    pub dialect: Dialect,
    /// Postgres: the schemas beside the default one, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<Namespace>,
    /// The native enumerations, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<EnumType>,
    /// Postgres: the sequences that no identity column makes, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequences: Vec<Sequence>,
    /// The tables, by name.
    pub tables: Vec<Table>,
    /// SQLite: the views, by name; kept as text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// What the database holds beside all this, by kind and name. It is compared, and never planned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmodelled: Vec<Unmodelled>,
}

impl Snapshot {
    /// A database with nothing in it.
    #[must_use]
    pub fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            schemas: Vec::new(),
            enums: Vec::new(),
            sequences: Vec::new(),
            tables: Vec::new(),
            views: Vec::new(),
            unmodelled: Vec::new(),
        }
    }

    /// The table with that name, in the default schema.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.schema.is_none() && table.name == name)
    }

    /// The table with that name, in whatever schema.
    #[must_use]
    pub fn table_named(&self, name: &Name) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name.name && table.schema == name.schema)
    }
}

/// The name of something that lies in a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// Its schema, where it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its own name.
    pub name: String,
}

impl Name {
    /// A name in the default schema.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// It in SQL, quoted.
    #[must_use]
    pub fn sql(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", quote(schema), quote(&self.name)),
            None => quote(&self.name),
        }
    }

    /// Another name in the same schema.
    #[must_use]
    pub fn beside(&self, name: impl Into<String>) -> Self {
        Self { schema: self.schema.clone(), name: name.into() }
    }
}

/// For people: `sales.orders`, not quoted.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A schema of Postgres.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A native enumeration of Postgres.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumType {
    /// Its schema, where it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its labels in their order.
    pub variants: Vec<String>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl EnumType {
    /// Its name, with its schema.
    #[must_use]
    pub fn full_name(&self) -> Name {
        Name { schema: self.schema.clone(), name: self.name.clone() }
    }
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The whole statement that makes it, without the semicolon behind it.
    pub statement: String,
}

/// A view, kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The whole statement that makes it, without the semicolon behind it.
    pub statement: String,
}

/// Something of a database that a snapshot names and does not describe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unmodelled {
    /// What it is: `view`, `function`, `policy`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What tells it from another of that name.
    pub definition: String,
}

impl Unmodelled {
    /// Whether it says who owns something, or who may do what.
    #[must_use]
    pub fn is_access(&self) -> bool {
        matches!(self.kind.as_str(), "owner" | "grant" | "default grant")
    }
}

impl fmt::Display for Unmodelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::def::Nulls;

    #[test]
    fn json_comes_back_and_leaves_out_what_is_not_said() {
        let mut table = Table::new("users");
        table.columns.push(Column::new("id", "uuid"));
        table.indexes.push(Index {
            name: "ix".to_owned(),
            parts: vec![IndexPart {
                target: IndexTarget::Column("id".to_owned()),
                collation: None,
                opclass: None,
                descending: true,
                nulls: Some(Nulls::Last),
            }],
            ..Index::default()
        });
        let snapshot = Snapshot { tables: vec![table], ..Snapshot::empty(Dialect::Postgres) };
        let json = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(
            json,
            r#"{"dialect":"postgres","tables":[{"name":"users","columns":[{"name":"id","data_type":"uuid"}],"indexes":[{"name":"ix","parts":[{"column":"id","descending":true,"nulls":"last"}]}]}]}"#
        );
        assert_eq!(serde_json::from_str::<Snapshot>(&json).unwrap(), snapshot);
    }
}
