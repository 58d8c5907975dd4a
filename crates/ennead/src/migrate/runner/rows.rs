//! Rows for tables that are tried: plain values that keep types, keys and references.

use ennead_core::Dialect;
use ennead_core::constraints::quote;
use ennead_core::snapshot::{Column, ForeignKey, Snapshot, Table};

/// How deep references lead.
const DEPTH: usize = 16;

/// The statement that puts a row into a table; with all columns, or with those alone that must be given.
pub(super) fn insert(snapshot: &Snapshot, table: &Table, row: usize, all: bool) -> String {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in &table.columns {
        let is_made = column.generated.is_some() || column.identity.is_some();
        let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
        let must = !column.nullable && column.default.is_none();
        let is_referring = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        if !is_made && (all || must || is_key || (is_referring && !column.nullable)) {
            names.push(quote(&column.name));
            values.push(value(snapshot, table, column, row, 0));
        }
    }
    let name = table.full_name().sql();
    if names.is_empty() {
        return format!("INSERT INTO {name} DEFAULT VALUES");
    }
    format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), values.join(", "))
}

fn value(snapshot: &Snapshot, table: &Table, column: &Column, row: usize, depth: usize) -> String {
    let own = table.full_name();
    let refers = |key: &&ForeignKey| key.columns.contains(&column.name);
    let mut keys = table.foreign_keys.iter().filter(refers);
    if let Some(key) = keys.clone().find(|key| key.parent_name() != own).filter(|_| depth < DEPTH) {
        let at = key.columns.iter().position(|name| *name == column.name);
        let parent = snapshot.table_named(&key.parent_name());
        let named = at.and_then(|at| key.parent_columns.get(at));
        if let Some((parent, there)) =
            parent.zip(named).and_then(|(parent, name)| Some((parent, parent.column(name)?)))
        {
            return value(snapshot, parent, there, row, depth + 1);
        }
    }
    if keys.next().is_some() && column.nullable {
        return "NULL".to_owned();
    }
    plain(snapshot, table, column, row)
}

fn plain(snapshot: &Snapshot, table: &Table, column: &Column, row: usize) -> String {
    let name = quote(&column.name);
    let listed = format!("{name} IN (");
    for check in &table.checks {
        if let Some(list) = check.condition.strip_prefix(&listed).and_then(|list| list.strip_suffix(')')) {
            let values: Vec<&str> = list.split(", ").collect();
            return values.get(row % values.len().max(1)).copied().unwrap_or("NULL").to_owned();
        }
        if check.condition.contains(&format!("json_type({name}) = 'array'")) {
            return "'[]'".to_owned();
        }
        if check.condition.contains(&format!("json_valid({name})")) {
            return "'{}'".to_owned();
        }
    }
    if let Some(kind) = snapshot.enums.iter().find(|kind| column.data_type == kind.full_name().sql()) {
        let variant = kind.variants.get(row % kind.variants.len().max(1)).cloned().unwrap_or_default();
        return format!("'{}'", variant.replace('\'', "''"));
    }
    let kind = column.data_type.to_ascii_lowercase();
    let base = kind.split('(').next().unwrap_or_default().trim();
    match (snapshot.dialect, base) {
        (Dialect::Sqlite, "integer" | "int" | "real" | "numeric") => row.to_string(),
        (Dialect::Sqlite, "blob") => format!("x'{:02x}'", row % 256),
        (Dialect::Sqlite, _) => format!("'row {row}'"),
        (Dialect::Postgres, kind) if kind.ends_with("[]") => "'{}'".to_owned(),
        (Dialect::Postgres, "boolean") => (row % 2 == 1).to_string(),
        (Dialect::Postgres, "uuid") => format!("'00000000-0000-0000-0000-{row:012}'"),
        (
            Dialect::Postgres,
            "timestamptz" | "timestamp" | "timestamp with time zone" | "timestamp without time zone" | "date",
        ) => {
            format!("'2026-01-{:02}'", 1 + row % 28)
        }
        (Dialect::Postgres, "time" | "time without time zone") => format!("'12:00:{:02}'", row % 60),
        (Dialect::Postgres, "jsonb" | "json") => "'{}'".to_owned(),
        (Dialect::Postgres, "bytea") => format!("'\\x{:02x}'", row % 256),
        (Dialect::Postgres, "text" | "varchar" | "character varying" | "citext") => format!("'row {row}'"),
        (Dialect::Postgres, _) => row.to_string(),
    }
}
