use std::fmt;
use std::pin::Pin;

use ennead_core::{Error, Model, in_request};
use futures_core::Stream;
use futures_util::StreamExt;

use crate::exec;
use crate::op::{BulkCreate, BulkResult, Create, Narrow, in_tenant};
use crate::scopes::CreateScope;

/// How many rows go to the database at a time.
const CHUNK: usize = 4096;

/// Creates as many rows as a stream gives, all or none, with bounded memory.
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct BulkCreateStream<M> {
    rows: Pin<Box<dyn Stream<Item = Create<M>> + Send>>,
    narrow: Narrow,
}

impl<M: Model> fmt::Debug for BulkCreateStream<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkCreateStream").field("model", &M::DEF.name).finish_non_exhaustive()
    }
}

impl<M: Model> BulkCreateStream<M> {
    pub(crate) fn new<R: Into<Create<M>> + 'static>(rows: impl Stream<Item = R> + Send + 'static) -> Self {
        Self { rows: Box::pin(rows.map(Into::into)), narrow: Narrow::NONE }
    }

    in_tenant!();

    /// Creates the rows in one transaction. Keys that stand twice are the database's unique violation.
    ///
    /// # Errors
    /// A violated constraint or a value that does not fit: then no row is created.
    pub async fn run(self, scope: &impl CreateScope<M>) -> Result<BulkResult, Error> {
        let mut narrow = self.narrow;
        #[cfg(feature = "__detour")]
        let _ = crate::detour::way(&scope.handle(), false, crate::detour::Ask::CreateStream(M::DEF));
        let mut chunks = self.rows.chunks(CHUNK);
        let mut affected = 0;
        let mut atomic = exec::Atomic::begin(scope.handle(), M::DEF).await?;
        while let Some(rows) = chunks.next().await {
            match create_chunk(&mut atomic, narrow, rows).await {
                // Later chunks belong to the tenant of the first.
                Ok((done, tenant)) => (affected, narrow) = (affected + done, tenant),
                Err(error) => {
                    let before = usize::try_from(affected).unwrap_or(usize::MAX);
                    return Err(in_request(atomic.rollback(error).await, "", Some(before)));
                }
            }
        }
        atomic.commit().await?;
        Ok(BulkResult { affected })
    }
}

async fn create_chunk<M: Model>(
    atomic: &mut exec::Atomic<'_>,
    narrow: Narrow,
    rows: Vec<Create<M>>,
) -> Result<(u64, Narrow), Error> {
    let (tenant, values) = BulkCreate { rows, narrow }.into_values()?;
    let affected = atomic.insert(tenant.clone(), M::DEF, values).await?;
    Ok((affected, Narrow::of(tenant)))
}
