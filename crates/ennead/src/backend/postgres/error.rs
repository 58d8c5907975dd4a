//! Postgres's failures as errors of the library, by SQLSTATE, constraint name and model.

use ennead_core::constraints::{Violated, column_names, find_by_name, tenant_key};
use ennead_core::{Error, ErrorKind, ModelDef, naming, unfit};
use ennead_sql::ddl;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// Whether the connection is lost with this failure.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            // After a FATAL error the server closes the connection, whatever its code.
            let fatal = database
                .try_downcast_ref::<PgDatabaseError>()
                .is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic));
            fatal || code.starts_with("57P") || code.starts_with("08")
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            true
        }
        _ => false,
    }
}

/// Whether the connection's prepared statements are of no more use: a table changed under them ("cached plan must not
/// change result type", which would be told again on every use), or a pooler in between lost them.
pub(super) fn is_stale(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(database) = error else { return false };
    matches!(database.code().as_deref(), Some("0A000" | "26000" | "42P05"))
}

/// A failure to connect.
pub(super) fn connecting(error: &sqlx::Error) -> Error {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            Error::new(
                ErrorKind::Connection,
                format!("Postgres refuses the connection: {}", database.message()),
            )
            .with_code(code)
        }
        sqlx::Error::Tls(source) => {
            Error::new(ErrorKind::Connection, format!("no secure connection to Postgres: {source}"))
        }
        sqlx::Error::Configuration(source) => Error::new(
            ErrorKind::Configuration,
            format!("the connection to Postgres cannot be configured: {source}"),
        ),
        other => Error::new(ErrorKind::Connection, format!("Postgres cannot be reached: {other}")),
    }
}

/// A failure outside of any model's statement.
pub(super) fn plain(error: &sqlx::Error) -> Error {
    of(error, None)
}

/// A failure of a statement of that model. Only names are told: Postgres's own text and detail may hold values.
pub(super) fn of_model(error: &sqlx::Error, model: &'static ModelDef) -> Error {
    of(error, Some(model)).with_model(model.name)
}

fn of(error: &sqlx::Error, model: Option<&'static ModelDef>) -> Error {
    let name = model.map_or("Postgres", |model| model.name);
    let sqlx::Error::Database(refused) = error else {
        return match error {
            sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
                Error::new(ErrorKind::Decode, format!("{name}: a value could not be carried"))
            }
            sqlx::Error::InvalidArgument(what) => Error::invalid(format!("{name}: {what}")),
            _ => Error::new(ErrorKind::Connection, format!("{name}: the connection to Postgres was lost")),
        };
    };
    let Some(database) = refused.try_downcast_ref::<PgDatabaseError>() else {
        return Error::new(ErrorKind::Database, format!("{name}: the database refused"));
    };
    let code = database.code();
    if is_lost(error) {
        let text = format!("{name}: the connection to Postgres was lost (SQLSTATE {code})");
        return Error::new(ErrorKind::Connection, text).with_code(code);
    }
    // The text that could not be read is the library's own, and tells of a change at a path.
    let refused = || model.filter(|_| code == "22P02").and_then(|model| unfit(model, database.message()));
    violated(database, model, name)
        .or_else(refused)
        .unwrap_or_else(|| {
            let (kind, text) = by_code(code, database);
            Error::new(kind, format!("{name}: {text}"))
        })
        .with_code(code)
}

fn violated(database: &PgDatabaseError, model: Option<&'static ModelDef>, name: &str) -> Option<Error> {
    let told = database.constraint().unwrap_or_default();
    let name = if model.is_some() { name } else { database.table().unwrap_or(name) };
    // The extra unique over (tenant, key) that composite foreign keys lean on says no more than the key itself, and where
    // another tenant has the key it is the key that clashes: the two must read the same.
    let extra = model.filter(|model| tenant_key(model).is_some_and(|unique| unique.name == told));
    let key = extra.map(|model| naming::primary_key(model.table));
    let constraint = key.as_deref().unwrap_or(told);
    let found = model.and_then(|model| find_by_name(model, constraint).map(|found| (model, found)));
    let fields = match found {
        Some((model, Violated::Unique(columns) | Violated::ForeignKey(columns))) => {
            column_names(model, &columns)
        }
        Some((model, Violated::Check(Some(at)))) => column_names(model, &[at]),
        _ => Vec::new(),
    };
    let error = match database.code() {
        "23505" => {
            let same =
                if fields.is_empty() { "values".to_owned() } else { format!("({})", fields.join(", ")) };
            let text = format!("{name}: a row with the same {same} is there already ({constraint})");
            Error::new(ErrorKind::UniqueViolation, text)
        }
        "23503" | "23001" => Error::new(
            ErrorKind::ForeignKeyViolation,
            format!("{name}: a referenced row is missing, or rows refer to it ({constraint})"),
        ),
        "23514" => {
            Error::new(ErrorKind::CheckViolation, format!("{name}: the check {constraint} does not hold"))
        }
        "23502" => {
            let column = database.column().unwrap_or_default();
            let fields = model.map_or_else(Vec::new, |model| {
                model.fields.iter().filter(|field| field.column == column).map(|field| field.column).collect()
            });
            return Some(
                Error::new(ErrorKind::NotNullViolation, format!("{name}.{column} takes no NULL"))
                    .with_fields(fields),
            );
        }
        _ => return None,
    };
    Some(error.with_constraint(constraint).with_fields(fields))
}

fn by_code(code: &str, database: &PgDatabaseError) -> (ErrorKind, String) {
    match code {
        "40001" => (ErrorKind::Retryable, "the transaction could not be serialized: run it again".into()),
        "40P01" => {
            (ErrorKind::Retryable, "the transaction was the victim of a deadlock: run it again".into())
        }
        "57014" => (ErrorKind::Timeout, "the statement ran past its time limit, or was cancelled".into()),
        "55P03" => (ErrorKind::Timeout, "a lock was not free within its time limit".into()),
        "25P02" => (ErrorKind::TransactionAborted, "the transaction already failed: roll it back".into()),
        "22003" => (ErrorKind::InvalidInput, "a number is out of range for its column".into()),
        "21000" => (ErrorKind::InvalidInput, "one statement would change the same row twice".into()),
        // Class 42 (syntax, names, types) speaks of the statement, not of values.
        "42P01" | "42703" | "42883" | "42804" => (
            ErrorKind::SchemaMismatch,
            format!("the database does not fit the model ({}): create or migrate it", database.message()),
        ),
        "0A000" | "26000" | "42P05" => (
            ErrorKind::SchemaMismatch,
            "a table changed, or the session, since the statement was prepared: it is prepared anew".into(),
        ),
        ddl::APPEND_ONLY_SQLSTATE => (
            ErrorKind::Forbidden,
            "its rows are append-only, and the database refuses to change or delete them".into(),
        ),
        "25006" => (
            ErrorKind::Unsupported,
            "the database takes no writes here: it was opened for reading only".into(),
        ),
        "42501" => (ErrorKind::Database, "the database role lacks a privilege on the table".into()),
        _ if code.starts_with("53") => {
            (ErrorKind::Database, format!("the server is out of resources (SQLSTATE {code})"))
        }
        _ if code.starts_with("42") => {
            (ErrorKind::Database, format!("SQLSTATE {code}: {}", database.message()))
        }
        _ => (ErrorKind::Database, format!("the database refused (SQLSTATE {code})")),
    }
}
