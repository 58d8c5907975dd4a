//! What a live database holds, as a [`Snapshot`].

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use ennead_core::snapshot::Snapshot;
use ennead_core::{Error, ErrorKind};
use serde::de::DeserializeOwned;

use crate::backend::{Access, Conn};
use crate::db::Db;
use crate::exec;

/// Reads what the database holds: all schemas of a Postgres database but its own, the main file of SQLite.
///
/// Expressions are texts as the database writes them. On Postgres the names in the schema that the connection uses first
/// (`current_schema`) stand without it.
///
/// # Errors
/// Those of the connection, and `is_permission_denied`.
pub(crate) async fn introspect(db: &Db) -> Result<Snapshot, Error> {
    let conn = db.inner().backend.acquire(Access { write: false, owner: true }).await?;
    let found = match &conn {
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => postgres::introspect(conn).await?,
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => sqlite::introspect(conn).await?,
        #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
        _ => crate::backend::none(),
    };
    Ok(crate::migrate::without_ledger(found))
}

/// What a database of that kind makes of a snapshot, and of statements behind it. What is hinted stays so.
///
/// # Errors
/// Those of the statements; `is_invalid_input` for a snapshot of another dialect.
pub(crate) async fn normalised(db: &Db, snapshot: &Snapshot, behind: &[String]) -> Result<Snapshot, Error> {
    if snapshot.dialect != db.dialect() {
        return Err(Error::invalid(format!(
            "a snapshot for {} cannot be made on {}: take the database's own dialect",
            snapshot.dialect,
            db.dialect()
        )));
    }
    let conn = db.inner().backend.acquire(Access { write: false, owner: true }).await?;
    let mut made = match &conn {
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => postgres::normalised(conn, snapshot, behind).await?,
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => {
            drop(conn);
            sqlite::normalised(snapshot, behind).await?
        }
        #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
        _ => crate::backend::none::<Snapshot>(),
    };
    for table in &mut made.tables {
        let Some(hinted) = snapshot.table_named(&table.full_name()) else { continue };
        table.renamed_from.clone_from(&hinted.renamed_from);
        for column in &mut table.columns {
            let same = hinted.column(&column.name);
            column.renamed_from = same.and_then(|same| same.renamed_from.clone());
        }
    }
    Ok(made)
}

/// Runs a query whose every row is one JSON text.
async fn rows<T: DeserializeOwned>(conn: Conn, sql: &str) -> Result<(Conn, Vec<T>), Error> {
    let (conn, texts) = exec::raw_texts(conn, sql).await?;
    let read = |text: &String| {
        serde_json::from_str(text).map_err(|error| {
            Error::new(ErrorKind::Decode, format!("the catalogue tells what is not understood: {error}"))
        })
    };
    let rows = texts.iter().map(read).collect::<Result<_, _>>()?;
    Ok((conn, rows))
}
