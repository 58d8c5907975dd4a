//! Postgres: one query of the catalogues for each kind of thing, in one transaction that reads only.

mod arrays;
mod assemble;
mod parts;
mod tables;
mod types;
mod unmodelled;

use ennead_core::Error;
use ennead_core::constraints::quote;
use ennead_core::snapshot::Snapshot;

use super::rows;
use crate::backend::Conn;
use crate::exec;

/// Reads all of a database.
pub(super) async fn introspect(conn: Conn) -> Result<Snapshot, Error> {
    let (mut conn, schemas) = exec::raw_texts(conn, "SELECT coalesce(current_schema(), '')::text").await?;
    let schema = schemas.into_iter().next().unwrap_or_default();
    conn.begin(None).await?;
    let path = if schema.is_empty() { "''".to_owned() } else { quote(&schema) };
    // With one schema in the path, names in it stand alone and all others are whole.
    let setup = format!(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL search_path TO {path}"
    );
    if let Err(error) = conn.execute(&setup).await {
        let _ = conn.rollback().await;
        return Err(error);
    }
    let (conn, schemas) = rows(conn, types::SCHEMAS).await?;
    let (conn, enums) = rows(conn, types::ENUMS).await?;
    let (conn, sequences) = rows(conn, types::SEQUENCES).await?;
    let (conn, tables) = rows(conn, &tables::tables()).await?;
    let (conn, columns) = rows(conn, &tables::columns()).await?;
    let (conn, constraints) = rows(conn, &parts::constraints()).await?;
    let (conn, indexes) = rows(conn, &parts::indexes()).await?;
    let (mut conn, unmodelled) = rows(conn, &unmodelled::query()).await?;
    conn.rollback().await?;
    let found =
        assemble::Found { schemas, enums, sequences, tables, columns, constraints, indexes, unmodelled };
    Ok(found.assemble())
}

/// Of a relation `c` in a schema `n`: it belongs to people, not to Postgres or an extension.
const OURS: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
                    AND e.objid = c.oid AND e.deptype = 'e')";

/// Of a relation `c`: an ordinary table, neither a partition nor in an inheritance.
const PLAIN: &str = "c.relkind = 'r' AND NOT c.relispartition \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid OR h.inhparent = c.oid)";
