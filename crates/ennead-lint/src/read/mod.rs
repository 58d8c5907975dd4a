//! What statements do.
//!
//! Changes of the schema are read from the words that `sqlparser` gives, since its grammar refuses what Postgres takes and
//! plans need (`ON DELETE SET NULL (column)`, `TYPE … COLLATE …`, `DROP INDEX CONCURRENTLY`, `PRAGMA … = OFF`). Its grammar
//! judges all that is about rows.

mod alter;
mod column;
mod create;
mod cursor;
mod other;

use ennead_core::Dialect;
use ennead_core::snapshot::{Column, Name, Table};
use sqlparser::parser::Parser;

pub(crate) use self::create::add_to;
use self::cursor::Cursor;
use crate::script::{Statement, grammar};

/// What a statement does, as far as a rule may ask.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    CreateTable {
        table: Box<Table>,
        temporary: bool,
        /// It may be there already.
        if_missing: bool,
    },
    /// CREATE TABLE … AS: its columns are not known.
    CreateTableAs {
        name: Name,
    },
    AlterTable {
        name: Name,
        actions: Vec<Action>,
    },
    CreateIndex(NewIndex),
    Drop {
        what: Dropped,
        names: Vec<Name>,
        cascade: bool,
        concurrently: bool,
    },
    /// Something else is made: a view, a type.
    Create {
        name: Name,
    },
    RenameType {
        from: Name,
        to: Option<Name>,
    },
    RenameOther {
        what: Dropped,
        from: Name,
    },
    Copy(Copy),
    Insert,
    Update {
        table: Name,
        sets: Vec<String>,
        only_null: Option<String>,
        bounded: bool,
    },
    Delete {
        table: Name,
    },
    Truncate {
        tables: Vec<Name>,
    },
    /// VACUUM FULL, CLUSTER, REINDEX, REFRESH MATERIALIZED VIEW, LOCK TABLE.
    WholeTable {
        words: &'static str,
    },
    Begin,
    Commit,
    /// Nothing that a rule is about.
    Harmless,
    /// It cannot be told, for this reason.
    Unreadable(String),
}

/// What DROP is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropped {
    Table,
    Schema,
    /// A database, or all that a role owns.
    Database,
    Index,
    View,
    Type,
    Function,
    Sequence,
    /// Triggers, policies, rules, extensions.
    Other,
}

/// A column as a statement defines it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ColumnSpec {
    pub(crate) column: Column,
    pub(crate) unique: bool,
    pub(crate) primary: bool,
    pub(crate) references: Option<Name>,
    pub(crate) checks: Vec<String>,
    /// Why adding it writes the table anew, if it does.
    pub(crate) rewrites: Option<&'static str>,
}

impl ColumnSpec {
    /// Whether rows that are there get NULL in it.
    pub(crate) fn is_null_at_first(&self) -> bool {
        self.column.nullable
            && self.column.default.is_none()
            && self.column.generated.is_none()
            && self.column.identity.is_none()
    }
}

/// A constraint as a statement defines it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ConstraintSpec {
    PrimaryKey { columns: Vec<String>, using_index: bool },
    Unique { columns: Vec<String>, using_index: bool, nulls_not_distinct: bool },
    ForeignKey { columns: Vec<String>, parent: Name, not_valid: bool },
    Check { condition: String, not_null: Option<String>, not_valid: bool },
    Exclusion,
}

/// A part of ALTER TABLE.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    AddColumn(Box<ColumnSpec>),
    AddConstraint {
        name: Option<String>,
        constraint: ConstraintSpec,
    },
    DropColumn {
        name: String,
        cascade: bool,
    },
    DropConstraint {
        name: String,
        cascade: bool,
    },
    Type {
        column: String,
        to: String,
        collated: bool,
    },
    SetNotNull {
        column: String,
    },
    DropNotNull {
        column: String,
    },
    SetDefault {
        column: String,
        default: Option<String>,
    },
    SetExpression {
        column: String,
    },
    Validate {
        name: String,
    },
    RenameColumn {
        from: String,
        to: String,
    },
    RenameTable {
        to: Name,
    },
    /// SET LOGGED, SET TABLESPACE, SET ACCESS METHOD.
    Rewrite,
    Harmless,
    Unreadable(String),
}

/// An index that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewIndex {
    pub(crate) name: Option<Name>,
    pub(crate) table: Name,
    pub(crate) unique: bool,
    pub(crate) concurrently: bool,
    /// Its columns; parts that are expressions are left out.
    pub(crate) columns: Vec<String>,
    /// Whether all of its parts are columns.
    pub(crate) plain: bool,
    pub(crate) condition: Option<String>,
    pub(crate) nulls_not_distinct: bool,
}

/// INSERT INTO one table from the rows of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) into: Name,
    pub(crate) from: Name,
    /// Each column that is filled: by a column as it is, or (`None`) by an expression.
    pub(crate) columns: Vec<(String, Option<String>)>,
    /// All names in what is selected: what a value may come from.
    pub(crate) read: Vec<String>,
    /// Whether all columns are, by `*`.
    pub(crate) all: bool,
    /// Whether only some of the rows are taken.
    pub(crate) some: bool,
}

/// Reads a statement.
pub(crate) fn read(statement: &Statement<'_>, dialect: Dialect) -> Effect {
    let mut cursor = Cursor::new(&statement.tokens, dialect);
    let unknown = || {
        let words: Vec<String> = statement.tokens.iter().take(3).map(ToString::to_string).collect();
        Effect::Unreadable(format!("what `{}` does is not known", words.join(" ")))
    };
    if cursor.takes("CREATE") {
        return create::read(cursor).unwrap_or_else(unknown);
    }
    if cursor.takes("ALTER") {
        return alter::read(cursor).unwrap_or_else(unknown);
    }
    if cursor.sees_any(&["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "VALUES"]) {
        if let Err(error) = Parser::parse_sql(grammar(dialect), statement.text) {
            return Effect::Unreadable(error.to_string());
        }
        return other::rows(cursor).unwrap_or_else(unknown);
    }
    other::read(cursor).unwrap_or_else(unknown)
}
