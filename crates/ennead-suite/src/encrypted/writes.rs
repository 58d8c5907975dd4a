//! Each way to write seals, straight and witnessed, and what was sealed is revealed.

use std::collections::BTreeMap;

use ennead::prelude::*;
use ennead::{AuditRecord, Encrypted};
use futures_util::stream;
use serde_json::json;

use super::models::*;
use crate::{Bed, Kind};

macro_rules! ways {
    ($way:ident, $model:ident, $new:ident, $raw:ident) => {
        /// Writes rows in every way, and gives what they should hold.
        async fn $way(db: &Db) {
            let (acme, across) = (db.tenant("acme").unwrap(), db.across_tenants("all of them"));
            let mut expected: BTreeMap<String, Login> = BTreeMap::new();
            let new = |id: &str| $new { id: id.into(), name: id.into(), config: Encrypted::new(login(id)) };
            let mut due = |ids: Vec<String>, now: &str| {
                expected.extend(ids.into_iter().map(|id| (id.clone(), login(format!("{now}{id}")))));
            };
            let numbered = |what: &str, count: usize| -> Vec<String> { (0..count).map(|at| format!("{what}-{at}")).collect() };

            let row = $model::create(new("one")).set($model::TOKEN, Encrypted::new(secret("token"))).run(&acme).await.unwrap();
            assert_eq!(row.reveal($model::CONFIG, &acme).unwrap(), login("one"));
            assert_eq!(row.reveal($model::TOKEN, &acme).unwrap(), Some(secret("token")));
            due(vec!["one".into()], "");
            // A few, many (COPY on Postgres), many that come back, and a stream.
            for (what, count) in [("few", 3), ("many", 100)] {
                let ids = numbered(what, count);
                $model::bulk_create(ids.iter().map(|id| new(id))).run(&acme).await.unwrap();
                due(ids, "");
            }
            let ids = numbered("back", 70);
            let rows = $model::bulk_create(ids.iter().map(|id| new(id))).returning(&acme).await.unwrap();
            assert!(rows.iter().all(|row| row.reveal($model::CONFIG, &acme).unwrap() == login(&row.id)));
            due(ids, "");
            let ids = numbered("stream", 5);
            $model::bulk_create_stream(stream::iter(ids.clone()).map_new(new)).run(&acme).await.unwrap();
            due(ids, "");

            let again = |id: &str| Encrypted::new(login(format!("new-{id}")));
            $model::update("few-0").set($model::CONFIG, again("few-0")).run(&acme).await.unwrap();
            let each = ["few-1", "few-2"].map(|id| $model::update(id).set($model::CONFIG, again(id)));
            $model::bulk_update_each(each).run(&acme).await.unwrap();
            due(numbered("few", 3), "new-");
            // An upsert that creates, one that changes, those that leave.
            let upsert = |id: &'static str, config| $model::create($new { config, ..new(id) }).on_conflict($model::ID);
            upsert("upsert", again("?")).update($model::CONFIG).run(&acme).await.unwrap();
            let row = upsert("upsert", again("upsert")).update($model::CONFIG).run(&acme).await.unwrap();
            assert_eq!(row.reveal($model::CONFIG, &acme).unwrap(), login("new-upsert"));
            assert_eq!(upsert("upsert", again("lost")).ignore().run(&acme).await.unwrap(), None);
            due(vec!["upsert".into()], "new-");
            let left = $new { id: "another".into(), ..new("one") };
            assert_eq!($model::create(left).on_conflict($model::NAME).ignore().run(&acme).await.unwrap(), None);
            let both = ["many-0", "bulk-upsert"].map(|id| $new { config: again(id), ..new(id) });
            $model::bulk_create(both).on_conflict($model::ID).update($model::CONFIG).run(&acme).await.unwrap();
            due(vec!["many-0".into(), "bulk-upsert".into()], "new-");
            // In a transaction, and in one within it.
            acme.transaction(async |tx| {
                $model::create(new("outer")).run(tx).await?;
                tx.transaction(async |tx| $model::create(new("inner")).run(tx).await).await
            })
            .await
            .unwrap();
            due(vec!["outer".into(), "inner".into()], "");
            // Across tenants, each row with its own, and narrowed to one.
            $model::create(new("narrowed")).in_tenant("acme").run(&across).await.unwrap();
            $model::update("narrowed").set($model::CONFIG, again("narrowed")).in_tenant("acme").run(&across).await.unwrap();
            due(vec!["narrowed".into()], "new-");

            // By name.
            let schema = schema();
            let run = async |node: &str, params: serde_json::Value| {
                schema.node(&format!("{node}{}Node", stringify!($model))).unwrap().run(&acme, params).await.unwrap()
            };
            let data = |id: &str, config: &str| json!({ "id": id, "name": id, "config": login(config), "token": secret("t") });
            let given = run("Create", json!({ "data": data("named", "named") })).await;
            assert!(given.get("config").is_none() && given.get("token").is_none(), "{given}");
            run("BulkCreate", json!({ "data": [data("named-0", "?"), data("named-1", "?")] })).await;
            run("Update", json!({ "id": "named", "data": { "config": login("new-named") } })).await;
            let each = ["named-0", "named-1"].map(|id| json!({ "id": id, "data": 0, "config": login(format!("new-{id}")) }));
            let each: Vec<_> = each.into_iter().map(|mut row| { row.as_object_mut().unwrap().remove("data"); row }).collect();
            run("BulkUpdate", json!({ "data": each })).await;
            let settle = json!({ "on": ["id"], "update": ["config"] });
            run("Upsert", json!({ "data": data("named-2", "?"), "on_conflict": settle })).await;
            run("Upsert", json!({ "data": data("named-2", "new-named-2"), "on_conflict": settle })).await;
            due(vec!["named".into(), "named-0".into(), "named-1".into(), "named-2".into()], "new-");
            // In a workflow, where another node's output may become the secret.
            let mut workflow = WorkflowBuilder::new();
            let name = |node: &str| format!("{node}{}Node", stringify!($model));
            workflow.add_node(&name("Create"), "create", json!({ "data": data("worked", "?") }));
            workflow.add_node(&name("Update"), "update", json!({ "data": { "config": login("new-worked") } }));
            workflow.add_connection("create", "id", "update", "id");
            workflow.add_connection("create", "name", "update", "data.token");
            Runtime::new(&schema).execute(&workflow.build(&schema).unwrap(), &acme).await.unwrap();
            due(vec!["worked".into()], "new-");
            let worked = $model::read("worked").run(&acme).await.unwrap();
            assert_eq!(worked.reveal($model::TOKEN, &acme).unwrap().as_deref(), Some("worked"));

            // NULL is no secret, and may be set of many rows.
            let some = $model::count().filter($model::TOKEN.is_not_null());
            assert!(some.run(&acme).await.unwrap() >= 4);
            $model::bulk_update().filter($model::NAME.ne("one")).set($model::TOKEN, None::<Encrypted<String>>).run(&acme).await.unwrap();
            assert_eq!($model::count().filter($model::TOKEN.is_null()).run(&acme).await.unwrap(), expected.len() as u64 - 1);

            // A row that goes and comes back.
            $model::delete("one").run(&acme).await.unwrap();
            let back = $model::restore("one").run(&acme).await.unwrap();
            assert_eq!(back.reveal($model::TOKEN, &acme).unwrap(), Some(secret("token")));

            let rows = $model::list().run(&acme).await.unwrap();
            let revealed: BTreeMap<String, Login> =
                rows.iter().map(|row| (row.id.clone(), row.reveal($model::CONFIG, &acme).unwrap())).collect();
            assert_eq!(revealed, expected);
            let raw = $raw::list().run(&across).await.unwrap();
            assert_eq!(raw.len(), expected.len());
            for row in raw {
                assert!(!tells(&row.config) && !row.token.is_some_and(|token| tells(&token)), "{}", row.id);
                // The version, and the key by its id.
                assert!(row.config.starts_with(b"\x01\x05key-1"), "{}", row.id);
            }
        }
    };
}

