//! Work of the processor that is too much for a thread that others wait for.

use ennead_core::{Error, ErrorKind};

/// From so many rows on, they are made ready on a thread of their own.
const MANY: usize = 1000;

/// Does work on so many rows: at once where they are few.
pub(crate) async fn apart<T: Send + 'static>(
    rows: usize,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    if rows < MANY {
        return work();
    }
    tokio::task::spawn_blocking(work).await.map_err(|failed| {
        Error::new(ErrorKind::Database, format!("the rows were not made ready: {failed}"))
    })?
}
