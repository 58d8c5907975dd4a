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
    match &conn {
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => postgres::introspect(conn).await,
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => sqlite::introspect(conn).await,
        #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
        _ => crate::backend::none(),
    }
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
