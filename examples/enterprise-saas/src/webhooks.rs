//! Webhooks: events of an organization to its endpoints, signed, at least once.

use std::sync::Arc;

use ennead::outbox::signature::Secrets;
use ennead::outbox::{Deliver, OutboxEvent, Undelivered, emit};
use ennead::prelude::*;
use ennead::{Change, Clock, NodeScope, Observer, ObserverScope, Scope};
use serde_json::{Value, json};

use crate::http::post;
use crate::{Execution, ExecutionStatus, WebhookEndpoint};

/// The header that holds the signature.
pub const SIGNATURE: &str = "x-signature";

/// Writes an event for each endpoint of the organization that wants to hear of it: in the scope of the change, so that what is
/// rolled back is never sent.
///
/// # Errors
/// Those of the data layer.
pub async fn tell<S>(scope: &S, organization: &str, topic: &str, payload: Value) -> Result<(), Error>
where
    S: NodeScope + Scope<WebhookEndpoint>,
{
    let wants = WebhookEndpoint::IS_ACTIVE.eq(true).and(WebhookEndpoint::EVENTS.contains(json!([topic])));
    let endpoints = WebhookEndpoint::list().filter(wants).in_tenant(organization).run(scope).await?;
    let ids = endpoints.into_iter().map(|endpoint| endpoint.id);
    emit(topic, payload).to(ids).in_tenant(organization).run(scope).await?;
    Ok(())
}

/// Tells of executions that fail, however that is written.
#[derive(Debug, Clone, Copy)]
pub struct Failures;

impl Observer<Execution> for Failures {
    async fn after(&self, changes: &[Change<Execution>], scope: &ObserverScope) -> Result<(), Error> {
        let failed = |row: Option<&Execution>| row.is_some_and(|row| row.status == ExecutionStatus::Failed);
        for change in changes.iter().filter(|change| !failed(change.before.as_ref())) {
            let Some(row) = change.after.as_ref().filter(|row| failed(Some(row))) else { continue };
            let payload =
                json!({ "execution_id": row.id, "agent_id": row.agent_id, "error_code": row.error_code });
            tell(scope, &row.organization_id, "execution.failed", payload).await?;
        }
        Ok(())
    }
}

/// Sends events to their endpoints, each signed with the endpoint's own secret, and keeps what the endpoint shows of it.
#[derive(Debug, Clone)]
pub struct Webhooks {
    db: Db,
    clock: Arc<dyn Clock>,
}

impl Webhooks {
    /// For the outbox of this database: `Outbox::new(&db).deliver(Webhooks::new(&db, clock))`.
    #[must_use]
    pub fn new(db: &Db, clock: impl Clock) -> Self {
        Self { db: db.clone(), clock: Arc::new(clock) }
    }

    async fn send(&self, event: &OutboxEvent, endpoint: &WebhookEndpoint, tenant: &Tenant) -> Sending {
        let secret = endpoint.reveal(WebhookEndpoint::SECRET, tenant)?;
        let body = event.body();
        let signature = Secrets::new(secret)?.sign(self.clock.now(), body.as_bytes());
        // The text of an error of the network names the address; what kind of error it is does not.
        let answer = post(&endpoint.url, &[(SIGNATURE, &signature)], &body).await;
        let status = answer.map_err(|error| Undelivered::new(error.kind().to_string()))?;
        match status {
            200..300 => Ok(()),
            410 => Err(Undelivered::for_good("410")),
            _ => Err(Undelivered::new(status.to_string())),
        }
    }
}

type Sending = Result<(), Undelivered>;

impl Deliver for Webhooks {
    async fn deliver(&self, event: &OutboxEvent) -> Sending {
        let (Some(tenant), Some(endpoint)) = (event.tenant_id(), &event.destination) else {
            return Err(Undelivered::for_good("no endpoint"));
        };
        let tenant = self.db.tenant(tenant)?;
        let Some(endpoint) = WebhookEndpoint::read(endpoint).optional(&tenant).await? else {
            return Err(Undelivered::for_good("the endpoint is gone"));
        };
        let sent = self.send(event, &endpoint, &tenant).await;
        let update = WebhookEndpoint::update(&endpoint.id);
        let update = match &sent {
            Ok(()) => update
                .set(WebhookEndpoint::LAST_TRIGGERED_AT, self.clock.now())
                .set(WebhookEndpoint::FAILURE_COUNT, 0),
            Err(_) => update.add(WebhookEndpoint::FAILURE_COUNT, 1),
        };
        update.run(&tenant).await?;
        sent
    }
}
