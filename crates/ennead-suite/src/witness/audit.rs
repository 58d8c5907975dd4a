//! The records of an audited model: exactly those of what was written, on each way to write.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use ennead::prelude::*;
use ennead::{Actor, AuditRecord, Scope};
use serde_json::{Value as Json, json};

use super::paths::*;
use crate::accounts::Hands;
use crate::tenancy::recorder;
use crate::{Bed, Kind};

async fn records(scope: &impl Scope<AuditRecord>) -> Vec<AuditRecord> {
    AuditRecord::list().order_by(AuditRecord::ID.asc()).run(scope).await.unwrap()
}

/// What records say, in the words of the paths: those behind the first so many.
fn told(records: &[AuditRecord]) -> Vec<String> {
    let mut lines: Vec<String> = records
        .iter()
        .map(|record| {
            let operation = match record.operation.as_str() {
                "create" => "created",
                "update" => "updated",
                "soft_delete" => "soft-deleted",
                "restore" => "restored",
                "delete" => "deleted",
                other => panic!("{other}"),
            };
            let error = record.error.as_deref().map(|error| format!(" {error}")).unwrap_or_default();
            format!("{operation} {}{error}", record.row_key.as_deref().unwrap_or("-"))
        })
        .collect();
    lines.sort();
    lines
}

/// A row as the audit shows it.
fn image(thing: &Thing) -> Json {
    let at = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    json!({
        "id": thing.id,
        "organization_id": thing.organization_id,
        "code": thing.code,
        "number": thing.number,
        "origin": thing.origin,
        "details": thing.details,
        "created_at": at(thing.created_at),
        "updated_at": at(thing.updated_at),
        "deleted_at": thing.deleted_at.map(at),
        "version": thing.version,
    })
}

/// The rows that the records of all writes leave: what is seen of them.
fn replayed(records: &[AuditRecord]) -> BTreeMap<String, Json> {
    let mut rows = BTreeMap::new();
    for record in records.iter().filter(|record| record.error.is_none()) {
        let key = record.row_key.clone().unwrap();
        let before = rows.remove(&key);
        assert_eq!(before, record.before, "each begins where the one before it ended");
        if let Some(after) = &record.after {
            rows.insert(key, after.clone());
        }
    }
    rows
}

