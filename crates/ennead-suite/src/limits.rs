//! The settings of the builder do what they say.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeZone, Utc};
use ennead::prelude::*;
use ennead::{Clock, IdGenerator};
use tokio::sync::{Barrier, oneshot};
use uuid::Uuid;

use crate::item::{ENDLESS, Item, item, items, slow_items};
use crate::observer::Observer;
use crate::{Bed, Kind};

#[model(global, table = "parents")]
#[derive(Debug)]
pub struct Parent {
    #[key]
    pub id: String,
    #[created_at]
    pub created_at: DateTime<Utc>,
}

#[model(global, table = "children")]
#[derive(Debug)]
pub struct Child {
    #[key]
    pub id: String,
    #[references(Parent)]
    pub parent_id: String,
}

fn family() -> Schema {
    ennead::schema![Parent, Child]
}

fn orphan() -> NewChild {
    NewChild { parent_id: "nobody".into() }
}

/// SQL that fails where a pragma has another value.
fn must_be(pragma: &str, value: &str) -> String {
    format!(
        "SELECT CASE WHEN (SELECT {pragma} FROM pragma_{pragma}) = {value} THEN 1 ELSE abs(-9223372036854775807 - 1) END"
    )
}

async fn every_connection_has_its_pragmas(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(4).pragma("cache_size", "-1234").connect(&url).await.unwrap();
    crate::watch::known(family()).create(&db).await.unwrap();
    for _ in 0..6 {
        for (pragma, value) in
            [("foreign_keys", "1"), ("journal_mode", "'wal'"), ("synchronous", "1"), ("cache_size", "-1234")]
        {
            let set_up = db.across_tenants("reading a pragma");
            set_up.execute(&must_be(pragma, value)).await.unwrap_or_else(|error| panic!("{pragma}: {error}"));
            set_up.execute(&must_be(pragma, "99")).await.unwrap_err();
        }
    }
    assert_eq!(Observer::new(&url).await.text("PRAGMA journal_mode").await, "wal");
    // All connections at once: each refuses an orphan.
    let barrier = Arc::new(Barrier::new(4));
    let tasks = (0..4).map(|_| {
        let (db, barrier) = (db.clone(), Arc::clone(&barrier));
        tokio::spawn(async move {
            barrier.wait().await;
            Child::create(orphan()).run(&db).await.unwrap_err()
        })
    });
    for error in futures_util::future::join_all(tasks).await {
        assert!(error.unwrap().is_foreign_key_violation());
    }
}

async fn raw_sql_leaves_no_setting_behind(bed: Bed) {
    let builder = Db::builder().max_connections(1);
    let memory = Db::builder().connect("sqlite::memory:").await.unwrap();
    crate::watch::known(family()).create(&memory).await.unwrap();
    for db in [bed.db_with(&family(), builder).await, memory] {
        let raw = db.across_tenants("a setting that is left");
        let statements: &[&str] = if db.dialect() == ennead::Dialect::Sqlite {
            &[
                "PRAGMA foreign_keys = OFF",
                "BEGIN",
                "PRAGMA query_only = ON",
                "PRAGMA foreign_keys = OFF; BEGIN",
            ]
        } else {
            &[
                "SET session_replication_role = replica",
                "BEGIN",
                "SET default_transaction_read_only = on",
                "BEGIN; SET LOCAL search_path = pg_catalog",
            ]
        };
        for (at, sql) in statements.iter().enumerate() {
            raw.execute(sql).await.unwrap();
            let error = Child::create(orphan()).run(&db).await.unwrap_err();
            assert!(error.is_foreign_key_violation(), "{sql}: {error:?}");
            let id = format!("kept-{at}");
            Parent::create(NewParent {}).set(Parent::ID, &id).run(&db).await.unwrap();
            raw.execute("SELECT 1").await.unwrap();
            Parent::read(&id).run(&db).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
    }
}

/// Holds a transaction open until told otherwise, or the sender goes.
async fn hold(db: &Db) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (release, released) = oneshot::channel::<()>();
    let (begun, began) = oneshot::channel();
    let db = db.clone();
    let task = tokio::spawn(async move {
        db.transaction(async |tx| {
            Item::create(item(1)).run(tx).await?;
            begun.send(()).unwrap();
            let _ = released.await;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    });
    began.await.unwrap();
    (release, task)
}

fn within(started: Instant, low: u64, high: u64) {
    let waited = started.elapsed();
    let range = Duration::from_millis(low)..Duration::from_millis(high);
    assert!(range.contains(&waited), "waited {waited:?}, not {range:?}");
}

async fn an_exhausted_pool_is_waited_for_so_long(bed: Bed) {
    let builder = Db::builder().max_connections(1).acquire_timeout(Duration::from_millis(200));
    let db = bed.db_with(&items(), builder).await;
    let (release, task) = hold(&db).await;
    let started = Instant::now();
    let error = Item::count().run(&db).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    within(started, 200, 1500);
    let count = Item::count();
    let (counted, _) = tokio::join!(count.run(&db), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        release.send(()).unwrap();
    });
    assert_eq!(counted.unwrap(), 1);
    task.await.unwrap();
}

async fn no_more_connections_than_said(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(3).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let creates = (0..60).map(|id| Item::create(item(id)).run(&db));
    futures_util::future::try_join_all(creates).await.unwrap();
    let mut observer = Observer::new(&url).await;
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let open = observer.number(open).await;
    assert!((1..=3).contains(&open), "{open} connections");
}

async fn a_locked_file_is_waited_for_so_long(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().busy_timeout(Duration::from_millis(250)).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let mut other = Observer::new(&url).await;
    other.execute("BEGIN IMMEDIATE").await;
    let started = Instant::now();
    let error = Item::create(item(1)).run(&db).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    within(started, 250, 1500);
    for attempt in 0..4 {
        let started = Instant::now();
        let error = match attempt {
            0 => Item::bulk_create([item(1), item(2)]).run(&db).await.unwrap_err(),
            1 => db.transaction(async |tx| Item::create(item(1)).run(tx).await).await.unwrap_err(),
            2 => db.across_tenants("raw").execute("DELETE FROM items").await.unwrap_err(),
            _ => Item::bulk_delete().all_rows().run(&db).await.unwrap_err(),
        };
        assert!(error.is_timeout(), "{attempt}: {error:?}");
        within(started, 250, 1500);
    }
    // Readers do not wait.
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
    let (created, _) = tokio::join!(Item::create(item(1)).run(&db), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.execute("COMMIT").await;
    });
    created.unwrap();
}

