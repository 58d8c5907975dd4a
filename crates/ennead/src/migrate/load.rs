//! Statements of others, run as they are.

use ennead_core::Error;

use crate::backend::Access;
use crate::db::Db;

/// Runs statements in their order, each by itself, on one connection: settings that one of them changes hold for those
/// after it, and are put back behind the last. It is for databases that are thrown away, such as one that a file of SQL is
/// loaded into to be introspected.
///
/// # Errors
/// That of the first statement that fails, with its place among them; those before it stay done.
///
/// ```
/// # use ennead::prelude::*;
/// use ennead::migrate;
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main] async fn main() -> Result<(), Error> {
/// let db = Db::connect("sqlite::memory:").await?;
/// let failed = migrate::load(&db, &["CREATE TABLE a (b int)", "CREATE TABLE a (b int)"]).await;
/// assert_eq!(failed.unwrap_err().0, 1);
/// assert_eq!(migrate::introspect(&db).await?.tables.len(), 1);
/// # Ok(()) }
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// ```
pub async fn load(db: &Db, statements: &[&str]) -> Result<(), (usize, Error)> {
    let mut conn =
        db.inner().backend.acquire(Access { write: true, owner: true }).await.map_err(|error| (0, error))?;
    conn.will_change_settings();
    for (at, sql) in statements.iter().enumerate() {
        conn.execute(sql).await.map_err(|error| (at, error))?;
    }
    Ok(())
}