async fn every_path_is_recorded(bed: Bed) {
    let hands = Hands::default();
    let db = bed.db_with(&schema(), Db::builder().clock(hands.clone())).await;
    for (at, path) in PATHS.iter().enumerate() {
        let mut changes: Vec<&str> = path.changes().to_vec();
        changes.sort_unstable();
        let tenant = db.tenant(format!("t{at}")).unwrap();
        hands.turn_to(0);
        begin(&tenant).await;
        let begun = records(&tenant).await.len();
        assert_eq!(begun, 5, "four rows, and a mark");

        // What is rolled back is in no record; what lasts is, with who and when.
        hands.turn_to(60);
        let acting = tenant.actor(Actor { email: Some("jo@acme.com".into()), ..Actor::user("user-1") });
        let undone = acting.transaction(async |tx| {
            path.run(tx).await?;
            Err::<(), Error>(Error::invalid("enough"))
        });
        undone.await.unwrap_err();
        acting
            .transaction(async |tx| {
                let nested = tx.transaction(async |tx| {
                    path.run(tx).await?;
                    Err::<(), Error>(Error::invalid("enough"))
                });
                nested.await.unwrap_err();
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert_eq!(records(&tenant).await.len(), begun, "{path:?}");
        acting.transaction(async |tx| path.run(&tx.actor(Actor::user("user-2"))).await).await.unwrap();
        let all = records(&tenant).await;
        assert_eq!(told(&all[begun..]), changes, "{path:?}");
        for record in &all[begun..] {
            let who = (record.actor_kind.as_deref(), record.actor_id.as_deref());
            assert_eq!(who, (Some("user"), Some("user-2")), "{path:?}");
            assert_eq!((record.actor_email.as_deref(), record.at), (None, Hands::at(60)), "{path:?}");
            assert_eq!((record.model.as_str(), &record.error), ("Thing", &None));
            assert_eq!(record.run.is_some(), *path == Path::Workflow, "{path:?}");
        }
        assert_eq!(all[0].actor_kind, None, "nobody was named");

        // The records of a row are the row.
        let now: BTreeMap<String, Json> =
            rows(&tenant).await.iter().map(|thing| (thing.id.clone(), image(thing))).collect();
        assert_eq!(replayed(&all), now, "{path:?}");
    }
}

async fn a_change_is_told_and_what_is_hidden_is_not(bed: Bed) {
    let db = bed.db(&schema()).await;
    let acme = db.tenant("acme").unwrap();
    let told = recorder::everything(async {
        Thing::create(thing("a")).set(Thing::SECRET, "hush-1").run(&acme).await.unwrap();
        let update = Thing::update("a").set(Thing::SECRET, "hush-2").set(Thing::NUMBER, 5);
        update.run(&acme).await.unwrap();
    })
    .await;
    assert!(!told.iter().any(|event| event.contains("hush")));
    let all = records(&acme).await;
    assert!(!format!("{all:?}").contains("hush"), "what is hidden stays so");
    assert_eq!(all[0].before, None);
    assert_eq!(all[0].after.as_ref().unwrap()["number"], 0);
    let mut changed: Vec<&str> =
        all[1].changed.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    changed.retain(|name| *name != "updated_at");
    assert_eq!(changed, ["number", "secret", "version"], "that it changed is told");
    let history = Thing::history("a").run(&acme).await.unwrap();
    assert!(history[0].changed(Thing::SECRET) && !history[0].changed(Thing::CODE));
    assert_eq!(history[0].after(Thing::SECRET).unwrap(), None);
    assert_eq!(
        (history[0].before(Thing::NUMBER).unwrap(), history[0].after(Thing::NUMBER).unwrap()),
        (Some(0), Some(5))
    );
}

async fn failed_attempts_are_recorded_after_the_rollback(bed: Bed) {
    let db = bed.db(&schema()).await;
    let acme = db.tenant("acme").unwrap();
    begin(&acme).await;
    let begun = records(&acme).await.len();
    let user = acme.actor(Actor::user("user-1"));
    let taken = async |scope: &Tenant| {
        let error = Thing::create(thing("x")).set(Thing::CODE, "code-a").run(scope).await.unwrap_err();
        assert!(error.is_unique_violation(), "{error}");
    };
    taken(&user).await;
    assert!(Thing::update("none").set(Thing::NUMBER, 1).run(&user).await.unwrap_err().is_not_found());
    let when = Thing::update("a").set(Thing::NUMBER, 1).when(Thing::NUMBER.eq(9));
    assert!(when.run(&user).await.unwrap_err().is_conflict());
    assert!(Thing::delete("none").run(&user).await.unwrap_err().is_not_found());
    assert!(Thing::delete("none").hard().run(&user).await.unwrap_err().is_not_found());
    let each = Thing::bulk_update_each([
        Thing::update("a").set(Thing::NUMBER, 1),
        Thing::update("none").set(Thing::NUMBER, 1),
    ]);
    assert!(each.run(&user).await.unwrap_err().is_not_found());
    let bulk = Thing::bulk_create(["m", "a"].map(thing));
    assert!(bulk.run(&user).await.unwrap_err().is_unique_violation());
    let nul = Thing::create(NewThing { id: "y".into(), code: "\0".into() });
    assert!(nul.run(&user).await.unwrap_err().is_invalid_input());
    let all = records(&acme).await;
    assert_eq!(
        told(&all[begun..]),
        [
            "created - UniqueViolation",
            "created x UniqueViolation",
            "created y InvalidInput",
            "deleted none NotFound",
            "soft-deleted none NotFound",
            "updated - NotFound",
            "updated a Conflict",
            "updated none NotFound",
        ]
    );
    for record in &all[begun..] {
        let nothing = record.before.is_none() && record.after.is_none() && record.changed == json!([]);
        assert!(nothing, "no values: {record:?}");
        assert_eq!(record.actor_id.as_deref(), Some("user-1"));
    }

    // In a transaction: when that is over, whatever became of it.
    let begun = all.len();
    let undone = user.transaction(async |tx| {
        Thing::update("b").set(Thing::NUMBER, 1).run(tx).await?;
        Thing::create(thing("a")).run(tx).await?;
        Ok::<_, Error>(())
    });
    assert!(undone.await.unwrap_err().is_unique_violation());
    user.transaction(async |tx| {
        let nested = tx.transaction(async |tx| {
            Thing::update("c").set(Thing::NUMBER, 1).run(tx).await?;
            Thing::create(thing("b")).run(tx).await
        });
        assert!(nested.await.unwrap_err().is_unique_violation());
        assert!(Thing::update("none").set(Thing::NUMBER, 1).run(tx).await.unwrap_err().is_not_found());
        Thing::update("c").set(Thing::NUMBER, 2).run(tx).await?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    let all = records(&acme).await;
    assert_eq!(
        told(&all[begun..]),
        ["created a UniqueViolation", "created b UniqueViolation", "updated c", "updated none NotFound"]
    );
    static TRIES: AtomicU32 = AtomicU32::new(0);
    acme.transaction_retrying(async |tx| {
        let again = TRIES.fetch_add(1, Ordering::SeqCst) < 2;
        Thing::update("none").set(Thing::NUMBER, 1).run(tx).await.unwrap_err();
        if again { Err(Error::new(ennead::ErrorKind::Retryable, "again")) } else { Ok(()) }
    })
    .await
    .unwrap();
    assert_eq!(records(&acme).await.len(), all.len() + 1, "what is tried again is one attempt");
}

async fn a_history_is_paged_and_typed(bed: Bed) {
    let db = bed.db(&schema()).await;
    let acme = db.tenant("acme").unwrap().actor(Actor::system());
    Thing::bulk_create(["a", "b"].map(thing)).run(&acme).await.unwrap();
    for number in 1..=4 {
        Thing::update("a").set(Thing::NUMBER, number).run(&acme).await.unwrap();
    }
    Thing::update("none").set(Thing::NUMBER, 1).run(&acme).await.unwrap_err();
    Thing::create(thing("a")).run(&acme).await.unwrap_err();
    Thing::delete("a").hard().run(&acme).await.unwrap();
    let numbers = |history: &[ennead::Revision<Thing>]| -> Vec<Option<i64>> {
        history.iter().map(|entry| entry.after(Thing::NUMBER).unwrap()).collect()
    };
    let whole = Thing::history("a").run(&acme).await.unwrap();
    assert_eq!(numbers(&whole), [None, Some(4), Some(3), Some(2), Some(1), Some(0)]);
    assert_eq!(whole[0].actor(), Some(Actor::system()));
    let first = Thing::history("a").oldest_first().limit(4).run(&acme).await.unwrap();
    assert_eq!(numbers(&first), [Some(0), Some(1), Some(2), Some(3)]);
    let rest = Thing::history("a").oldest_first().behind(&first[3]).run(&acme).await.unwrap();
    assert_eq!(numbers(&rest), [Some(4), None]);
    assert_eq!(Thing::history("a").with_failed().run(&acme).await.unwrap().len(), 7);
    assert_eq!(Thing::history("none").run(&acme).await.unwrap().len(), 0);
    // By name it is a list like any other.
    let params = json!({ "filter": { "model": "Thing", "row_key": "a", "error": null }, "order_by": ["-id"], "limit": 2 });
    let named = schema().node("ListAuditRecordNode").unwrap().run(&acme, params).await.unwrap();
    assert_eq!(
        (named[0]["operation"].as_str(), named[1]["after"]["number"].as_i64()),
        (Some("delete"), Some(4))
    );
}

async fn a_tenant_sees_its_own_records_alone(bed: Bed) {
    let db = bed.db(&schema()).await;
    let (acme, other) = (db.tenant("acme").unwrap(), db.tenant("other").unwrap());
    begin(&acme).await;
    Thing::create(thing("a")).run(&other).await.unwrap();
    Thing::update("b").set(Thing::NUMBER, 1).run(&other).await.unwrap_err();
    assert_eq!(
        told(&records(&other).await),
        ["created a", "updated b NotFound"],
        "its own, and its own attempt"
    );
    assert_eq!(Thing::history("a").run(&other).await.unwrap().len(), 1);
    assert_eq!(Thing::history("b").run(&other).await.unwrap().len(), 0);
    let all = db.across_tenants("a test");
    assert_eq!(Thing::history("a").run(&all).await.unwrap().len(), 2, "of each tenant's row");
    assert_eq!(Thing::history("a").in_tenant("other").run(&all).await.unwrap().len(), 1);
    Thing::update("a").in_tenant("other").set(Thing::NUMBER, 1).run(&all).await.unwrap();
    let both = Thing::bulk_update().filter(Thing::ID.eq("a")).set(Thing::NUMBER, 2).run(&all).await.unwrap();
    assert_eq!((both.affected, records(&other).await.len()), (2, 4), "each record is its row's tenant's");
    let count = schema().node("CountAuditRecordNode").unwrap().run(&other, json!({})).await.unwrap();
    assert_eq!(count["count"], 4);
    let foreign = json!({ "filter": { "tenant": "acme" } });
    assert!(
        schema()
            .node("ListAuditRecordNode")
            .unwrap()
            .run(&other, foreign)
            .await
            .unwrap_err()
            .is_invalid_input()
    );
}

async fn records_are_written_by_nobody_else(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder(), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let (acme, all) = (db.tenant("acme").unwrap(), db.across_tenants("a test"));
    Thing::create(thing("a")).run(&acme).await.unwrap();
    let forged = AuditRecord::create(ennead::NewAuditRecord {
        model: "Thing".into(),
        operation: "create".into(),
        at: chrono::Utc::now(),
        changed: json!([]),
    });
    assert!(forged.in_tenant("acme").run(&all).await.unwrap_err().is_forbidden());
    for name in [
        "CreateAuditRecordNode",
        "UpsertAuditRecordNode",
        "UpdateAuditRecordNode",
        "BulkDeleteAuditRecordNode",
    ] {
        assert!(schema().node(name).unwrap_err().is_forbidden(), "{name}");
    }
    let mut beside = crate::observer::Observer::new(&bed.owner_url(&url)).await;
    for sql in ["UPDATE ennead_audit SET operation = 'x'", "DELETE FROM ennead_audit"] {
        assert!(beside.try_execute(sql).await.is_err(), "{sql}");
    }
    if bed.kind() == Kind::PostgresRls {
        let mut application = crate::observer::Observer::new(&url.replace("&rls=on", "")).await;
        for sql in [
            "INSERT INTO ennead_audit (tenant, model, operation, at, changed) VALUES ('acme', 'Thing', 'x', now(), '[]')",
            "UPDATE ennead_audit SET operation = 'x'",
            "DELETE FROM ennead_audit",
        ] {
            assert!(application.try_execute(sql).await.is_err(), "{sql}");
        }
    }
    assert_eq!(told(&records(&acme).await), ["created a"]);
}

async fn what_is_too_deep_to_stand_in_a_record_is_its_text(bed: Bed) {
    let db = bed.db(&ennead::schema![Deep]).await;
    let mut deep = json!(1);
    for _ in 0..126 {
        deep = json!([deep]);
    }
    let flat = json!({ "a": [1, { "b": null }] });
    for (id, data) in [("deep", &deep), ("flat", &flat)] {
        Deep::create(NewDeep { id: id.into(), data: data.clone() }).run(&db).await.unwrap();
    }
    let entry = Deep::history("deep").run(&db).await.unwrap();
    let after = entry[0].record.after.as_ref().unwrap();
    assert_eq!(serde_json::from_str::<Json>(after["data"].as_str().unwrap()).unwrap(), deep);
    let entry = Deep::history("flat").run(&db).await.unwrap();
    assert_eq!(entry[0].after(Deep::DATA).unwrap(), Some(flat));
}

#[model(global, audited)]
#[derive(Debug, Clone, PartialEq)]
pub struct Deep {
    #[key(assigned)]
    pub id: String,
    pub data: Json,
}

async fn records_of_what_belongs_to_no_tenant_are_nobodys(bed: Bed) {
    let db = bed.db(&ennead::schema![Deep, Thing, Remark]).await;
    let acme = db.tenant("acme").unwrap();
    Deep::create(NewDeep { id: "a".into(), data: json!(1) }).run(&db.actor(Actor::system())).await.unwrap();
    Deep::update("a").set(Deep::DATA, json!(2)).run(&db.across_tenants("a test")).await.unwrap();
    Thing::create(thing("a")).run(&acme).await.unwrap();
    assert_eq!(Deep::history("a").run(&db).await.unwrap().len(), 2);
    assert_eq!(Deep::history("a").run(&acme).await.unwrap().len(), 0);
    let params = json!({ "filter": { "model": "Deep" }, "order_by": ["id"] });
    let node = ennead::schema![Deep].node("ListAuditRecordNode").unwrap();
    let named = node.run(&db, params.clone()).await.unwrap();
    assert_eq!((named.as_array().unwrap().len(), named[0]["actor_kind"].as_str()), (2, Some("system")));
    assert_eq!(node.run(&acme, params).await.unwrap(), json!([]));
}

async fn what_is_not_audited_sends_what_it_sent(bed: Bed) {
    let db = bed.db(&schema()).await;
    let acme = db.tenant("acme").unwrap();
    let sent = recorder::statements(async {
        let made = Remark::create(NewRemark { text: "a".into() }).run(&acme).await.unwrap();
        Remark::update(&made.id).set(Remark::TEXT, "b").run(&acme).await.unwrap();
        Remark::delete(&made.id).run(&acme).await.unwrap();
    })
    .await;
    assert_eq!(sent.len(), 3, "{sent:?}");
    let sent = recorder::statements(async {
        Thing::bulk_create((0..500).map(|at| thing(&format!("t{at}")))).run(&acme).await.unwrap();
    })
    .await;
    // SQLite takes records 128 at a time, and what is left one by one.
    let records = if bed.is_postgres() { 1 } else { 2 };
    assert_eq!(sent.len(), 1 + records, "the rows and their records: {sent:?}");
    let sent = recorder::statements(async {
        Thing::bulk_update().all_rows().set(Thing::NUMBER, 1).run(&acme).await.unwrap();
    })
    .await;
    assert_eq!(sent.len(), 2 + records, "the rows as they were, as they are, and their records: {sent:?}");
}

crate::cases![
    every_path_is_recorded,
    a_change_is_told_and_what_is_hidden_is_not,
    failed_attempts_are_recorded_after_the_rollback,
    a_history_is_paged_and_typed,
    a_tenant_sees_its_own_records_alone,
    records_are_written_by_nobody_else,
    what_is_too_deep_to_stand_in_a_record_is_its_text,
    records_of_what_belongs_to_no_tenant_are_nobodys,
    what_is_not_audited_sends_what_it_sent,
];
