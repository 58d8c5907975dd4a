//! The future of an operation.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use ennead_core::{Error, Model, ModelDef};

use crate::exec::{self, Done, Started};
use crate::op::BulkResult;
use crate::sink::{Sink, other_sink, taken};

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
        let Self { started, finish } = &mut *self;
        match poll(started, context) {
            Poll::Ready(outcome) => Poll::Ready(finish(outcome)),
            Poll::Pending => Poll::Pending,
        }
    }
}

fn poll(started: &mut Started<'_>, context: &mut Context<'_>) -> Poll<Outcome> {
    started.as_mut().poll(context)
}

/// Exactly one row.
pub(crate) fn one<M: Model>(outcome: Outcome) -> Result<M, Error> {
    match only(outcome, M::DEF) {
        Ok(sink) => taken(sink),
        Err(error) => Err(error),
    }
}

/// One row or none.
pub(crate) fn optional<M: Model>(outcome: Outcome) -> Result<Option<M>, Error> {
    match at_most_one(outcome, M::DEF) {
        Ok(Some(sink)) => taken(sink).map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The sink, where it took one row.
fn only(outcome: Outcome, model: &'static ModelDef) -> Result<Box<dyn Sink>, Error> {
    at_most_one(outcome, model)?.ok_or_else(|| exec::not_one(0, model))
}

/// The sink, where it took a row, but no more than one.
fn at_most_one(outcome: Outcome, model: &'static ModelDef) -> Result<Option<Box<dyn Sink>>, Error> {
    let sink = outcome?.sink;
    match sink.found() {
        Some(0) => Ok(None),
        Some(1) => Ok(Some(sink)),
        Some(found) => Err(exec::not_one(found, model)),
        None => Err(other_sink()),
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
