//! An event as it is stored.

use chrono::{DateTime, Utc};
use ennead_core::{NO_TENANT, TenantId};
use ennead_macros::model;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// An event on its way to one destination: a row of the table `ennead_outbox`, which a schema has that lists this model.
///
/// The library alone writes it: [`emit`](super::emit) in the scope of the change, and the dispatcher. A tenant reads its own, typed and
/// by name as `ListOutboxEventNode`; events of no tenant are read by name on the [`Db`](crate::Db), and `across_tenants` sees all.
///
/// Where `delivered_at` and `dead_at` are both none it is open: due at `due_at`, or in the hands of a dispatcher until then.
#[model(
    crate = crate,
    table = "ennead_outbox",
    __library = "the events of the outbox",
    index(due_at, id, exact),
    index(ordering_key, due_at, exact),
    index(id)
)]
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEvent {
    /// Counts the deliveries: those with one ordering key are tried in this order.
    #[key(auto, all_tenants)]
    pub id: i64,
    /// The tenant whose event it is, as text; empty where it belongs to none.
    #[tenant]
    pub tenant: String,
    /// The event's own id, the same for each of its destinations and each attempt: what a receiver knows it by.
    #[immutable]
    pub event: Uuid,
    /// What happened, in the application's words: `agent.deployed`.
    #[validate(length(min = 1, max = 200))]
    #[immutable]
    pub topic: String,
    /// What there is to tell.
    #[immutable]
    pub payload: Json,
    /// To whom, in the application's words: the id of an endpoint. None where the sink knows it by itself.
    #[validate(length(max = 200))]
    #[immutable]
    pub destination: Option<String>,
    /// Events of one tenant to one destination with the same key are delivered one after the other.
    #[validate(length(max = 200))]
    #[immutable]
    pub ordering_key: Option<String>,
    /// When it was written.
    #[created_at]
    pub created_at: DateTime<Utc>,
    /// How often a dispatcher took it.
    #[default(0)]
    pub attempts: i32,
    /// When it is tried next; while a dispatcher has it, when its lease ends. None when there is nothing left to do.
    pub due_at: Option<DateTime<Utc>>,
    /// The dispatcher's hold on it.
    #[hidden]
    pub claim: Option<Uuid>,
    /// When it was delivered.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was given up.
    pub dead_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed, in the sink's words.
    pub last_error: Option<String>,
}

impl OutboxEvent {
    /// The tenant whose event it is; none where it belongs to none.
    #[must_use]
    pub fn tenant_id(&self) -> Option<TenantId> {
        if self.tenant == NO_TENANT { None } else { TenantId::parse(&self.tenant).ok() }
    }

    /// A body to send: `{"id", "topic", "created_at", "payload"}` as JSON, the same at each attempt.
    #[must_use]
    pub fn body(&self) -> String {
        let at = self.created_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        json!({ "id": self.event, "topic": self.topic, "created_at": at, "payload": self.payload })
            .to_string()
    }
}
