//! SQLite: the statements that it keeps, read by [`ddl::read`].

use ennead_core::Error;
use ennead_core::snapshot::Snapshot;
use ennead_sql::ddl::read::{self, SchemaRow};
use serde::Deserialize;

use super::rows;
use crate::backend::Conn;

/// What a virtual table keeps in tables of its own is no matter of ours.
const SCHEMA: &str = "SELECT json_object('type', type, 'name', name, 'tbl_name', tbl_name, 'sql', sql) FROM sqlite_schema \
    WHERE name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow') ORDER BY rowid";

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    tbl_name: String,
    sql: Option<String>,
}

/// Reads all of a database.
pub(super) async fn introspect(conn: Conn) -> Result<Snapshot, Error> {
    let (_, found) = rows::<Row>(conn, SCHEMA).await?;
    let row = |row: Row| SchemaRow { kind: row.kind, name: row.name, tbl_name: row.tbl_name, sql: row.sql };
    Ok(read::sqlite(&found.into_iter().map(row).collect::<Vec<_>>()))
}
