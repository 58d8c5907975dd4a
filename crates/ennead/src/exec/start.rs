//! The way from the generic shells into the executor.
//!
//! The futures are boxed here, where nothing is generic: an `async fn` is compiled in each crate that polls it, so else
//! every crate of models would compile the executor and the driver below it.

use std::future::Future;
use std::pin::Pin;

use ennead_core::{Conflict, Count, Delete, Error, ModelDef, Select, Update, Values};

use super::{Done, Handle};
use crate::op::Narrow;
use crate::sink::{Nothing, Sink};

/// An operation in the executor.
pub(crate) type Started<'a> = Pin<Box<dyn Future<Output = Result<Done, Error>> + Send + 'a>>;

/// Create and its upserts.
pub(crate) fn create<'a>(
    handle: Handle<'a>,
    narrow: Narrow,
    model: &'static ModelDef,
    values: Values,
    conflict: Option<Conflict>,
    sink: Box<dyn Sink>,
) -> Started<'a> {
    Box::pin(
        async move { super::insert(handle, narrow.take()?, model, vec![values], conflict, Some(sink)).await },
    )
}

/// Read and List.
pub(crate) fn select(handle: Handle<'_>, narrow: Narrow, select: Select, sink: Box<dyn Sink>) -> Started<'_> {
    Box::pin(async move { super::select(handle, narrow.take()?, select, sink).await })
}

/// Count; the number is what was affected.
pub(crate) fn count(handle: Handle<'_>, narrow: Narrow, count: Count) -> Started<'_> {
    Box::pin(async move {
        let affected = super::count(handle, narrow.take()?, count).await?;
        Ok(Done { affected, sink: Box::new(Nothing) })
    })
}

/// Update and BulkUpdate.
pub(crate) fn update(
    handle: Handle<'_>,
    narrow: Narrow,
    update: Result<Update, Error>,
    sink: Box<dyn Sink>,
) -> Started<'_> {
    Box::pin(async move {
        let narrow = narrow.take()?;
        super::update(handle, narrow, update?, sink).await
    })
}

/// Delete and BulkDelete.
pub(crate) fn delete(
    handle: Handle<'_>,
    narrow: Narrow,
    delete: Result<Delete, Error>,
    hard: bool,
) -> Started<'_> {
    Box::pin(async move {
        let narrow = narrow.take()?;
        let affected = super::delete(handle, narrow, delete?, hard).await?;
        Ok(Done { affected, sink: Box::new(Nothing) })
    })
}
