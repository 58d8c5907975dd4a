//! Postgres: one query of the catalogues for each kind of thing, in one transaction that reads only.

mod arrays;
mod assemble;
mod normalise;
mod parts;
mod tables;
mod types;
mod unmodelled;

use ennead_core::Error;
use ennead_core::snapshot::Snapshot;

use self::assemble::Found;
pub(super) use self::normalise::normalised;
use super::rows;
use crate::backend::Conn;
use crate::exec;

/// Reads all of a database.
pub(super) async fn introspect(conn: Conn) -> Result<Snapshot, Error> {
    let (mut conn, schema) = current_schema(conn).await?;
    conn.begin(None).await?;
    // With one schema in the path, names in it stand alone and all others are whole.
    let setup = format!(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL search_path TO {}",
        if schema.is_empty() { "''" } else { &schema }
    );
    if let Err(error) = conn.execute(&setup).await {
        let _ = conn.rollback().await;
        return Err(error);
    }
    let (conn, mut found) = read(conn, &Reach::all()).await?;
    let (mut conn, around) = rows(conn, &unmodelled::of_database()).await?;
    conn.rollback().await?;
    found.unmodelled.extend(around);
    Ok(found.assemble())
}

/// The schema in which the connection makes things, quoted; empty where there is none.
async fn current_schema(conn: Conn) -> Result<(Conn, String), Error> {
    let (conn, schemas) =
        exec::raw_texts(conn, "SELECT quote_ident(coalesce(current_schema(), ''))::text").await?;
    let schema = schemas.into_iter().next().unwrap_or_default();
    Ok((conn, if schema == "\"\"" { String::new() } else { schema }))
}

/// Reads what lies in some schemas.
async fn read(conn: Conn, reach: &Reach) -> Result<(Conn, Found), Error> {
    let (conn, schemas) = rows(conn, &types::schemas(reach)).await?;
    let (conn, enums) = rows(conn, &types::enums(reach)).await?;
    let (conn, sequences) = rows(conn, &types::sequences(reach)).await?;
    let (conn, tables) = rows(conn, &tables::tables(reach)).await?;
    let (conn, columns) = rows(conn, &tables::columns(reach)).await?;
    let (conn, constraints) = rows(conn, &parts::constraints(reach)).await?;
    let (conn, indexes) = rows(conn, &parts::indexes(reach)).await?;
    let (conn, triggers) = rows(conn, &parts::triggers(reach)).await?;
    let (conn, unmodelled) = rows(conn, &unmodelled::in_schemas(reach)).await?;
    Ok((
        conn,
        Found { schemas, enums, sequences, tables, columns, constraints, indexes, triggers, unmodelled },
    ))
}

/// Of which schemas everything is read.
struct Reach {
    /// Of a schema `n`: it is one of them.
    schemas: String,
    /// Of a relation `c` in a schema `n`: it is in one of them, and belongs to people, not to an extension.
    ours: String,
}

impl Reach {
    /// All but those of Postgres itself.
    fn all() -> Self {
        Self::of("n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'".to_owned())
    }

    /// Those with these names.
    fn only(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
        Self::of(format!("n.nspname IN ({})", names.join(", ")))
    }

    fn of(schemas: String) -> Self {
        let ours = format!(
            "{schemas} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e \
             WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e')"
        );
        Self { schemas, ours }
    }
}

/// Of a relation `c`: an ordinary table, neither a partition nor in an inheritance.
const PLAIN: &str = "c.relkind = 'r' AND NOT c.relispartition \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid OR h.inhparent = c.oid)";
