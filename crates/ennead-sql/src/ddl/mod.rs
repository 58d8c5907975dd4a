//! DDL: from models to a [`Snapshot`], and from a snapshot to statements.
//!
//! It is written by hand, with one function that quotes names and one that writes literals: builders of DDL lack STRICT,
//! deferrable keys, `SET NULL (column)` and comments. What a database lacks is a typed error when the snapshot is made,
//! so that making statements from a snapshot cannot fail.

mod append_only;
mod expression;
mod index;
mod literal;
mod names;
mod order;
mod plan;
mod postgres;
pub mod read;
mod references;
mod render;
mod rls;
mod rule;
mod snapshot;
mod sqlite;
mod types;

use ennead_core::snapshot::{Snapshot, Table};
use ennead_core::{Dialect, Error, FieldDef, ModelDef};

pub use append_only::{APPEND_ONLY, APPEND_ONLY_BODY, APPEND_ONLY_FUNCTION, APPEND_ONLY_SQLSTATE};
pub use plan::{Fill, Hazard, HazardKind, Lock, PlanOptions, Step, TypeChange, plan, type_change};
pub use rls::{TENANT_SETTING, policies};
pub use snapshot::snapshot;

/// The statements that make all of a snapshot in an empty database, in order, without semicolons behind them.
///
/// Tables come after those they reference. On Postgres a foreign key that closes a cycle is added when all tables are
/// there; SQLite lets a table name one that comes later.
///
/// ```
/// use ennead_core::Dialect;
/// use ennead_core::snapshot::{Column, Snapshot, Table};
///
/// let mut table = Table::new("users");
/// table.columns.push(Column::new("id", "uuid"));
/// let snapshot = Snapshot { tables: vec![table], ..Snapshot::empty(Dialect::Postgres) };
/// assert_eq!(ennead_sql::ddl::create(&snapshot), ["CREATE TABLE \"users\" (\n    \"id\" uuid NOT NULL\n)"]);
/// ```
#[must_use]
pub fn create(snapshot: &Snapshot) -> Vec<String> {
    match snapshot.dialect {
        Dialect::Postgres => postgres::create(snapshot),
        Dialect::Sqlite => sqlite::create(snapshot),
    }
}

/// The tables of a snapshot, each after those it references, as far as there is such an order.
#[must_use]
pub fn in_order(snapshot: &Snapshot) -> Vec<&Table> {
    order::tables(snapshot)
}

/// The statements of [`create`] as one text that `psql` and `sqlite3` load: the committed form that reviewers read.
#[must_use]
pub fn text(snapshot: &Snapshot) -> String {
    let mut text =
        format!("-- The schema for {}, made from the models: change those, not this.\n", snapshot.dialect);
    for statement in create(snapshot) {
        text.push('\n');
        text.push_str(&statement);
        text.push_str(";\n");
    }
    text
}

/// A field that a database cannot hold as it is declared.
fn unsupported(model: &'static ModelDef, field: &'static FieldDef, what: &str) -> Error {
    Error::unsupported(format!("{}.{}: {what}", model.name, field.name))
        .with_model(model.name)
        .with_fields(vec![field.name])
}

/// A field that is declared wrongly.
fn invalid(model: &'static ModelDef, field: &'static FieldDef, what: &str) -> Error {
    Error::invalid(format!("{}.{}: {what}", model.name, field.name))
        .with_model(model.name)
        .with_fields(vec![field.name])
}

/// A model that is declared wrongly.
fn invalid_model(model: &'static ModelDef, what: &str) -> Error {
    Error::invalid(format!("{}: {what}", model.name)).with_model(model.name)
}
