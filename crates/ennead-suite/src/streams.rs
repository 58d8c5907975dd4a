//! `bulk_create_stream`: chunks through one transaction.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ennead::prelude::*;
use futures_util::{StreamExt, stream};

use crate::Bed;
use crate::accounts::*;

fn streamed(ids: std::ops::Range<i64>) -> ennead::op::BulkCreateStream<Point> {
    Point::bulk_create_stream(stream::iter(points(ids)))
}

async fn a_stream_is_created_whole(bed: Bed) {
    let db = open(&bed).await;
    assert_eq!(streamed(0..0).run(&db).await.unwrap().affected, 0);
    assert_eq!(streamed(0..1).run(&db).await.unwrap().affected, 1);
    assert_eq!(streamed(1..100).run(&db).await.unwrap().affected, 99, "one chunk");
    assert_eq!(streamed(100..20_000).run(&db).await.unwrap().affected, 19_900, "many chunks");
    assert_eq!(Point::count().run(&db).await.unwrap(), 20_000);
}

async fn a_stream_of_a_tenants_rows_is_stamped(bed: Bed) {
    let db = open(&bed).await;
    let rows = stream::iter((0..10).map(|at| user(&format!("u{at}"))));
    User::bulk_create_stream(rows).run(&acme(&db)).await.unwrap();
    assert_eq!(User::count().run(&acme(&db)).await.unwrap(), 10);
    assert_eq!(User::count().run(&db.tenant("other").unwrap()).await.unwrap(), 0);
}

async fn an_error_in_the_middle_leaves_nothing(bed: Bed) {
    let db = open(&bed).await;
    let far = stream::iter(points((0..10_000).chain([3]).chain(10_000..12_000)));
    let error = Point::bulk_create_stream(far).run(&db).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!((error.constraint(), error.fields()), (Some("pk_point"), ["id"].as_slice()));
    assert_eq!(Point::count().run(&db).await.unwrap(), 0);
    let rows = (0..6000).map(|at| {
        let name = if at == 5000 { "nul\0".to_owned() } else { format!("u{at}") };
        NewUser { email: name.clone(), name }
    });
    let error = User::bulk_create_stream(stream::iter(rows)).run(&acme(&db)).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
    assert_eq!(User::count().run(&acme(&db)).await.unwrap(), 0);
}

/// Gives some rows, tells how many were taken, and then nothing more, ever.
fn stalling(
    rows: i64,
    taken: &Arc<AtomicI64>,
) -> impl futures_util::Stream<Item = NewPoint> + Send + 'static {
    let taken = Arc::clone(taken);
    stream::iter(points(0..rows))
        .inspect(move |_| {
            taken.fetch_add(1, Ordering::SeqCst);
        })
        .chain(stream::pending())
}

/// Drops a run when its stream has given so many rows and nothing is under way any more.
async fn dropped_at(run: impl Future, taken: &AtomicI64, rows: i64) {
    let stalled = async {
        while taken.load(Ordering::SeqCst) < rows {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    tokio::select! {
        _ = run => panic!("the stream never ends"),
        () = stalled => {}
    }
}

async fn a_stream_that_is_dropped_half_way_leaves_nothing(bed: Bed) {
    let db = open(&bed).await;
    let taken: Arc<AtomicI64> = Arc::default();
    let run = Point::bulk_create_stream(stalling(10_000, &taken)).run(&db);
    // In the third chunk.
    dropped_at(run, &taken, 10_000).await;
    assert_eq!(Point::count().run(&db).await.unwrap(), 0);
    assert_eq!(streamed(0..10).run(&db).await.unwrap().affected, 10);
}

async fn a_stream_dropped_inside_a_transaction_leaves_nothing_of_it(bed: Bed) {
    let db = open(&bed).await;
    let taken: Arc<AtomicI64> = Arc::default();
    let outer = db
        .transaction(async |tx| {
            Point::create(NewPoint { id: -1, value: 0 }).run(tx).await?;
            let nested = tx.transaction(async |tx| {
                let run = Point::bulk_create_stream(stalling(5000, &taken)).run(tx);
                dropped_at(run, &taken, 5000).await;
                Ok::<_, Error>(())
            });
            // The half that was sent must not be kept because the closure went on.
            assert!(nested.await.unwrap_err().is_transaction_aborted());
            Point::create(NewPoint { id: -2, value: 0 }).run(tx).await?;
            Ok::<_, Error>(())
        })
        .await;
    outer.unwrap();
    assert_eq!(taken.load(Ordering::SeqCst), 5000);
    let rows = Point::list().order_by(Point::ID.asc()).run(&db).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [-2, -1]);
    let whole = db
        .transaction(async |tx| {
            let run = Point::bulk_create_stream(stalling(5000, &taken)).run(tx);
            dropped_at(run, &taken, 10_000).await;
            Ok::<_, Error>(())
        })
        .await;
    assert!(whole.unwrap_err().is_transaction_aborted());
    assert_eq!(Point::count().run(&db).await.unwrap(), 2);
}

async fn a_stream_inside_a_transaction_goes_with_it(bed: Bed) {
    let db = open(&bed).await;
    let undone = db
        .transaction(async |tx| {
            assert_eq!(streamed(0..6000).run(tx).await?.affected, 6000);
            assert_eq!(Point::count().run(tx).await?, 6000);
            Err::<(), _>(Error::not_found("Nothing"))
        })
        .await;
    assert!(undone.unwrap_err().is_not_found());
    assert_eq!(Point::count().run(&db).await.unwrap(), 0);
    db.transaction(async |tx| streamed(0..6000).run(tx).await).await.unwrap();
    assert_eq!(Point::count().run(&db).await.unwrap(), 6000);
}

crate::cases![
    a_stream_is_created_whole,
    a_stream_of_a_tenants_rows_is_stamped,
    an_error_in_the_middle_leaves_nothing,
    a_stream_that_is_dropped_half_way_leaves_nothing,
    a_stream_dropped_inside_a_transaction_leaves_nothing_of_it,
    a_stream_inside_a_transaction_goes_with_it,
];
