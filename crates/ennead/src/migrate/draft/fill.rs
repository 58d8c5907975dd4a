//! What rows get in columns that come back without the values that they had.

use ennead_core::Dialect;
use ennead_core::constraints::quote;
use ennead_core::diff::{Change, Diff};
use ennead_core::snapshot::{Column, Snapshot, Table};
use ennead_sql::ddl::Fill;

/// Whether a column that is added needs a value for each row that is there.
pub(super) fn is_bare(column: &Column) -> bool {
    !column.nullable && column.default.is_none() && column.generated.is_none() && column.identity.is_none()
}

/// For each column that comes to take no NULL, the plainest value that it takes. `types` is what Postgres would come to,
/// where that is known: SQLite calls times and UUIDs texts.
pub(super) fn neutral(diff: &Diff, types: Option<&Snapshot>) -> Vec<Fill> {
    let mut fills = Vec::new();
    for change in &diff.changes {
        let (name, column) = match change {
            Change::AddColumn { table, column } if is_bare(column) => (table, column),
            Change::AlterColumn { table, from, to } if from.nullable && !to.nullable => (table, &**to),
            _ => continue,
        };
        let typed = types.and_then(|types| types.table_named(name)?.column(&column.name));
        let value = diff.to.table_named(name).and_then(|table| value(table, column, typed, &diff.to));
        if let Some(value) = value {
            fills.push(Fill { table: name.clone(), column: column.name.clone(), value });
        }
    }
    fills
}

fn value(table: &Table, column: &Column, typed: Option<&Column>, snapshot: &Snapshot) -> Option<String> {
    // One of the values that its check lists.
    let listed = format!("{} IN (", quote(&column.name));
    let first = table.checks.iter().find_map(|check| {
        let list = check.condition.strip_prefix(&listed)?.strip_suffix(')')?;
        list.split(", ").next().map(str::to_owned)
    });
    if first.is_some() {
        return first;
    }
    if let Some(kind) = snapshot.enums.iter().find(|kind| column.data_type == kind.full_name().sql()) {
        return kind.variants.first().map(|value| format!("'{}'", value.replace('\'', "''")));
    }
    let mentions_json = table
        .checks
        .iter()
        .any(|check| check.condition.contains(&format!("json_valid({})", quote(&column.name))));
    let mentions_array = table
        .checks
        .iter()
        .any(|check| check.condition.contains(&format!("json_type({}) = 'array'", quote(&column.name))));
    let kind = base(column);
    let typed = typed.map(base);
    Some(
        match (snapshot.dialect, kind.as_str()) {
            (_, _) if mentions_array => "'[]'",
            (_, _) if mentions_json => "'{}'",
            (Dialect::Sqlite, "integer" | "real") => "0",
            (Dialect::Sqlite, "blob") => "x''",
            (Dialect::Sqlite, _) => match typed.as_deref() {
                Some("uuid") => "'00000000-0000-0000-0000-000000000000'",
                Some("timestamptz") => "'1970-01-01T00:00:00.000000Z'",
                Some("timestamp") => "'1970-01-01T00:00:00.000000'",
                Some("date") => "'1970-01-01'",
                Some("time") => "'00:00:00.000000'",
                Some("numeric") => "'0'",
                _ => "''",
            },
            (Dialect::Postgres, kind) if kind.ends_with("[]") => "'{}'",
            (
                Dialect::Postgres,
                "smallint" | "integer" | "bigint" | "real" | "double precision" | "numeric",
            ) => "0",
            (Dialect::Postgres, "boolean") => "false",
            (Dialect::Postgres, "text" | "varchar" | "character varying" | "bytea") => "''",
            (Dialect::Postgres, "uuid") => "'00000000-0000-0000-0000-000000000000'",
            (Dialect::Postgres, "timestamptz" | "timestamp" | "date") => "'epoch'",
            (Dialect::Postgres, "time") => "'00:00'",
            (Dialect::Postgres, "jsonb" | "json") => "'{}'",
            _ => return None,
        }
        .to_owned(),
    )
}

/// A type without its precision.
fn base(column: &Column) -> String {
    let kind = column.data_type.to_ascii_lowercase();
    kind.split('(').next().unwrap_or_default().trim().to_owned()
}
