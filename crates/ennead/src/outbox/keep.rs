//! What is done with events that are over.

use chrono::{DateTime, Utc};
use ennead_core::{Error, Filter};

use super::claim::{Own, ids};
use super::dispatch::Outbox;
use super::event::OutboxEvent;
use crate::model_ext::ModelExt;
use crate::scopes::sealed::Handles;

/// How many events are deleted at once.
const PIECE: u64 = 1000;

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
    /// A thousand at a time, each by itself: where it ends early, what was deleted is deleted, and it goes on the next time.
    ///
    /// # Errors
    /// A connection or time limit error.
    pub async fn purge_delivered_before(&self, moment: DateTime<Utc>) -> Result<u64, Error> {
        self.purge(OutboxEvent::DELIVERED_AT.lt(moment)).await
    }

    /// Deletes what was given up before a moment: all of it, or what matches. How many, in pieces as
    /// [`purge_delivered_before`](Self::purge_delivered_before). What is revived meanwhile stays.
    ///
    /// ```
    /// # use ennead::outbox::{Outbox, OutboxEvent};
    /// # use ennead::prelude::*;
    /// # async fn purge(db: Db) -> Result<(), Error> {
    /// let year_ago = chrono::Utc::now() - chrono::TimeDelta::days(365);
    /// let of_acme = OutboxEvent::TENANT.eq("acme");
    /// Outbox::new(&db).purge_dead_before(year_ago, Some(of_acme)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `is_invalid_input` for a filter that does not fit; a connection or time limit error.
    pub async fn purge_dead_before(
        &self,
        moment: DateTime<Utc>,
        which: Option<Filter<OutboxEvent>>,
    ) -> Result<u64, Error> {
        let dead = OutboxEvent::DEAD_AT.lt(moment);
        self.purge(match which {
            Some(which) => dead.and(which),
            None => dead,
        })
        .await
    }

    /// Deletes what matches, in the order of the ids.
    async fn purge(&self, over: Filter<OutboxEvent>) -> Result<u64, Error> {
        let scope = self.desk.db.across_tenants("purge the outbox");
        let (mut purged, mut after) = (0, i64::MIN);
        loop {
            let next = over.clone().and(OutboxEvent::ID.gt(after));
            let piece = ids(scope.handle(), next.clone(), PIECE, None).await?;
            let Some(last) = piece.last() else { return Ok(purged) };
            let delete = OutboxEvent::bulk_delete().filter(next.and(OutboxEvent::ID.le(*last)));
            purged += delete.run(&Own(scope.handle())).await?.affected;
            if (piece.len() as u64) < PIECE {
                return Ok(purged);
            }
            after = *last;
        }
    }
}