async fn a_writer_in_line_is_waited_for_so_long(bed: Bed) {
    let builder = Db::builder().max_connections(4).busy_timeout(Duration::from_millis(200));
    let db = bed.db_with(&items(), builder).await;
    let (release, task) = hold(&db).await;
    let started = Instant::now();
    let error = Item::create(item(2)).run(&db).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    within(started, 200, 1500);
    release.send(()).unwrap();
    task.await.unwrap();
    Item::create(item(2)).run(&db).await.unwrap();
}

async fn statements_end_at_their_limit(bed: Bed) {
    let builder = Db::builder().max_connections(1).statement_timeout(Duration::from_millis(150));
    let db = bed.db_with(&items(), builder).await;
    let started = Instant::now();
    let error = db.across_tenants("an endless query").execute(ENDLESS).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    within(started, 150, 1500);
    Item::create(item(1)).run(&db).await.unwrap();
    slow_items(&db, 2_000_000_000).await;
    for _ in 0..2 {
        let started = Instant::now();
        let error = Item::list().limit(1).run(&db).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        let error = Item::list().run(&db).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        let error = Item::count().run(&db).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        within(started, 450, 3000);
    }
    // The connection is of use afterwards.
    let again = "DROP VIEW items; CREATE TABLE items (id bigint PRIMARY KEY, name text)";
    let again = if bed.kind() == Kind::Sqlite { again.replace("bigint", "INTEGER") } else { again.into() };
    db.across_tenants("a fast table").execute(&again).await.unwrap();
    Item::create(item(2)).run(&db).await.unwrap();
    assert_eq!(Item::list().run(&db).await.unwrap().len(), 1);
}

async fn a_limit_inside_a_transaction_ends_it(bed: Bed) {
    let builder = Db::builder().max_connections(1).statement_timeout(Duration::from_millis(100));
    let db = bed.db_with(&family(), builder).await;
    let endless = ENDLESS.replace("max(n)", "CAST(max(n) AS text) AS id, CAST(max(n) AS text) AS parent_id");
    let slow = format!("DROP TABLE children; CREATE VIEW children AS {endless}");
    db.across_tenants("a slow table").execute(&slow).await.unwrap();
    let error = db
        .transaction(async |tx| {
            Parent::create(NewParent {}).run(tx).await?;
            let error = Child::list().run(tx).await.unwrap_err();
            assert!(error.is_timeout(), "{error:?}");
            let error = Parent::count().run(tx).await.unwrap_err();
            assert!(error.is_transaction_aborted(), "{error:?}");
            Ok::<_, Error>(())
        })
        .await
        .unwrap_err();
    assert!(error.is_transaction_aborted(), "{error:?}");
    assert_eq!(Parent::count().run(&db).await.unwrap(), 0);
}

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, 2, 12, 0, 0).unwrap()
    }
}

#[derive(Debug)]
struct Same;

impl IdGenerator for Same {
    fn next(&self) -> Uuid {
        Uuid::from_u128(7)
    }
}

async fn the_clock_and_the_ids_are_those_given(bed: Bed) {
    let db = bed.db_with(&family(), Db::builder().clock(Noon).ids(Same)).await;
    let parent = Parent::create(NewParent {}).run(&db).await.unwrap();
    assert_eq!(parent.created_at, Noon.now());
    assert_eq!(parent.id, Uuid::from_u128(7).to_string());
    let error = Parent::create(NewParent {}).run(&db).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
}

crate::cases![
    the_clock_and_the_ids_are_those_given;
    Sqlite: every_connection_has_its_pragmas, raw_sql_leaves_no_setting_behind, an_exhausted_pool_is_waited_for_so_long,
    a_locked_file_is_waited_for_so_long, a_writer_in_line_is_waited_for_so_long, statements_end_at_their_limit,
    a_limit_inside_a_transaction_ends_it;
    Postgres: raw_sql_leaves_no_setting_behind, an_exhausted_pool_is_waited_for_so_long, no_more_connections_than_said,
    statements_end_at_their_limit, a_limit_inside_a_transaction_ends_it
];
