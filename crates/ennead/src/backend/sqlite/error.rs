//! SQLite's failures as errors of the library, by code, message and model.

use std::time::Duration;

use ennead_core::constraints::{Violated, column_names, find_by_name, primary_key, tenant_key, uniques};
use ennead_core::{Error, ErrorKind, ModelDef, naming};
use ennead_sql::ddl;
use libsqlite3_sys as ffi;

use super::lane::SqliteError;

/// A failure outside of any model's statement.
pub(super) fn plain(error: &SqliteError) -> Error {
    let kind = match error.primary() {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_INTERRUPT => ErrorKind::Timeout,
        ffi::SQLITE_CANTOPEN | ffi::SQLITE_NOTADB | ffi::SQLITE_IOERR => ErrorKind::Connection,
        ffi::SQLITE_CONSTRAINT if is_foreign_key(error) => ErrorKind::ForeignKeyViolation,
        ffi::SQLITE_CONSTRAINT if is_append_only(error) => {
            return Error::new(ErrorKind::Forbidden, format!("SQLite: {}", error.message))
                .with_code(error.code.to_string());
        }
        ffi::SQLITE_CONSTRAINT => match error.code {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID => ErrorKind::UniqueViolation,
            ffi::SQLITE_CONSTRAINT_CHECK => ErrorKind::CheckViolation,
            ffi::SQLITE_CONSTRAINT_NOTNULL => ErrorKind::NotNullViolation,
            _ => ErrorKind::Database,
        },
        ffi::SQLITE_READONLY => ErrorKind::Unsupported,
        _ => ErrorKind::Database,
    };
    Error::new(kind, format!("SQLite: {}", error.message)).with_code(error.code.to_string())
}

/// Whether a foreign key is violated. One with RESTRICT is a trigger of SQLite's own, and has the code of triggers.
fn is_foreign_key(error: &SqliteError) -> bool {
    error.code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY
        || (error.code == ffi::SQLITE_CONSTRAINT_TRIGGER && error.message == "FOREIGN KEY constraint failed")
}

/// Whether the trigger of an append-only table refuses.
fn is_append_only(error: &SqliteError) -> bool {
    error.code == ffi::SQLITE_CONSTRAINT_TRIGGER && error.message.starts_with(ddl::APPEND_ONLY)
}

/// A lock that another process or connection holds longer than the time limit.
pub(super) fn busy(waited: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the database stayed locked by another writer for {waited:?}: raise `busy_timeout`, or make transactions shorter"),
    )
    .with_code("5")
}

/// A failure of a statement of that model. SQLite's messages name tables and columns, never values.
pub(super) fn of_model(error: &SqliteError, model: &'static ModelDef) -> Error {
    let message = error.message.as_str();
    let named = match error.code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            unique(model, message)
        }
        _ if is_foreign_key(error) => Error::new(
            ErrorKind::ForeignKeyViolation,
            format!("{}: a referenced row is missing, or rows refer to it", model.name),
        ),
        ffi::SQLITE_CONSTRAINT_CHECK => check(model, message),
        ffi::SQLITE_CONSTRAINT_NOTNULL => not_null(model, message),
        ffi::SQLITE_INTERRUPT => {
            Error::new(ErrorKind::Timeout, format!("{}: the statement ran past its time limit", model.name))
        }
        _ if is_append_only(error) => Error::new(
            ErrorKind::Forbidden,
            format!(
                "{}: its rows are append-only, and the database refuses to change or delete them",
                model.name
            ),
        ),
        ffi::SQLITE_ERROR if let Some(refused) = ennead_core::unfit(model, message) => refused,
        _ if message.contains("integer overflow") => {
            Error::invalid(format!("{}: the sum is out of range for its column", model.name))
        }
        _ if message.starts_with("no such table")
            || message.starts_with("no such column")
            || message.contains("has no column named") =>
        {
            Error::new(
                ErrorKind::SchemaMismatch,
                format!(
                    "{}: the database does not fit the model ({message}): create or migrate it",
                    model.name
                ),
            )
        }
        _ => plain(error),
    };
    // The key itself and the unique that stands beside it have codes of their own, which would tell the two apart.
    let is_key = named.constraint().is_some_and(|name| name == naming::primary_key(model.table));
    let code = if is_key { ffi::SQLITE_CONSTRAINT_PRIMARYKEY } else { error.code };
    named.with_model(model.name).with_code(code.to_string())
}

/// `UNIQUE constraint failed: users.organization_id, users.email`, or `…: index 'uq_users_email'`.
fn unique(model: &'static ModelDef, message: &str) -> Error {
    let told = message.rsplit_once(": ").map_or("", |(_, told)| told);
    let found = match told.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')) {
        Some(name) => match find_by_name(model, name) {
            Some(Violated::Unique(columns)) => Some((name.to_owned(), columns)),
            _ => None,
        },
        None => by_columns(model, told),
    };
    match found {
        Some((name, columns)) => {
            let fields = column_names(model, &columns);
            Error::new(
                ErrorKind::UniqueViolation,
                format!(
                    "{}: a row with the same ({}) is there already ({name})",
                    model.name,
                    fields.join(", ")
                ),
            )
            .with_constraint(name)
            .with_fields(fields)
        }
        None => Error::new(
            ErrorKind::UniqueViolation,
            format!("{}: a row with the same unique value is there already", model.name),
        ),
    }
}

fn by_columns(model: &'static ModelDef, told: &str) -> Option<(String, Vec<u16>)> {
    let told: Vec<&str> = told
        .split(", ")
        .map(|column| {
            column.strip_prefix(model.table).and_then(|rest| rest.strip_prefix('.')).unwrap_or(column)
        })
        .collect();
    let key = primary_key(model);
    if column_names(model, &key) == told {
        return Some((naming::primary_key(model.table), key));
    }
    uniques(model)
        .into_iter()
        .find(|unique| column_names(model, &unique.columns) == told)
        .map(|unique| (unique.name, unique.columns))
        // The extra unique over (tenant, key) that composite foreign keys lean on: whoever violates it violates the primary
        // key too, which Postgres tells of.
        .or_else(|| {
            let extra = tenant_key(model).is_some_and(|unique| column_names(model, &unique.columns) == told);
            (extra || told == ["rowid"] || told == [model.key_field().column])
                .then(|| (naming::primary_key(model.table), key))
        })
}

/// `CHECK constraint failed: ck_users_age`.
fn check(model: &'static ModelDef, message: &str) -> Error {
    let name = message.rsplit_once(": ").map_or("", |(_, name)| name);
    let fields = match find_by_name(model, name) {
        Some(Violated::Check(Some(at))) => column_names(model, &[at]),
        _ => Vec::new(),
    };
    Error::new(ErrorKind::CheckViolation, format!("{}: the check {name} does not hold", model.name))
        .with_constraint(name)
        .with_fields(fields)
}

/// `NOT NULL constraint failed: users.email`.
fn not_null(model: &'static ModelDef, message: &str) -> Error {
    let column = message.rsplit_once('.').map_or("", |(_, column)| column);
    let fields =
        model.fields.iter().filter(|field| field.column == column).map(|field| field.column).collect();
    Error::new(ErrorKind::NotNullViolation, format!("{}.{column} takes no NULL", model.name))
        .with_fields(fields)
}