/// Rows from ids, as a stream.
pub trait MapNew: Sized + futures_util::Stream<Item = String> + Send + 'static {
    fn map_new<N: Send + 'static>(
        self,
        new: impl Fn(&str) -> N + Send + 'static,
    ) -> impl futures_util::Stream<Item = N> + Send + 'static {
        futures_util::StreamExt::map(self, move |id| new(&id))
    }
}

impl<S: futures_util::Stream<Item = String> + Send + 'static> MapNew for S {}

ways!(straight, Connector, NewConnector, RawConnector);
ways!(witnessed, Watched, NewWatched, RawWatched);

async fn every_way_to_write_seals(bed: Bed) {
    let (db, url) = open(&bed).await;
    straight(&db).await;
    db.close().await;
    no_file_tells(&bed, &url);
}

async fn every_way_to_write_seals_what_is_witnessed(bed: Bed) {
    let (db, url) = open(&bed).await;
    witnessed(&db).await;
    let records = AuditRecord::list().run(&db.across_tenants("look")).await.unwrap();
    assert!(records.len() > 200);
    for record in &records {
        assert!(!format!("{:?} {:?}", record.before, record.after).contains(CANARY));
        let shown = record.after.as_ref().is_some_and(|row| row.get("config").is_some());
        assert!(!shown, "a record shows neither the value nor its bytes");
    }
    assert!(
        records.iter().any(|record| format!("{:?}", record.changed).contains("config")),
        "it tells that it changed"
    );
    db.close().await;
    no_file_tells(&bed, &url);
}

/// The whole file of the database, and what is beside it.
fn no_file_tells(bed: &Bed, url: &str) {
    if bed.kind() != Kind::Sqlite {
        return;
    }
    let path = url.trim_start_matches("sqlite://");
    for end in ["", "-wal", "-shm"] {
        if let Ok(bytes) = std::fs::read(format!("{path}{end}")) {
            assert!(!tells(&bytes), "{path}{end} holds a secret");
        }
    }
    assert!(tells(b"it would be found: swordfish-1") && std::fs::metadata(path).unwrap().len() > 10_000);
}

crate::cases![every_way_to_write_seals, every_way_to_write_seals_what_is_witnessed];
