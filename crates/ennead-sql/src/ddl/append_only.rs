//! The triggers of an append-only table: its rows are never changed or deleted, whoever asks, its owner too.
//!
//! On Postgres they call a function of the schema, which is made before the first of them and goes with the last. It is no
//! part of a snapshot: it follows from the triggers.

use ennead_core::constraints::quote;
use ennead_core::snapshot::{Snapshot, Table, Trigger};
use ennead_core::{Dialect, ModelDef, naming};

/// What the message of a trigger on SQLite begins with.
pub const APPEND_ONLY: &str = "ennead append-only";

/// The SQLSTATE that the function on Postgres raises.
pub const APPEND_ONLY_SQLSTATE: &str = "ENN01";

/// The function on Postgres.
pub const APPEND_ONLY_FUNCTION: &str = "ennead_append_only";

/// The body of the function on Postgres, as the database keeps it.
pub const APPEND_ONLY_BODY: &str =
    "BEGIN RAISE EXCEPTION 'the rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'ENN01'; END";

/// The triggers of a model's table.
pub(super) fn triggers(model: &ModelDef, dialect: Dialect) -> Vec<Trigger> {
    if !model.append_only {
        return Vec::new();
    }
    let table = quote(model.table);
    match dialect {
        Dialect::Postgres => {
            let name = naming::constraint("tr", model.table, &["append_only"]);
            // The order of the events is that in which Postgres tells them.
            let statement = format!(
                "CREATE TRIGGER {} BEFORE DELETE OR UPDATE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {}()",
                quote(&name),
                quote(APPEND_ONLY_FUNCTION)
            );
            vec![Trigger { name, statement }]
        }
        Dialect::Sqlite => ["DELETE", "UPDATE"]
            .into_iter()
            .map(|event| {
                let name =
                    naming::constraint("tr", model.table, &["append_only", &event.to_ascii_lowercase()]);
                let statement = format!(
                    "CREATE TRIGGER {} BEFORE {event} ON {table} FOR EACH ROW\nBEGIN\n    SELECT RAISE(ABORT, '{APPEND_ONLY}: no row of this table is changed or deleted');\nEND",
                    quote(&name)
                );
                Trigger { name, statement }
            })
            .collect(),
    }
}

/// Whether a trigger is one of these on Postgres.
pub(super) fn calls_function(trigger: &Trigger) -> bool {
    ennead_core::diff::mentions(&trigger.statement, APPEND_ONLY_FUNCTION)
}

/// Whether a table of the snapshot needs the function.
pub(super) fn needs_function(snapshot: &Snapshot) -> bool {
    snapshot.tables.iter().any(is_guarded)
}

/// Whether a table has the trigger on Postgres.
pub(super) fn is_guarded(table: &Table) -> bool {
    table.triggers.iter().any(calls_function)
}

/// Makes the function, or makes it anew as it was.
pub(super) fn create_function() -> String {
    format!(
        "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $ennead${APPEND_ONLY_BODY}$ennead$",
        quote(APPEND_ONLY_FUNCTION)
    )
}

/// Drops the function.
pub(super) fn drop_function() -> String {
    format!("DROP FUNCTION IF EXISTS {}()", quote(APPEND_ONLY_FUNCTION))
}
