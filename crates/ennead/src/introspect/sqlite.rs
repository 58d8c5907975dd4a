//! SQLite: the statements that it keeps, read by [`ddl::read`].

use ennead_core::Error;
use ennead_core::diff::{Hints, diff};
use ennead_core::snapshot::Snapshot;
use ennead_sql::ddl::read::{self, SchemaRow};
use ennead_sql::ddl::{PlanOptions, plan};
use serde::Deserialize;

use super::rows;
use crate::backend::{Access, Conn};
use crate::db::Db;

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

/// What is made of a snapshot: it is made in a database in memory, which nobody else sees.
pub(super) async fn normalised(snapshot: &Snapshot, behind: &[String]) -> Result<Snapshot, Error> {
    let db = Db::connect("sqlite::memory:").await?;
    let from_nothing = diff(&Snapshot::empty(snapshot.dialect), snapshot, &Hints::default());
    crate::migrate::apply(&db, &plan(&from_nothing, &PlanOptions::default())).await?;
    let mut conn = db.inner().backend.acquire(Access { write: true, owner: true }).await?;
    for sql in behind {
        conn.execute(sql).await?;
    }
    let made = introspect(conn).await;
    db.close().await;
    made
}
