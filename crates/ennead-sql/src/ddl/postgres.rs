//! The statements that make a snapshot on Postgres.

use std::collections::BTreeSet;

use ennead_core::constraints::quote;
use ennead_core::snapshot::{EnumType, ForeignKey, Snapshot, Table};

use super::{literal, order, render};

/// Types, then each table with its indexes and comments, then the foreign keys to tables that came later.
pub(super) fn create(snapshot: &Snapshot) -> Vec<String> {
    let mut statements: Vec<String> = snapshot.enums.iter().flat_map(create_enum).collect();
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let mut late = Vec::new();
    for table in order::tables(snapshot) {
        made.insert(&table.name);
        let is_late = |key: &ForeignKey| !made.contains(key.parent.as_str());
        statements.push(create_table(table, |key| !is_late(key)));
        statements.extend(table.indexes.iter().map(|index| render::index(&table.name, index)));
        statements.extend(comments(table));
        statements.extend(table.triggers.iter().map(|trigger| trigger.statement.clone()));
        late.extend(
            table.foreign_keys.iter().filter(|key| is_late(key)).map(|key| add_foreign_key(&table.name, key)),
        );
    }
    statements.append(&mut late);
    statements
}

fn create_enum(kind: &EnumType) -> Vec<String> {
    let variants: Vec<&str> = kind.variants.iter().map(String::as_str).collect();
    let mut statements =
        vec![format!("CREATE TYPE {} AS ENUM ({})", quote(&kind.name), literal::list(&variants))];
    statements.extend(kind.comment.as_ref().map(|text| comment("TYPE", &quote(&kind.name), text)));
    statements
}

fn create_table(table: &Table, foreign_keys_here: impl Fn(&ForeignKey) -> bool) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(render::column).collect();
    lines.extend(render::constraints(table, table.primary_key.as_ref(), foreign_keys_here));
    format!("CREATE TABLE {} (\n    {}\n)", quote(&table.name), lines.join(",\n    "))
}

fn add_foreign_key(table: &str, key: &ForeignKey) -> String {
    format!("ALTER TABLE {} ADD {}", quote(table), render::foreign_key(key))
}

fn comments(table: &Table) -> Vec<String> {
    let name = quote(&table.name);
    let mut statements: Vec<String> =
        table.comment.iter().map(|text| comment("TABLE", &name, text)).collect();
    for column in &table.columns {
        if let Some(text) = &column.comment {
            statements.push(comment("COLUMN", &format!("{name}.{}", quote(&column.name)), text));
        }
    }
    statements
}

fn comment(kind: &str, name: &str, text: &str) -> String {
    format!("COMMENT ON {kind} {name} IS {}", literal::text(text))
}
