//! The future of an operation.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use ennead_core::{Error, Model};

use crate::exec::{self, Done, Started};
use crate::op::BulkResult;
use crate::sink::rows;

/// An operation that runs: what `.run(&scope)` gives. Nothing is sent before it is awaited.
///
/// It holds a pointer to the executor's future and what turns its outcome into the result, so that a model's crate
/// compiles neither the executor nor the driver.
#[must_use = "an operation does nothing until it is awaited"]
pub struct Running<'a, T> {
    started: Started<'a>,
    finish: fn(Done) -> Result<T, Error>,
}

impl<T> std::fmt::Debug for Running<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

impl<'a, T> Running<'a, T> {
    pub(crate) fn new(started: Started<'a>, finish: fn(Done) -> Result<T, Error>) -> Self {
        Self { started, finish }
    }
}

impl<T> Future for Running<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.started.as_mut().poll(context) {
            Poll::Ready(Ok(done)) => Poll::Ready((self.finish)(done)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Exactly one row.
pub(crate) fn one<M: Model>(done: Done) -> Result<M, Error> {
    exec::one(rows(done)?, M::DEF)
}

/// One row or none.
pub(crate) fn optional<M: Model>(done: Done) -> Result<Option<M>, Error> {
    let mut rows = rows(done)?;
    if rows.len() > 1 {
        return Err(exec::ambiguous(M::DEF));
    }
    Ok(rows.pop())
}

/// How many rows.
pub(crate) fn affected(done: Done) -> Result<u64, Error> {
    Ok(done.affected)
}

/// How many rows a bulk operation wrote.
pub(crate) fn bulk_result(done: Done) -> Result<BulkResult, Error> {
    Ok(BulkResult { affected: done.affected })
}

/// That it is done.
pub(crate) fn nothing(_: Done) -> Result<(), Error> {
    Ok(())
}
