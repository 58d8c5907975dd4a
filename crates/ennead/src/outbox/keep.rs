//! What is done with events that are over.

use chrono::{DateTime, Utc};
use ennead_core::{Error, Filter};

use super::claim::Own;
use super::dispatch::Outbox;
use super::event::OutboxEvent;
use crate::model_ext::ModelExt;
use crate::scopes::sealed::Handles;

impl Outbox {
    /// Tries once more what was given up: all of it, or what matches. Attempts are counted from the beginning. How many.
    ///
    /// An event with an ordering key is again before the later ones of its key that are still open, and behind those that were
    /// delivered meanwhile.
    ///
    /// # Errors
    /// A connection or time limit error.
    pub async fn retry_dead(&self, which: Option<Filter<OutboxEvent>>) -> Result<u64, Error> {
        let scope = self.desk.db.across_tenants("retry what the outbox gave up");
        let dead = OutboxEvent::DEAD_AT.is_not_null();
        let dead = match which {
            Some(which) => dead.and(which),
            None => dead,
        };
        let update = OutboxEvent::bulk_update().filter(dead).set(OutboxEvent::DEAD_AT, None);
        let update = update.set(OutboxEvent::DUE_AT, self.desk.now()).set(OutboxEvent::ATTEMPTS, 0);
        let revived = update.run(&Own(scope.handle())).await?.affected;
        self.desk.db.inner().emitted.send_modify(|count| *count = count.wrapping_add(1));
        Ok(revived)
    }

    /// Deletes what was delivered before a moment. How many.
    ///
    /// # Errors
    /// A connection or time limit error.
    pub async fn purge_delivered_before(&self, moment: DateTime<Utc>) -> Result<u64, Error> {
        let scope = self.desk.db.across_tenants("purge the outbox");
        let old = OutboxEvent::DELIVERED_AT.lt(moment);
        Ok(OutboxEvent::bulk_delete().filter(old).run(&Own(scope.handle())).await?.affected)
    }
}
