//! Events are written.

use std::collections::BTreeSet;
use std::pin::Pin;

use ennead_core::{Error, Model, Values};
use serde_json::Value as Json;
use uuid::Uuid;

use super::event::{NewOutboxEvent, OutboxEvent};
use crate::exec::{self, Handle};
use crate::model_ext::ModelExt;
use crate::node::NodeScope;
use crate::op::{Narrow, in_tenant};

/// An event that happened: `.run(&scope)` writes it, in the scope's transaction where it has one.
///
/// A payload that is rolled back with its transaction, or with a savepoint of it, is never delivered.
#[must_use = "an event is not written until `.run(&scope).await`"]
pub fn emit(topic: impl Into<String>, payload: impl Into<Json>) -> Emit {
    Emit {
        topic: topic.into(),
        payload: payload.into(),
        destinations: None,
        ordering_key: None,
        narrow: Narrow::NONE,
    }
}

/// What [`emit`] gives.
#[must_use = "an event is not written until `.run(&scope).await`"]
pub struct Emit {
    topic: String,
    payload: Json,
    destinations: Option<BTreeSet<String>>,
    ordering_key: Option<String>,
    narrow: Narrow,
}

impl std::fmt::Debug for Emit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emit").field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl Emit {
    /// To these destinations, each with attempts and an end of its own: one that is down keeps nothing from the others, and nobody
    /// receives twice for its sake. Of no destinations at all nothing is written.
    pub fn to<D: Into<String>>(mut self, destinations: impl IntoIterator<Item = D>) -> Self {
        let all = self.destinations.get_or_insert_default();
        all.extend(destinations.into_iter().map(Into::into));
        self
    }

    /// Behind all earlier events of the tenant with this key to the same destination: it is not tried before those are delivered or given
    /// up.
    ///
    /// Earlier is what was written earlier. Where two transactions write events of one key at the same time, nothing says which is
    /// the earlier one; let them lock the row that the events are about first, as an update of it does.
    pub fn ordered_by(mut self, key: impl Into<String>) -> Self {
        self.ordering_key = Some(key.into());
        self
    }

    in_tenant!();

    /// Writes the event, and gives its id.
    ///
    /// A scope without a tenant (`&db`, a transaction of it) writes an event of no tenant.
    ///
    /// # Errors
    /// `is_validation` for a topic that is empty, and for a topic, destination or key of more than 200 characters; `is_tenant_missing` under
    /// `across_tenants` without `.in_tenant(id)`; `is_schema_mismatch` where the database has no outbox; a connection or time
    /// limit error.
    pub async fn run(self, scope: &impl NodeScope) -> Result<Uuid, Error> {
        write(scope.handle(), self).await
    }
}

/// Not generic, so that it is compiled once.
fn write(handle: Handle<'_>, emit: Emit) -> Pin<Box<dyn Future<Output = Result<Uuid, Error>> + Send + '_>> {
    Box::pin(async move {
        let sources = &handle.db.sources;
        let (event, now) = (sources.ids.next(), sources.now());
        let destinations: Vec<Option<String>> = match emit.destinations {
            None => vec![None],
            Some(all) => all.into_iter().map(Some).collect(),
        };
        let row = |destination: Option<String>| -> Values {
            let (topic, payload) = (emit.topic.clone(), emit.payload.clone());
            OutboxEvent::create(NewOutboxEvent { event, topic, payload })
                .set(OutboxEvent::DESTINATION, destination)
                .set(OutboxEvent::ORDERING_KEY, emit.ordering_key.clone())
                .set(OutboxEvent::DUE_AT, now)
                .values
        };
        let rows: Vec<Values> = destinations.into_iter().map(row).collect();
        if rows.is_empty() {
            return Ok(event);
        }
        let own = Handle { own: true, ..handle };
        exec::insert(own, emit.narrow.take()?, OutboxEvent::DEF, rows, None, None).await?;
        match handle.transaction {
            Some(transaction) => {
                let db = std::sync::Arc::clone(handle.db);
                let wake = async move { db.emitted.send_modify(|count| *count = count.wrapping_add(1)) };
                transaction.state.aftermath.on_commit(transaction.level, Box::pin(wake));
            }
            None => handle.db.emitted.send_modify(|count| *count = count.wrapping_add(1)),
        }
        Ok(event)
    })
}
