//! What a database holds, as data: the one type that DDL is rendered from and that diffs compare.
//!
//! Expressions (defaults, checks, conditions) are SQL texts of the snapshot's dialect. Names are as they are, not quoted;
//! a [`Column`]'s `data_type` is SQL, so that the name of a native enumeration in it is quoted.

mod wire;

use serde::{Deserialize, Serialize};

use self::wire::{DialectName, is_false, optional_nulls};
use crate::def::{Dialect, Nulls};

/// Everything of one database that the library models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The database's language.
    #[serde(with = "DialectName")]
    pub dialect: Dialect,
    /// The native enumerations, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<EnumType>,
    /// The tables, by name.
    pub tables: Vec<Table>,
}

impl Snapshot {
    /// A database with nothing in it.
    #[must_use]
    pub fn empty(dialect: Dialect) -> Self {
        Self { dialect, enums: Vec::new(), tables: Vec::new() }
    }

    /// The table with that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// A native enumeration of Postgres.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Its labels in their order.
    pub variants: Vec<String>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A table with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
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
    /// Its earlier name: a hint for the diff, not a part of the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
}

impl Table {
    /// A table with a name and nothing else.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            comment: None,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            strict: false,
            without_rowid: false,
            renamed_from: None,
        }
    }

    /// The column with that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
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

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryKey {
    /// Its name; empty where a SQLite table gives none.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
}

/// A unique constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Its name; empty where a SQLite table gives none.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name; empty where a SQLite table gives none.
    pub name: String,
    /// The condition, in SQL, without the parentheses around it.
    pub condition: String,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The whole statement that makes it, without the semicolon behind it.
    pub statement: String,
}

#[cfg(test)]
mod tests {
    use super::*;

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
            unique: false,
            method: None,
            condition: None,
            include: Vec::new(),
            nulls_not_distinct: false,
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
