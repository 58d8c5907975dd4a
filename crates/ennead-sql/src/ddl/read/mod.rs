//! From the statements that SQLite keeps (`sqlite_schema`) to a snapshot.
//!
//! SQLite keeps what was written, and its pragmas tell only a part of it: not the names of constraints, the conditions of
//! CHECK, AUTOINCREMENT, nor when a foreign key is checked. So the text is read. What this cannot read for sure is named
//! as unmodelled with its whole text, and never taken for something else.

mod cursor;
mod index;
mod table;

use ennead_core::Dialect;
use ennead_core::snapshot::{Snapshot, Table, Trigger, Unmodelled, View};

/// A row of `sqlite_schema`.
#[derive(Debug, Clone)]
pub struct SchemaRow {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The table that it belongs to.
    pub tbl_name: String,
    /// The statement that made it; none for the indexes that constraints make.
    pub sql: Option<String>,
}

/// What a SQLite database holds, by its `sqlite_schema`; SQLite's own tables are left out.
#[must_use]
pub fn sqlite(rows: &[SchemaRow]) -> Snapshot {
    let mut snapshot = Snapshot::empty(Dialect::Sqlite);
    let is_own = |row: &&SchemaRow| !row.name.starts_with("sqlite_") && !row.tbl_name.starts_with("sqlite_");
    for row in rows.iter().filter(is_own) {
        let Some(sql) = &row.sql else { continue };
        match row.kind.as_str() {
            "table" => match table::read(&row.name, sql) {
                Some(table) => snapshot.tables.push(table),
                None => unmodelled(&mut snapshot, row, sql),
            },
            "view" => snapshot.views.push(View { name: row.name.clone(), statement: sql.clone() }),
            _ => {}
        }
    }
    for row in rows.iter().filter(is_own) {
        let Some(sql) = &row.sql else { continue };
        if !matches!(row.kind.as_str(), "index" | "trigger") {
            continue;
        }
        let index = if row.kind == "index" { index::read(&row.name, sql) } else { None };
        let is_view = snapshot.views.iter().any(|view| view.name == row.tbl_name);
        match owner(&mut snapshot, &row.tbl_name) {
            Some(table) if row.kind == "trigger" => {
                table.triggers.push(Trigger { name: row.name.clone(), statement: sql.clone() });
            }
            Some(table) if index.is_some() => table.indexes.extend(index),
            // A trigger of a view goes and comes with it.
            _ if is_view && row.kind == "trigger" => unmodelled(&mut snapshot, row, sql),
            _ => unmodelled(&mut snapshot, row, sql),
        }
    }
    snapshot.tables.sort_by(|one, other| one.name.cmp(&other.name));
    for table in &mut snapshot.tables {
        table.indexes.sort_by(|one, other| one.name.cmp(&other.name));
        table.triggers.sort_by(|one, other| one.name.cmp(&other.name));
    }
    snapshot.views.sort_by(|one, other| one.name.cmp(&other.name));
    snapshot.unmodelled.sort();
    snapshot
}

fn owner<'a>(snapshot: &'a mut Snapshot, name: &str) -> Option<&'a mut Table> {
    snapshot.tables.iter_mut().find(|table| table.name.eq_ignore_ascii_case(name))
}

fn unmodelled(snapshot: &mut Snapshot, row: &SchemaRow, sql: &str) {
    snapshot.unmodelled.push(Unmodelled {
        kind: row.kind.clone(),
        name: row.name.clone(),
        definition: sql.to_owned(),
    });
}

#[cfg(test)]
mod tests;
