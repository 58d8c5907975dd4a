//! Who is told: webhooks to receivers that verify them, one of which is down; and notifications.

use std::time::Duration;

use chrono::TimeDelta;
use ennead::outbox::{Outbox, OutboxEvent, Sent};
use ennead::prelude::*;
use serde_json::json;

use super::failure::must;
use super::{Failure, Firm, Stage};
use crate::{WebhookEndpoint, Webhooks};

/// How long a delivery waits after its first failure.
const FIRST: Duration = Duration::from_secs(60);

pub(super) async fn chapter(stage: &mut Stage, firms: &mut [Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Webhooks and notifications");
    firms[0].receiver.up().await?;
    let sent = deliver(stage).await?;
    must((sent.delivered, sent.failed) == (2, 2), "one receiver is up, the other one is down")?;
    must(!firms[0].receiver.topics().is_empty(), "what was delivered has come")?;
    stage.step(&firms[0], format!("receives, with signatures that it verifies: {}", came(&firms[0])));
    down(stage, &firms[1]).await?;
    let early = deliver(stage).await?;
    must(early == Sent::default(), "nothing is due before its time")?;
    stage.clock.pass(TimeDelta::minutes(2));
    firms[1].receiver.up().await?;
    let sent = deliver(stage).await?;
    must((sent.delivered, sent.failed) == (2, 0), "the other one is up again")?;
    stage.step(&firms[1], format!("is up two minutes later, and receives: {}", came(&firms[1])));
    forged(stage, &firms[0]).await?;
    for firm in &*firms {
        read(stage, firm).await?;
    }
    Ok(())
}

/// One round of the dispatcher, which a server has beside it all the time: `deliver` in place of `deliver_due`.
async fn deliver(stage: &Stage) -> Result<Sent, Error> {
    let outbox = Outbox::new(&stage.db).backoff(FIRST, FIRST * 60).timeout(Duration::from_secs(5));
    outbox.deliver_due(Webhooks::new(&stage.db, stage.clock.clone())).await
}

fn came(firm: &Firm) -> String {
    let topics = firm.receiver.topics();
    let all: Vec<_> = topics.iter().map(|(topic, count)| format!("{topic} ({count})")).collect();
    all.join(", ")
}

/// What the tenant sees of a receiver that is down.
async fn down(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let open = OutboxEvent::list().filter(OutboxEvent::DELIVERED_AT.is_null()).run(&firm.scope).await?;
    let why = open.first().and_then(|event| event.last_error.clone()).unwrap_or_default();
    let endpoint = WebhookEndpoint::list().run(&firm.scope).await?;
    must(open.len() == 2 && endpoint[0].failure_count == 2, "both are kept, and counted")?;
    stage.step(firm, format!("has a receiver that is down: {} events wait ({why})", open.len()));
    Ok(())
}

/// What somebody sends who recorded a request: as it was, changed, and when it is old.
async fn forged(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let (receiver, before) = (&firm.receiver, firm.receiver.topics());
    let twice = receiver.replay(None).await?;
    let tampered = receiver.replay(Some("{\"id\":\"1\",\"topic\":\"agent.deployed\"}")).await?;
    stage.clock.pass(TimeDelta::minutes(6));
    let old = receiver.replay(None).await?;
    must((twice, tampered, old) == (204, 401, 401), "a receiver takes only what was signed, and soon")?;
    must(receiver.again() == 1 && receiver.topics() == before, "what comes twice counts once")?;
    stage.step(
        firm,
        format!(
            "gets an event twice: {twice}, and counts it once; with another body: {tampered}; six minutes later: {old}"
        ),
    );
    Ok(())
}

/// By name: the unread notifications of the owner, and then there are none.
async fn read(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let unread = json!({ "user_id": firm.owner.id, "is_read": false });
    let list = stage.schema.node("ListNotificationNode")?;
    let notes = list.run(&firm.scope, json!({ "filter": unread, "order_by": ["title"] })).await?;
    let titles: Vec<_> =
        notes.as_array().into_iter().flatten().filter_map(|note| note["title"].as_str()).collect();
    let read = json!({ "filter": unread, "data": { "is_read": true } });
    let done = stage.schema.node("BulkUpdateNotificationNode")?.run(&firm.scope, read).await?;
    must(done["affected"] == titles.len(), "all of them are read")?;
    stage.step(firm, format!("{} reads: {}", firm.owner.name, titles.join(" ")));
    Ok(())
}
