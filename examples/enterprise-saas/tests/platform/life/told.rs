//! Keys that are refused, and events: at least once to a receiver that was down, never of what was rolled back.

use std::time::Duration;

use chrono::TimeDelta;
use ennead::outbox::{Outbox, OutboxEvent};
use ennead::prelude::*;
use ennead::{Clock, Encrypted, Json};
use enterprise_saas::life::{ACME, Firm, GLOBEX, Receiver, Stage, sign_up};
use enterprise_saas::{APIKey, NewWebhookEndpoint, Team, WebhookEndpoint, Webhooks, api_keys, issue, tell};
use serde_json::json;

async fn every_refused_key_gets_the_one_text(mut stage: Stage) {
    let acme = sign_up(&mut stage, &ACME).await.unwrap();
    let keys = api_keys().unwrap();
    let end = stage.clock.now() + TimeDelta::seconds(60);
    let (_, issued) = issue(&acme.scope, "short", &["agent:read"], Some(end)).await.unwrap();
    let (lost, other) = issue(&acme.scope, "lost", &["agent:read"], None).await.unwrap();
    let verified = keys.verify(&stage.db, issued.reveal(), Some("agent:read")).await.unwrap();
    assert_eq!((verified.tenant.id(), verified.key.name.as_str()), (acme.scope.id(), "short"));
    assert!(issued.reveal().starts_with(&verified.key.key_prefix) && issued.prefix().starts_with("saas_"));
    stage.clock.pass(TimeDelta::seconds(60));
    APIKey::update(&lost.id).set(APIKey::IS_ACTIVE, false).run(&acme.scope).await.unwrap();
    for (key, scope) in [
        (issued.reveal(), None),
        (other.reveal(), None),
        (keys.generate().reveal(), None),
        (issued.prefix(), Some("agent:read")),
        ("", None),
    ] {
        let error = keys.verify(&stage.db, key, scope).await.unwrap_err();
        assert_eq!(
            (error.is_unauthorized(), error.to_string().as_str()),
            (true, "the API key is not accepted")
        );
    }
}

/// An endpoint of a firm's that wants to hear of `topic`, and its receiver, which is down.
async fn endpoint(stage: &Stage, firm: &Firm, topic: &str) -> (Receiver, WebhookEndpoint) {
    let secret = format!("whsec_of_{}_which_is_long", firm.facts.slug);
    let receiver = Receiver::new(&secret, &stage.clock).await.unwrap();
    let new = NewWebhookEndpoint { name: "e".into(), url: receiver.url(), secret: Encrypted::new(secret) };
    let create = WebhookEndpoint::create(new).set(WebhookEndpoint::EVENTS, Json(vec![topic.to_owned()]));
    (receiver, create.run(&firm.scope).await.unwrap())
}

async fn deliver(stage: &Stage) -> (u64, u64) {
    let wait = Duration::from_secs(10);
    let outbox = Outbox::new(&stage.db).backoff(wait, wait).timeout(Duration::from_secs(5));
    let sent = outbox.deliver_due(Webhooks::new(&stage.db, stage.clock.clone())).await.unwrap();
    (sent.delivered, sent.failed)
}

async fn a_receiver_that_is_down_gets_it_later(mut stage: Stage) {
    let acme = sign_up(&mut stage, &ACME).await.unwrap();
    let globex = sign_up(&mut stage, &GLOBEX).await.unwrap();
    let (mut hers, endpoint_of_acme) = endpoint(&stage, &acme, "a.b").await;
    let (mut his, _) = endpoint(&stage, &globex, "a.b").await;
    his.up().await.unwrap();
    for firm in [&acme, &globex] {
        tell(&firm.scope, &firm.id, "a.b", json!({ "of": firm.facts.slug })).await.unwrap();
        tell(&firm.scope, &firm.id, "a", json!({})).await.unwrap();
    }
    // What nobody wants to hear of is no event at all.
    assert_eq!(OutboxEvent::count().run(&acme.scope).await.unwrap(), 1);
    assert_eq!(deliver(&stage).await, (1, 1));
    for n in 2..4 {
        stage.clock.pass(TimeDelta::seconds(11));
        assert_eq!(deliver(&stage).await, (0, 1));
        let shown = WebhookEndpoint::read(&endpoint_of_acme.id).run(&acme.scope).await.unwrap();
        assert_eq!((shown.failure_count, shown.last_triggered_at), (n, None));
    }
    hers.up().await.unwrap();
    stage.clock.pass(TimeDelta::seconds(11));
    assert_eq!(deliver(&stage).await, (1, 0));
    let shown = WebhookEndpoint::read(&endpoint_of_acme.id).run(&acme.scope).await.unwrap();
    assert_eq!((shown.failure_count, shown.last_triggered_at), (0, Some(stage.clock.now())));
    for receiver in [&hers, &his] {
        assert_eq!((receiver.topics(), receiver.again()), ([("a.b".to_owned(), 1)].into(), 0));
    }
    // It answers twice for what comes twice, and refuses what is not signed by the one who shares its secret.
    assert_eq!(hers.replay(None).await.unwrap(), 204);
    assert_eq!(hers.again(), 1);
    assert_eq!(hers.replay(Some("{}")).await.unwrap(), 401);
    stage.clock.pass(TimeDelta::seconds(301));
    assert_eq!(hers.replay(None).await.unwrap(), 401);
    // A secret that the receiver does not have: the event waits.
    let update = WebhookEndpoint::update(&endpoint_of_acme.id);
    let update =
        update.set(WebhookEndpoint::SECRET, Encrypted::new("another-secret-that-is-long".to_owned()));
    update.run(&acme.scope).await.unwrap();
    tell(&acme.scope, &acme.id, "a.b", json!({})).await.unwrap();
    assert_eq!(deliver(&stage).await, (0, 1));
    let waits =
        OutboxEvent::list().filter(OutboxEvent::DELIVERED_AT.is_null()).run(&acme.scope).await.unwrap();
    assert_eq!(waits[0].last_error.as_deref(), Some("401"));
}

async fn nothing_is_sent_of_what_was_rolled_back(mut stage: Stage) {
    let acme = sign_up(&mut stage, &ACME).await.unwrap();
    let (mut receiver, _) = endpoint(&stage, &acme, "team.created").await;
    receiver.up().await.unwrap();
    let create = async |tx: &ennead::Transaction<Tenant>, name: &str| {
        let new = enterprise_saas::NewTeam { name: name.into(), description: String::new() };
        Team::create(new).run(tx).await?;
        tell(tx, &acme.id, "team.created", json!({ "name": name })).await
    };
    let undone = acme.scope.transaction(async |tx| {
        create(tx, "a").await?;
        Err::<(), _>(Error::invalid("not today"))
    });
    undone.await.unwrap_err();
    // A savepoint that is rolled back takes its own events with it.
    let half = acme.scope.transaction(async |tx| {
        create(tx, "b").await?;
        let inner = tx.transaction(async |tx| {
            create(tx, "c").await?;
            Err::<(), _>(Error::invalid("not this one"))
        });
        inner.await.unwrap_err();
        Ok::<_, Error>(())
    });
    half.await.unwrap();
    assert_eq!(deliver(&stage).await, (1, 0));
    assert_eq!(receiver.topics(), [("team.created".to_owned(), 1)].into());
    let events = OutboxEvent::list().run(&acme.scope).await.unwrap();
    assert_eq!((events.len(), &events[0].payload), (1, &json!({ "name": "b" })));
}

super::cases![
    every_refused_key_gets_the_one_text,
    a_receiver_that_is_down_gets_it_later,
    nothing_is_sent_of_what_was_rolled_back,
];
