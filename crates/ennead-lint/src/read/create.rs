//! CREATE.

use ennead_core::snapshot::{Check, ForeignKey, PrimaryKey, Table, Unique};

use super::cursor::Cursor;
use super::{ColumnSpec, ConstraintSpec, Effect, NewIndex, column};

pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Effect> {
    cursor.takes("OR REPLACE");
    let temporary = cursor.takes_any(&["GLOBAL TEMPORARY", "LOCAL TEMPORARY", "TEMPORARY", "TEMP"]);
    cursor.takes("UNLOGGED");
    if cursor.takes("TABLE") {
        return table(cursor, temporary);
    }
    let unique = cursor.takes("UNIQUE");
    if cursor.takes("INDEX") {
        return index(cursor, unique);
    }
    // What is made anew, under a name that was there or not, hurts nobody until it is used.
    let known =
        cursor.takes_any(&["RECURSIVE VIEW", "VIEW", "MATERIALIZED VIEW", "TYPE", "DOMAIN", "SEQUENCE"]);
    let known = known || cursor.takes_any(&["FUNCTION", "PROCEDURE", "AGGREGATE"]);
    if known {
        cursor.takes("IF NOT EXISTS");
        return Some(Effect::Create { name: cursor.name()? });
    }
    let harmless = [
        "SCHEMA",
        "EXTENSION",
        "TRIGGER",
        "CONSTRAINT TRIGGER",
        "EVENT TRIGGER",
        "POLICY",
        "RULE",
        "ROLE",
        "USER",
        "COLLATION",
        "OPERATOR",
        "CAST",
        "PUBLICATION",
        "STATISTICS",
        "VIRTUAL TABLE",
        "TEXT SEARCH",
    ];
    cursor.takes_any(&harmless).then_some(Effect::Harmless)
}

fn table(mut cursor: Cursor<'_>, temporary: bool) -> Option<Effect> {
    let if_missing = cursor.takes("IF NOT EXISTS");
    let name = cursor.name()?;
    if cursor.takes("PARTITION OF") {
        return Some(Effect::Harmless);
    }
    let Some(body) = cursor.inside() else {
        return cursor.has("AS").then_some(Effect::CreateTableAs { name });
    };
    if cursor.sees("AS") || (cursor.has("AS") && cursor.has("SELECT")) {
        return Some(Effect::CreateTableAs { name });
    }
    let mut made = Table { schema: name.schema.clone(), ..Table::new(name.name) };
    let items = if body.is_over() { Vec::new() } else { body.items() };
    for item in items {
        if item.sees_any(&["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"]) {
            let (name, constraint) = column::constraint(item)?;
            add_to(&mut made, name.unwrap_or_default(), constraint);
        } else if item.sees("LIKE") {
            // Its columns are another table's.
        } else {
            let spec = column::column(item)?;
            inline(&mut made, &spec);
            made.columns.push(spec.column);
        }
    }
    made.strict = cursor.has("STRICT");
    Some(Effect::CreateTable { table: Box::new(made), temporary, if_missing })
}

fn inline(table: &mut Table, spec: &ColumnSpec) {
    let columns = vec![spec.column.name.clone()];
    if spec.primary {
        table.primary_key = Some(PrimaryKey { columns, ..PrimaryKey::default() });
    } else if spec.unique {
        table.uniques.push(Unique { columns, ..Unique::default() });
    }
    for condition in &spec.checks {
        table.checks.push(Check { condition: condition.clone(), ..Check::default() });
    }
    if let Some(parent) = &spec.references {
        table.foreign_keys.push(ForeignKey {
            columns: vec![spec.column.name.clone()],
            parent_schema: parent.schema.clone(),
            parent: parent.name.clone(),
            ..ForeignKey::default()
        });
    }
}

/// Adds a constraint to what is known of a table.
pub(crate) fn add_to(table: &mut Table, name: String, constraint: ConstraintSpec) {
    match constraint {
        ConstraintSpec::PrimaryKey { columns, .. } => {
            for column in table.columns.iter_mut().filter(|column| columns.contains(&column.name)) {
                column.nullable = false;
            }
            table.primary_key = Some(PrimaryKey { name, columns, ..PrimaryKey::default() });
        }
        ConstraintSpec::Unique { columns, nulls_not_distinct, .. } => {
            table.uniques.push(Unique { name, columns, nulls_not_distinct, ..Unique::default() });
        }
        ConstraintSpec::ForeignKey { columns, parent, not_valid } => table.foreign_keys.push(ForeignKey {
            name,
            columns,
            parent_schema: parent.schema,
            parent: parent.name,
            not_valid,
            ..ForeignKey::default()
        }),
        ConstraintSpec::Check { condition, not_valid, .. } => {
            table.checks.push(Check { name, condition, not_valid, ..Check::default() });
        }
        ConstraintSpec::Exclusion => {}
    }
}

fn index(mut cursor: Cursor<'_>, unique: bool) -> Option<Effect> {
    let concurrently = cursor.takes("CONCURRENTLY");
    cursor.takes("IF NOT EXISTS");
    let name = if cursor.sees("ON") { None } else { Some(cursor.name()?) };
    cursor.takes("ON").then_some(())?;
    cursor.takes("ONLY");
    let table = cursor.name()?;
    if cursor.takes("USING") {
        cursor.part()?;
    }
    let parts = cursor.inside()?;
    let columns = column::index_columns(parts);
    let plain = columns.len() == parts.items().len();
    let options = cursor.until(&["WHERE"], false);
    let nulls_not_distinct = options.has("DISTINCT") && options.has("NOT");
    let condition = cursor.takes("WHERE").then(|| cursor.text());
    let index = NewIndex { name, table, unique, concurrently, columns, plain, condition, nulls_not_distinct };
    Some(Effect::CreateIndex(index))
}
