//! Connections that the server ends: an error once, a pool that heals, and nothing lost that was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use ennead::prelude::*;
use tokio::sync::Barrier;

use crate::Bed;
use crate::item::{Item, item, items};
use crate::observer::Observer;

async fn pool(bed: &Bed, connections: usize) -> (Db, String) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(connections).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    (db, url)
}

async fn idle_connections_cost_one_error(bed: Bed) {
    let (db, url) = pool(&bed, 4).await;
    let mut observer = Observer::new(&url).await;
    for round in 0..3 {
        let reads = (0..16).map(|_| Item::count().run(&db));
        futures_util::future::try_join_all(reads).await.unwrap();
        assert!(observer.terminate_others().await >= 1);
        let error = match round {
            0 => Item::count().run(&db).await.unwrap_err(),
            1 => Item::create(item(1)).run(&db).await.unwrap_err(),
            _ => db.transaction(async |tx| Item::create(item(1)).run(tx).await).await.unwrap_err(),
        };
        assert!(error.is_connection(), "{error:?}");
        for _ in 0..10 {
            Item::count().run(&db).await.unwrap();
        }
    }
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
}

async fn a_transaction_that_loses_its_connection_fails(bed: Bed) {
    let (db, url) = pool(&bed, 2).await;
    let mut observer = Observer::new(&url).await;
    let error = db
        .transaction(async |tx| {
            Item::create(item(1)).run(tx).await?;
            observer.terminate_others().await;
            let error = Item::create(item(2)).run(tx).await.unwrap_err();
            assert!(error.is_connection(), "{error:?}");
            let error = Item::count().run(tx).await.unwrap_err();
            assert!(error.is_transaction_aborted() || error.is_connection(), "{error:?}");
            Ok::<_, Error>(())
        })
        .await
        .unwrap_err();
    assert!(error.is_transaction_aborted() || error.is_connection(), "{error:?}");
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
}

async fn nothing_acknowledged_is_lost_under_load(bed: Bed) {
    let (db, url) = pool(&bed, 8).await;
    let (next, over) = (Arc::new(AtomicI64::new(1)), Arc::new(AtomicBool::new(false)));
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let (db, next, over) = (db.clone(), Arc::clone(&next), Arc::clone(&over));
            tokio::spawn(async move {
                let (mut acknowledged, mut failed) = (Vec::new(), 0);
                while !over.load(Ordering::Relaxed) {
                    let id = next.fetch_add(2, Ordering::Relaxed);
                    let result = if task % 2 == 0 {
                        Item::create(item(id)).run(&db).await.map(|_| vec![id])
                    } else {
                        Item::bulk_create([item(id), item(id + 1)]).run(&db).await.map(|_| vec![id, id + 1])
                    };
                    match result {
                        Ok(ids) => acknowledged.extend(ids),
                        Err(error) => {
                            assert!(error.is_connection() || error.is_commit_unknown(), "{error:?}");
                            failed += 1;
                        }
                    }
                }
                (acknowledged, failed)
            })
        })
        .collect();
    let mut observer = Observer::new(&url).await;
    let mut killed = 0;
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        killed += observer.terminate_others().await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    over.store(true, Ordering::Relaxed);
    let (mut acknowledged, mut failed) = (Vec::new(), 0);
    for task in tasks {
        let (ids, errors) = task.await.unwrap();
        acknowledged.extend(ids);
        failed += errors;
    }
    // Each lost connection costs one operation at most.
    assert!(killed >= 5 && (1..=killed).contains(&failed), "{killed} killed, {failed} failed");
    assert!(acknowledged.len() > 50);
    let ids: Vec<String> = acknowledged.iter().map(i64::to_string).collect();
    let found =
        observer.number(&format!("SELECT count(*) FROM items WHERE id IN ({})", ids.join(", "))).await;
    assert_eq!(found, acknowledged.len() as i64);
    for _ in 0..16 {
        Item::count().run(&db).await.unwrap();
    }
}

/// Makes a COMMIT take long: a deferred trigger sleeps in it.
const SLOW_COMMIT: &str = "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$; \
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED \
    FOR EACH ROW EXECUTE FUNCTION slowly()";

