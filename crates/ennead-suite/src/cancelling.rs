//! Futures that are dropped wherever they wait, deadlocks, and what is checked at COMMIT.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use ennead::prelude::*;
use tokio::sync::Barrier;

use crate::Bed;
use crate::accounts::*;

/// Polls a future at most so often, then drops it; `true` where it ended by itself.
async fn polled<F: Future>(times: usize, future: F) -> bool {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}

async fn half_done(db: &Db, marker: i64) {
    let rows = Point::list().filter(Point::ID.gt(0)).run(db).await.unwrap();
    assert!(rows.is_empty() || rows.len() == 4, "{marker}: {} of 4 rows", rows.len());
    Point::bulk_delete().filter(Point::ID.gt(0)).run(db).await.unwrap();
    // A write of its own, read back through another connection: a transaction left open would swallow it.
    Point::create(NewPoint { id: -marker, value: 1 }).run(db).await.unwrap();
}

async fn markers(db: Db, bed: &Bed, url: &str, marks: i64) {
    assert_eq!(Point::count().run(&db).await.unwrap(), marks as u64);
    db.close().await;
    let again = bed.connect(Db::builder(), url).await.unwrap();
    assert_eq!(Point::count().run(&again).await.unwrap(), marks as u64, "each marker was stored");
}

async fn a_transaction_dropped_anywhere_is_rolled_back(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder().max_connections(2), &url).await.unwrap();
    crate::watch::known(ennead::schema![User, Tally, Point]).create(&db).await.unwrap();
    let mut ended = 0;
    for times in 0..40 {
        let whole = db.transaction(async |tx| {
            Point::create(NewPoint { id: 1, value: 1 }).run(tx).await?;
            tx.transaction(async |tx| {
                Point::bulk_create(points([2, 3])).run(tx).await?;
                tx.transaction(async |tx| Point::create(NewPoint { id: 4, value: 1 }).run(tx).await).await
            })
            .await?;
            Point::update(1_i64).add(Point::VALUE, 1).run(tx).await
        });
        ended += u32::from(polled(times, whole).await);
        half_done(&db, times as i64).await;
    }
    assert!(ended > 0, "polled often enough, it ends");
    markers(db, &bed, &url, 40).await;
}

async fn an_operation_dropped_anywhere_happens_whole_or_not(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder().max_connections(1), &url).await.unwrap();
    crate::watch::known(ennead::schema![User, Tally, Point]).create(&db).await.unwrap();
    let mut ended = 0;
    for times in 0..40 {
        ended += u32::from(polled(times, Point::bulk_create(points(1..5)).run(&db)).await);
        half_done(&db, times as i64).await;
    }
    assert!(ended > 0);
    markers(db, &bed, &url, 40).await;
}

async fn a_stream_of_rows_dropped_anywhere_leaves_nothing(bed: Bed) {
    use futures_util::stream;
    let url = bed.url().await;
    let db = bed.connect(Db::builder().max_connections(2), &url).await.unwrap();
    crate::watch::known(ennead::schema![User, Tally, Point]).create(&db).await.unwrap();
    for times in 0..20 {
        let rows = stream::iter(points(1..5));
        polled(times, Point::bulk_create_stream(rows).run(&db)).await;
        half_done(&db, times as i64).await;
    }
    markers(db, &bed, &url, 20).await;
}

async fn a_nested_one_dropped_half_way_takes_the_whole_with_it(bed: Bed) {
    let db = open(&bed).await;
    for times in 0..12 {
        let done = db
            .transaction(async |tx| {
                Point::create(NewPoint { id: 1, value: 1 }).run(tx).await?;
                let nested = tx.transaction(async |tx| {
                    Point::create(NewPoint { id: 2, value: 1 }).run(tx).await?;
                    loop {
                        tokio::task::yield_now().await;
                    }
                    #[allow(unreachable_code, reason = "it says of what type the closure's result is")]
                    Ok::<(), Error>(())
                });
                assert!(!polled(times, nested).await);
                Point::create(NewPoint { id: 3, value: 1 }).run(tx).await?;
                Ok::<_, Error>(())
            })
            .await;
        let stored = Point::bulk_delete().all_rows().run(&db).await.unwrap().affected;
        match done {
            // It was dropped before it sent anything.
            Ok(()) => assert_eq!(stored, 2, "{times}"),
            Err(error) => {
                assert!(error.is_transaction_aborted(), "{times}: {error:?}");
                assert_eq!(stored, 0, "{times}");
            }
        }
    }
}

