//! A model whose changes are told, and a receiver that does as it is told.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ennead::outbox::{Deliver, Outbox, OutboxEvent, Undelivered};
use ennead::prelude::*;

use crate::Bed;
use crate::accounts::Hands;

#[model(table = "outbox_agents")]
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub name: String,
}

pub(super) fn schema() -> Schema {
    ennead::schema![Agent, OutboxEvent]
}

/// A database on a clock that the case moves.
pub(super) async fn open(bed: &Bed) -> (Db, Hands) {
    let hands = Hands::default();
    (bed.db_with(&schema(), Db::builder().clock(hands.clone())).await, hands)
}

/// What a receiver does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Takes,
    TakesAfter(Duration),
    Refuses,
    RefusesFor(Duration),
    RefusesForGood,
    Hangs,
    Panics,
}

type Does = dyn Fn(&OutboxEvent) -> Answer + Send + Sync;

/// Writes down what it is given, and what it took.
#[derive(Clone)]
pub(super) struct Receiver {
    does: Arc<Does>,
    given: Arc<Mutex<Vec<OutboxEvent>>>,
    took: Arc<Mutex<Vec<OutboxEvent>>>,
}

impl Receiver {
    pub(super) fn new(does: impl Fn(&OutboxEvent) -> Answer + Send + Sync + 'static) -> Self {
        Self { does: Arc::new(does), given: Arc::default(), took: Arc::default() }
    }

    /// One that takes whatever it is given.
    pub(super) fn willing() -> Self {
        Self::new(|_| Answer::Takes)
    }

    pub(super) fn given(&self) -> Vec<OutboxEvent> {
        self.given.lock().unwrap().clone()
    }

    pub(super) fn took(&self) -> Vec<OutboxEvent> {
        self.took.lock().unwrap().clone()
    }

    /// The topics of what it took, sorted.
    pub(super) fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = self.took().into_iter().map(|event| event.topic).collect();
        topics.sort();
        topics
    }

    /// Waits until it was given so many.
    pub(super) async fn was_given(&self, events: usize) {
        for _ in 0..1000 {
            if self.given.lock().unwrap().len() >= events {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} of {events} came", self.given.lock().unwrap().len());
    }

    async fn answer(&self, event: &OutboxEvent) -> Result<(), Undelivered> {
        self.given.lock().unwrap().push(event.clone());
        match (self.does)(event) {
            Answer::Takes => {}
            Answer::TakesAfter(pause) => tokio::time::sleep(pause).await,
            Answer::Refuses => return Err(Undelivered::new("503")),
            Answer::RefusesFor(pause) => return Err(Undelivered::new("429").retry_after(pause)),
            Answer::RefusesForGood => return Err(Undelivered::for_good("410")),
            Answer::Hangs => std::future::pending().await,
            // Without a word of the hook of panics.
            Answer::Panics => std::panic::resume_unwind(Box::new("a sink's own")),
        }
        self.took.lock().unwrap().push(event.clone());
        Ok(())
    }
}

impl Deliver for Receiver {
    fn deliver(&self, event: &OutboxEvent) -> impl Future<Output = Result<(), Undelivered>> + Send {
        self.answer(event)
    }
}

/// A dispatcher that is quick to lose its patience.
pub(super) fn outbox(db: &Db) -> Outbox {
    Outbox::new(db).timeout(Duration::from_millis(500)).lease(Duration::from_secs(60))
}

/// All events of the database, in order.
pub(super) async fn stored(db: &Db) -> Vec<OutboxEvent> {
    let all = db.across_tenants("what is in the outbox");
    OutboxEvent::list().order_by(OutboxEvent::ID.asc()).run(&all).await.unwrap()
}
