//! The statements that make a snapshot on SQLite.

use ennead_core::constraints::quote;
use ennead_core::snapshot::{Column, Identity, PrimaryKey, Snapshot, Table};

use super::{order, render};

/// Each table with its indexes, then the triggers, whose bodies name other tables.
pub(super) fn create(snapshot: &Snapshot) -> Vec<String> {
    let tables = order::tables(snapshot);
    let mut statements = Vec::new();
    for table in &tables {
        statements.push(create_table(table));
        statements.extend(table.indexes.iter().map(|index| render::index(&table.full_name(), index)));
    }
    for table in tables {
        statements.extend(table.triggers.iter().map(|trigger| trigger.statement.clone()));
    }
    statements
}

/// SQLite has no COMMENT, but keeps the text of CREATE TABLE: a table's comment stands before the parenthesis, a column's
/// above the column.
pub(super) fn create_table(table: &Table) -> String {
    // AUTOINCREMENT is only taken in the column itself, together with the key.
    let key = table.primary_key.as_ref();
    let counted = table.columns.iter().any(|column| column.identity == Some(Identity::Autoincrement));
    let mut lines: Vec<String> = table.columns.iter().map(|column| create_column(column, key)).collect();
    lines.extend(render::constraints(table, key.filter(|_| !counted), |_| true));
    let options: Vec<&str> = [(table.strict, "STRICT"), (table.without_rowid, "WITHOUT ROWID")]
        .iter()
        .filter_map(|(wanted, option)| wanted.then_some(*option))
        .collect();
    let options = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
    let opening = match &table.comment {
        Some(text) => format!("\n{}\n(", comment(text).collect::<Vec<_>>().join("\n")),
        None => " (".to_owned(),
    };
    format!("CREATE TABLE {}{opening}\n    {}\n){options}", quote(&table.name), lines.join(",\n    "))
}

fn create_column(column: &Column, key: Option<&PrimaryKey>) -> String {
    let mut sql = String::new();
    for line in column.comment.iter().flat_map(|text| comment(text)) {
        sql.push_str(&line);
        sql.push_str("\n    ");
    }
    sql.push_str(&render::column(column));
    if column.identity == Some(Identity::Autoincrement) {
        let name = key.map_or_else(String::new, |key| render::named(&key.name));
        sql.push_str(&format!(" {name}PRIMARY KEY AUTOINCREMENT"));
    }
    sql
}

/// A text as comments, each of which ends with its line, so that nothing in it can end them.
fn comment(text: &str) -> impl Iterator<Item = String> {
    text.split('\n').map(|line| format!("-- {}", line.replace('\r', "")).trim_end().to_owned())
}