async fn kill_the_commit(observer: &mut Observer) {
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND query = 'COMMIT' AND wait_event = 'PgSleep'";
    for _ in 0..200 {
        if observer.number(sql).await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no COMMIT is under way");
}

async fn a_lost_commit_is_unknown_and_not_retried(bed: Bed) {
    let (db, url) = pool(&bed, 2).await;
    let mut observer = Observer::new(&url).await;
    observer.execute(SLOW_COMMIT).await;
    let runs = Arc::new(AtomicI64::new(0));
    let counted = Arc::clone(&runs);
    let work = db.transaction_retrying(async move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        Item::create(item(1)).run(tx).await
    });
    let (result, ()) = tokio::join!(work, kill_the_commit(&mut observer));
    let error = result.unwrap_err();
    assert!(error.is_commit_unknown(), "{error:?}");
    assert!(!error.is_retryable() && !error.is_connection());
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    let bulk = Item::bulk_create([item(1), item(2)]).run(&db);
    let (result, ()) = tokio::join!(bulk, kill_the_commit(&mut observer));
    let error = result.unwrap_err();
    assert!(error.is_commit_unknown(), "{error:?}");
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
}

async fn a_refused_commit_says_why(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(1).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    db.across_tenants("a check at the end")
        .execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$; \
             CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await
        .unwrap();
    let runs = Arc::new(AtomicI64::new(0));
    let counted = Arc::clone(&runs);
    let error = db
        .transaction_retrying(async move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            Item::create(item(1)).run(tx).await
        })
        .await
        .unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(runs.load(Ordering::Relaxed), 5);
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
}

async fn a_session_that_the_server_times_out_is_replaced(bed: Bed) {
    let url = bed.url().await;
    let mark = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{mark}options[idle_in_transaction_session_timeout]=50");
    let db = Db::builder().max_connections(1).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let error = db
        .transaction(async |tx| {
            Item::create(item(1)).run(tx).await?;
            tokio::time::sleep(Duration::from_millis(250)).await;
            Item::create(item(2)).run(tx).await
        })
        .await
        .unwrap_err();
    assert!(error.is_connection(), "{error:?}");
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
}

async fn change_two(
    tx: &ennead::Transaction<Db>,
    (first, second): (i64, i64),
    met: Arc<AtomicBool>,
    barrier: Arc<Barrier>,
) -> Result<(), Error> {
    Item::update(first).set(Item::NAME, "changed").run(tx).await?;
    if !met.swap(true, Ordering::Relaxed) {
        barrier.wait().await;
    }
    Item::update(second).set(Item::NAME, "changed").run(tx).await.map(drop)
}

/// Two transactions that change the same two rows in opposite order. Those of the first try meet in the middle.
async fn cross(db: &Db, retry: bool) -> Vec<Result<(), Error>> {
    let barrier = Arc::new(Barrier::new(2));
    let tasks = [(1, 2), (2, 1)].map(|rows| {
        let (db, barrier, met) = (db.clone(), Arc::clone(&barrier), Arc::new(AtomicBool::new(false)));
        tokio::spawn(async move {
            let work = async move |tx: &ennead::Transaction<Db>| {
                change_two(tx, rows, Arc::clone(&met), Arc::clone(&barrier)).await
            };
            if retry { db.transaction_retrying(work).await } else { db.transaction(work).await }
        })
    });
    futures_util::future::join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

async fn a_deadlock_is_retryable_and_retried_when_asked(bed: Bed) {
    let url = bed.url().await;
    let mark = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{mark}options[deadlock_timeout]=50ms");
    let db = Db::connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    Item::bulk_create([item(1), item(2)]).run(&db).await.unwrap();
    let results = cross(&db, false).await;
    let errors: Vec<&Error> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(matches!(errors[..], [error] if error.is_retryable()), "{results:?}");
    for result in cross(&db, true).await {
        result.unwrap();
    }
}

crate::cases![;
    Postgres: idle_connections_cost_one_error, a_transaction_that_loses_its_connection_fails,
    nothing_acknowledged_is_lost_under_load, a_lost_commit_is_unknown_and_not_retried, a_refused_commit_says_why,
    a_session_that_the_server_times_out_is_replaced, a_deadlock_is_retryable_and_retried_when_asked
];
