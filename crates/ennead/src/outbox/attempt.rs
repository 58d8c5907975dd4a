//! One attempt to deliver an event.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::sync::watch;

use super::event::OutboxEvent;

/// How much is kept of what a sink says.
const MAX_REASON: usize = 300;

/// Where events go: what [`Outbox::deliver`](super::Outbox::deliver) calls for each of them, outside of any transaction.
///
/// `Ok` says that the receiver has it. It may have it twice: where the process dies between the answer and the mark, and where the
/// answer came too late. So a receiver remembers [`OutboxEvent::event`]. A closure that
/// takes the event and gives a future is one, too.
pub trait Deliver: Send + Sync + 'static {
    /// Delivers an event.
    ///
    /// # Errors
    /// It was not delivered, and why. A panic, and no answer in time, are the same.
    fn deliver(&self, event: &OutboxEvent) -> impl Future<Output = Result<(), Undelivered>> + Send;
}

impl<F, R> Deliver for F
where
    F: Fn(OutboxEvent) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), Undelivered>> + Send,
{
    fn deliver(&self, event: &OutboxEvent) -> impl Future<Output = Result<(), Undelivered>> + Send {
        self(event.clone())
    }
}

/// Why an event was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    reason: String,
    for_good: bool,
    after: Option<Duration>,
}

impl Undelivered {
    /// It is tried again. The reason is kept with the event, where its tenant reads it: a status, and no values.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), for_good: false, after: None }
    }

    /// It is given up at once: the receiver does not want it, and never will.
    #[must_use]
    pub fn for_good(reason: impl Into<String>) -> Self {
        Self { for_good: true, ..Self::new(reason) }
    }

    /// It is tried again when the receiver says (`Retry-After`), if that is later than it would be.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.after = Some(after);
        self
    }
}

/// A database that fails a sink says so by the kind of its error.
impl From<ennead_core::Error> for Undelivered {
    fn from(error: ennead_core::Error) -> Self {
        Self::new(format!("{:?}", error.kind()))
    }
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Outcome {
    Delivered,
    Failed {
        reason: String,
        after: Option<Duration>,
    },
    ForGood {
        reason: String,
    },
    /// Nobody waited for its end.
    Released,
}

/// Makes an attempt, for so long at most and while `leave` is not true. A panic is an outcome like any other.
pub(super) async fn attempt(
    sink: &impl Deliver,
    event: &OutboxEvent,
    limit: Duration,
    mut leave: watch::Receiver<bool>,
) -> Outcome {
    // Nobody looks at the sink's own state through this future again.
    let call = AssertUnwindSafe(async { sink.deliver(event).await }).catch_unwind();
    let call = std::pin::pin!(tokio::time::timeout(limit, call));
    let left = std::pin::pin!(leave.wait_for(|leave| *leave));
    let failed = |reason: String| Outcome::Failed { reason, after: None };
    match select(call, left).await {
        Either::Right(_) => Outcome::Released,
        Either::Left((Ok(Ok(Ok(()))), _)) => Outcome::Delivered,
        Either::Left((Ok(Ok(Err(told))), _)) => {
            let reason = short(&told.reason);
            if told.for_good {
                Outcome::ForGood { reason }
            } else {
                Outcome::Failed { reason, after: told.after }
            }
        }
        Either::Left((Ok(Err(_)), _)) => failed("the sink panicked".to_owned()),
        Either::Left((Err(_), _)) => failed(format!("no answer within {limit:?}")),
    }
}

/// What is kept of a reason: a line of bounded length that every database takes.
fn short(reason: &str) -> String {
    let printable = reason.chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(MAX_REASON).collect()
}
