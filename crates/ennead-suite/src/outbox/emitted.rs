//! What is written, by whom, and whose it is.

use std::time::Duration;

use ennead::outbox::{OutboxEvent, emit};
use ennead::prelude::*;
use ennead::{Change, ErrorKind, Observer, ObserverScope};
use serde_json::json;
use uuid::Uuid;

use super::receiver::*;
use crate::{Bed, Kind};

fn agent(name: &str) -> NewAgent {
    NewAgent { name: name.into() }
}

async fn what_is_committed_is_sent_once(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let told = acme
        .transaction(async |tx| {
            let row = Agent::create(agent("a")).run(tx).await?;
            let told = emit("agent.created", json!({ "id": row.id })).run(tx).await?;
            tx.transaction(async |nested| emit("agent.greeted", json!(null)).run(nested).await).await?;
            Ok::<_, Error>(told)
        })
        .await
        .unwrap();
    emit("alone", json!([1, "two"])).run(&acme).await.unwrap();
    let receiver = Receiver::willing();
    let sent = outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    assert_eq!((sent.delivered, sent.failed, sent.dead), (3, 0, 0));
    assert_eq!(receiver.topics(), ["agent.created", "agent.greeted", "alone"]);
    // Without a key, they come in any order.
    let took = receiver.took();
    let first = took.iter().find(|event| event.topic == "agent.created").unwrap();
    assert_eq!((first.event, first.tenant.as_str(), first.attempts), (told, "acme", 1));
    assert_eq!(first.tenant_id().map(|id| id.to_string()).as_deref(), Some("acme"));
    let body: serde_json::Value = serde_json::from_str(&first.body()).unwrap();
    assert_eq!((&body["topic"], &body["payload"]), (&json!("agent.created"), &first.payload));
    assert_eq!((&body["id"], &body["created_at"]), (&json!(told), &json!("2023-11-14T22:13:20.123456Z")));
    let sent = outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    assert_eq!((sent.delivered, receiver.given().len()), (0, 3));
    for event in stored(&db).await {
        assert!(event.delivered_at.is_some() && event.due_at.is_none() && event.claim.is_none(), "{event:?}");
    }
}

