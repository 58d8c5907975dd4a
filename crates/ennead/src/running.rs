//! The future of an operation.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use ennead_core::{Error, Model};

use crate::exec::{self, Done, Started};
use crate::op::BulkResult;
use crate::sink::single;

/// An operation that runs: what `.run(&scope)` gives. Nothing is sent before it is awaited.
///
/// It holds a pointer to the executor's future and what turns its outcome into the result, so that a model's crate
/// compiles neither the executor nor the driver.
#[must_use = "an operation does nothing until it is awaited"]
pub struct Running<'a, T> {
    pub(crate) started: Started<'a>,
    /// The only part that a model's crate compiles for each model.
    pub(crate) finish: fn(Outcome) -> Result<T, Error>,
}

/// What the executor gives.
pub(crate) type Outcome = Result<Done, Error>;

impl<T> std::fmt::Debug for Running<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

impl<T> Future for Running<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match poll(&mut self.started, context) {
            Poll::Ready(outcome) => Poll::Ready((self.finish)(outcome)),
            Poll::Pending => Poll::Pending,
        }
    }
}

fn poll(started: &mut Started<'_>, context: &mut Context<'_>) -> Poll<Outcome> {
    started.as_mut().poll(context)
}

/// Exactly one row.
pub(crate) fn one<M: Model>(outcome: Outcome) -> Result<M, Error> {
    match single::<M>(outcome)? {
        (Some(row), 1) => Ok(row),
        (_, found) => Err(exec::not_one(found, M::DEF)),
    }
}

/// One row or none.
pub(crate) fn optional<M: Model>(outcome: Outcome) -> Result<Option<M>, Error> {
    match single::<M>(outcome)? {
        (row, 0 | 1) => Ok(row),
        (_, found) => Err(exec::not_one(found, M::DEF)),
    }
}

/// How many rows.
pub(crate) fn affected(outcome: Outcome) -> Result<u64, Error> {
    outcome.map(|done| done.affected)
}

/// How many rows a bulk operation wrote.
pub(crate) fn bulk_result(outcome: Outcome) -> Result<BulkResult, Error> {
    outcome.map(|done| BulkResult { affected: done.affected })
}

/// That it is done.
pub(crate) fn nothing(outcome: Outcome) -> Result<(), Error> {
    outcome.map(|_| ())
}