async fn retrying_runs_again_after_a_deadlock(bed: Bed) {
    let db = open(&bed).await;
    Tally::bulk_create([tally("a"), tally("b")]).run(&db).await.unwrap();
    let tries = AtomicU32::new(0);
    // Both hold one row before either asks for the other's: on Postgres that is a deadlock, on SQLite there is one
    // writer at a time, and nobody would meet at a barrier.
    let meeting = bed.is_postgres().then(|| Barrier::new(2));
    let both = async |first: &'static str, second: &'static str| {
        let own = AtomicU32::new(0);
        db.transaction_retrying(async |tx| {
            tries.fetch_add(1, Ordering::SeqCst);
            Tally::update(first).add(Tally::LARGE, 1).run(tx).await?;
            if let (Some(meeting), 0) = (&meeting, own.fetch_add(1, Ordering::SeqCst)) {
                meeting.wait().await;
            }
            Tally::update(second).add(Tally::LARGE, 1).run(tx).await
        })
        .await
    };
    // Each case's future must be `Send`; the retried closure borrows, and its future cannot be told to be.
    let local = async {
        let (one, other) = tokio::join!(both("a", "b"), both("b", "a"));
        one.unwrap();
        other.unwrap();
    };
    here(local);
    let wanted = if bed.is_postgres() { 3 } else { 2 };
    assert_eq!(tries.load(Ordering::SeqCst), wanted);
    for row in Tally::list().run(&db).await.unwrap() {
        assert_eq!(row.large, 2, "each ran once in the end");
    }
}

/// Runs a future on this thread, whether it is `Send` or not.
fn here<F: Future>(future: F) -> F::Output {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

async fn a_deadlock_without_retrying_is_told(bed: Bed) {
    let db = open(&bed).await;
    Tally::bulk_create([tally("a"), tally("b")]).run(&db).await.unwrap();
    if !bed.is_postgres() {
        // One writer at a time: the second begins when the first has ended, and there is nothing to tell.
        return;
    }
    let meeting = Arc::new(Barrier::new(2));
    let both = |first: &'static str, second: &'static str| {
        let (db, meeting) = (db.clone(), Arc::clone(&meeting));
        tokio::spawn(async move {
            db.transaction(async |tx| {
                Tally::update(first).add(Tally::LARGE, 1).run(tx).await?;
                meeting.wait().await;
                Tally::update(second).add(Tally::LARGE, 1).run(tx).await
            })
            .await
        })
    };
    let (one, other) = tokio::join!(both("a", "b"), both("b", "a"));
    let failed: Vec<Error> = [one.unwrap(), other.unwrap()].into_iter().filter_map(Result::err).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].is_retryable(), "{:?}", failed[0]);
    assert_eq!(failed[0].http_status(), 503);
}

async fn retrying_gives_up_and_never_retries_others(bed: Bed) {
    let db = open(&bed).await;
    Point::create(NewPoint { id: 1, value: 1 }).run(&db).await.unwrap();
    let tries = AtomicU32::new(0);
    let failing = |kind: Option<ennead::ErrorKind>| {
        tries.store(0, Ordering::SeqCst);
        let done = here(db.transaction_retrying(async |tx| {
            tries.fetch_add(1, Ordering::SeqCst);
            Point::create(NewPoint { id: 2, value: 1 }).run(tx).await?;
            match kind {
                Some(kind) => Err(Error::new(kind, "made up")),
                None => Point::create(NewPoint { id: 1, value: 1 }).run(tx).await,
            }
        }));
        (tries.load(Ordering::SeqCst), done.unwrap_err())
    };
    let (count, error) = failing(Some(ennead::ErrorKind::Retryable));
    assert!(count == 5 && error.is_retryable(), "{count} {error:?}");
    let (count, error) = failing(None);
    assert!(count == 1 && error.is_unique_violation(), "{count} {error:?}");
    for kind in [ennead::ErrorKind::Timeout, ennead::ErrorKind::Connection, ennead::ErrorKind::CommitUnknown]
    {
        assert_eq!(failing(Some(kind)).0, 1, "{kind:?}");
    }
    assert_eq!(Point::count().run(&db).await.unwrap(), 1);
}

crate::cases![
    a_transaction_dropped_anywhere_is_rolled_back,
    an_operation_dropped_anywhere_happens_whole_or_not,
    a_stream_of_rows_dropped_anywhere_leaves_nothing,
    a_nested_one_dropped_half_way_takes_the_whole_with_it,
    retrying_runs_again_after_a_deadlock,
    a_deadlock_without_retrying_is_told,
    retrying_gives_up_and_never_retries_others,
];