async fn what_is_rolled_back_is_never_sent(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let stop = || Error::invalid("enough");
    let undone = acme.transaction(async |tx| {
        emit("outer", json!(1)).run(tx).await?;
        tx.transaction(async |nested| emit("inner", json!(1)).run(nested).await).await?;
        Err::<(), Error>(stop())
    });
    undone.await.unwrap_err();
    acme.transaction(async |tx| {
        emit("kept", json!(1)).run(tx).await?;
        let nested = tx.transaction(async |nested| {
            emit("savepoint", json!(1)).run(nested).await?;
            Err::<(), Error>(stop())
        });
        nested.await.unwrap_err();
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    // The database refuses what comes behind the event.
    Agent::create(agent("a")).run(&acme).await.unwrap();
    let refused = acme.transaction(async |tx| {
        emit("refused", json!(1)).run(tx).await?;
        Agent::create(agent("a")).run(tx).await
    });
    assert!(refused.await.unwrap_err().is_unique_violation());
    // Nobody waits for its end.
    let dropped = acme.transaction(async |tx| {
        emit("dropped", json!(1)).run(tx).await?;
        std::future::pending::<Result<(), Error>>().await
    });
    tokio::time::timeout(Duration::from_millis(100), dropped).await.unwrap_err();
    let receiver = Receiver::willing();
    outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    assert_eq!(receiver.topics(), ["kept"]);
    assert_eq!(stored(&db).await.len(), 1);
}

/// Tells each agent that comes, and refuses the one whose name is bad behind that.
struct Teller;

impl Observer<Agent> for Teller {
    async fn after(&self, changes: &[Change<Agent>], scope: &ObserverScope) -> Result<(), Error> {
        for agent in changes.iter().filter_map(|change| change.after.as_ref()) {
            emit("agent.created", json!({ "name": agent.name })).run(scope).await?;
            if agent.name == "bad" {
                return Err(Error::invalid("a bad name"));
            }
        }
        Ok(())
    }
}

async fn an_observer_tells_of_what_lasts(bed: Bed) {
    let db = bed.db_with(&schema(), Db::builder().observe::<Agent>(Teller)).await;
    let acme = db.tenant("acme").unwrap();
    Agent::create(agent("good")).run(&acme).await.unwrap();
    Agent::create(agent("bad")).run(&acme).await.unwrap_err();
    Agent::bulk_create([agent("b"), agent("c"), agent("bad")]).run(&acme).await.unwrap_err();
    Agent::bulk_create([agent("b"), agent("c")]).run(&db.tenant("other").unwrap()).await.unwrap();
    let receiver = Receiver::willing();
    outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    let mut told: Vec<String> =
        receiver.took().iter().map(|event| format!("{} {}", event.tenant, event.payload["name"])).collect();
    told.sort();
    assert_eq!(told, ["acme \"good\"", "other \"b\"", "other \"c\""]);
}

async fn an_event_goes_to_each_destination_once(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let told = emit("to", json!(1)).to(["b", "a"]).to(["a", "c"]).run(&acme).await.unwrap();
    emit("to nobody", json!(1)).to(Vec::<String>::new()).run(&acme).await.unwrap();
    let many: Vec<String> = (0..100).map(|at| format!("{at:03}")).collect();
    emit("to many", json!(1)).to(&many).run(&acme).await.unwrap();
    let receiver = Receiver::willing();
    outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    let took = receiver.took();
    let of = |topic: &str| -> Vec<(Uuid, Option<String>)> {
        let all = took.iter().filter(|event| event.topic == topic);
        let mut all: Vec<_> = all.map(|event| (event.event, event.destination.clone())).collect();
        all.sort();
        all
    };
    let wanted: Vec<_> = ["a", "b", "c"].map(|to| (told, Some(to.to_owned()))).into();
    assert_eq!(of("to"), wanted);
    let destinations: Vec<String> = of("to many").into_iter().filter_map(|(_, to)| to).collect();
    assert_eq!(destinations, many);
    assert_eq!(took.len(), 103);
}

async fn an_event_belongs_to_the_scope_that_wrote_it(bed: Bed) {
    let (db, _) = open(&bed).await;
    let (a, b, number) = (db.tenant("a").unwrap(), db.tenant("b").unwrap(), db.tenant(7_i64).unwrap());
    let uuid = Uuid::from_u128(5);
    emit("of a", json!(1)).run(&a).await.unwrap();
    emit("of b", json!(1)).run(&b).await.unwrap();
    emit("of 7", json!(1)).run(&number).await.unwrap();
    emit("of a uuid", json!(1)).run(&db.tenant(uuid).unwrap()).await.unwrap();
    emit("of none", json!(1)).run(&db).await.unwrap();
    db.transaction(async |tx| emit("of none", json!(2)).run(tx).await).await.unwrap();
    let all = db.across_tenants("sign-up");
    emit("of a", json!(2)).in_tenant("a").run(&all).await.unwrap();
    assert!(emit("whose", json!(1)).run(&all).await.unwrap_err().is_tenant_missing());
    assert!(emit("not b's", json!(1)).in_tenant("b").run(&a).await.unwrap_err().is_invalid_input());
    let topics = async |scope: &Tenant| -> Vec<String> {
        let own = OutboxEvent::list().order_by(OutboxEvent::ID.asc()).run(scope).await.unwrap();
        own.into_iter().map(|event| event.topic).collect()
    };
    assert_eq!(topics(&a).await, ["of a", "of a"]);
    assert_eq!(topics(&b).await, ["of b"]);
    assert_eq!(topics(&number).await, ["of 7"]);
    assert_eq!(topics(&db.tenant(uuid).unwrap()).await, ["of a uuid"]);
    assert_eq!(topics(&db.tenant("c").unwrap()).await, [""; 0]);
    // By name: a tenant lists, reads and counts its own, whatever it asks for; the claim is not shown.
    let schema = schema();
    let list = schema.node("ListOutboxEventNode").unwrap();
    let rows = list.run(&b, json!({})).await.unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert!(rows[0].get("claim").is_none() && rows[0]["topic"] == "of b", "{rows}");
    let theirs = stored(&db).await[0].id;
    let read = schema.node("ReadOutboxEventNode").unwrap();
    assert!(read.run(&b, json!({ "id": theirs })).await.unwrap_err().is_not_found());
    assert_eq!(read.run(&a, json!({ "id": theirs })).await.unwrap()["topic"], "of a");
    let count = schema.node("CountOutboxEventNode").unwrap();
    for (filter, wanted) in [
        (json!({}), 1),
        (json!({ "topic": "of a" }), 0),
        (json!({ "$or": [{ "topic": "of a" }, { "topic": "of b" }] }), 1),
        (json!({ "id": theirs }), 0),
    ] {
        let counted = count.run(&b, json!({ "filter": filter })).await.unwrap();
        assert_eq!(counted["count"], json!(wanted), "{filter}");
    }
    assert!(count.run(&b, json!({ "filter": { "tenant": "a" } })).await.unwrap_err().is_invalid_input());
    // A scope without a tenant has those of none.
    let rows = list.run(&db, json!({ "order_by": ["id"] })).await.unwrap();
    let payloads: Vec<&serde_json::Value> =
        rows.as_array().unwrap().iter().map(|row| &row["payload"]).collect();
    assert_eq!(payloads, [&json!(1), &json!(2)]);
}

async fn events_are_written_by_nobody_else(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    emit("told", json!(1)).run(&acme).await.unwrap();
    let before = stored(&db).await;
    let id = before[0].id;
    let forged = || {
        let (event, topic, payload) = (Uuid::from_u128(1), "forged".to_owned(), json!(1));
        OutboxEvent::create(ennead::outbox::NewOutboxEvent { event, topic, payload })
    };
    let due = OutboxEvent::bulk_update().all_rows().set(OutboxEvent::DUE_AT, None);
    let all = db.across_tenants("an attack");
    let errors = [
        forged().run(&acme).await.map(drop).unwrap_err(),
        forged().in_tenant("acme").run(&all).await.map(drop).unwrap_err(),
        OutboxEvent::bulk_create([forged()]).run(&acme).await.map(drop).unwrap_err(),
        OutboxEvent::update(id).set(OutboxEvent::DELIVERED_AT, None).run(&acme).await.map(drop).unwrap_err(),
        due.run(&acme).await.map(drop).unwrap_err(),
        OutboxEvent::delete(id).run(&acme).await.map(drop).unwrap_err(),
        OutboxEvent::delete(id).run(&all).await.map(drop).unwrap_err(),
        OutboxEvent::bulk_delete().all_rows().run(&acme).await.map(drop).unwrap_err(),
        acme.transaction(async |tx| forged().run(tx).await).await.map(drop).unwrap_err(),
    ];
    for error in &errors {
        assert_eq!((error.kind(), error.model()), (ErrorKind::Forbidden, Some("OutboxEvent")), "{error}");
        assert!(error.to_string().contains("holds the events of the outbox"), "{error}");
    }
    for operation in ["Create", "Update", "Delete", "BulkCreate", "BulkUpdate", "BulkDelete", "Upsert"] {
        let error = schema().node(&format!("{operation}OutboxEventNode")).unwrap_err();
        assert!(error.is_forbidden(), "{error}");
    }
    assert_eq!(stored(&db).await, before);
}

async fn what_cannot_be_told_is_refused(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let long = "x".repeat(201);
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    for (event, wanted) in [
        (emit("", json!(1)), "topic"),
        (emit(&long, json!(1)), "topic"),
        (emit("a", json!(1)).to([&long]), "destination"),
        (emit("a", json!(1)).to(["fine", "nul\0"]), "destination"),
        (emit("a", json!(1)).ordered_by(&long), "ordering_key"),
        (emit("a", deep), "payload"),
    ] {
        let error = event.run(&acme).await.unwrap_err();
        assert!(error.is_validation() || error.is_invalid_input(), "{error:?}");
        assert!(error.to_string().contains(wanted), "{error}");
    }
    assert!(stored(&db).await.is_empty(), "all destinations or none");
    let without = bed.db(&ennead::schema![Agent]).await;
    let error = emit("a", json!(1)).run(&without.tenant("acme").unwrap()).await.unwrap_err();
    assert!(error.is_schema_mismatch() && error.to_string().contains("ennead_outbox"), "{error:?}");
    let error = outbox(&without).deliver(Receiver::willing()).await.unwrap_err();
    assert!(error.is_schema_mismatch(), "it does not wait for ever: {error:?}");
    let lease = outbox(&db).lease(Duration::from_millis(500)).deliver(Receiver::willing());
    assert!(lease.await.unwrap_err().is_configuration());
}

/// What the database itself lets the application's role do.
async fn the_policies_know_whose_events_are_whose(bed: Bed) {
    assert_eq!(bed.kind(), Kind::PostgresRls);
    let url = bed.url().await;
    let db = bed.connect(Db::builder(), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    for tenant in ["a", "b"] {
        emit("secret", json!(tenant)).run(&db.tenant(tenant).unwrap()).await.unwrap();
    }
    emit("of none", json!(1)).run(&db).await.unwrap();
    let raw = async |sql: &str| {
        let role = Db::connect(&url.replace("?rls=on", "").replace("&rls=on", "")).await?;
        let sql = format!("BEGIN; SELECT set_config('ennead.tenant', 'a', true); {sql}; COMMIT");
        let done = role.across_tenants("an attack").execute(&sql).await;
        role.close().await;
        done
    };
    // A count that is wrong divides by zero.
    raw("SELECT 1 / (count(*) = 1)::int FROM ennead_outbox").await.unwrap();
    raw("SELECT 1 / (count(*) = 1)::int FROM ennead_outbox WHERE tenant = 'a'").await.unwrap();
    raw("UPDATE ennead_outbox SET delivered_at = now(), due_at = NULL WHERE tenant <> 'a'").await.unwrap();
    raw("DELETE FROM ennead_outbox WHERE tenant <> 'a'").await.unwrap();
    raw("INSERT INTO ennead_outbox (tenant, event, topic, payload, created_at, attempts) \
         VALUES ('b', gen_random_uuid(), 'forged', '1', now(), 0)")
    .await
    .unwrap_err();
    let receiver = Receiver::willing();
    assert_eq!(outbox(&db).deliver_due(receiver.clone()).await.unwrap().delivered, 3);
    assert_eq!(receiver.topics(), ["of none", "secret", "secret"]);
}

crate::cases![
    what_is_committed_is_sent_once,
    what_is_rolled_back_is_never_sent,
    an_observer_tells_of_what_lasts,
    an_event_goes_to_each_destination_once,
    an_event_belongs_to_the_scope_that_wrote_it,
    events_are_written_by_nobody_else,
    what_cannot_be_told_is_refused;
    PostgresRls: the_policies_know_whose_events_are_whose
];
