//! Futures that are dropped half way: nothing acknowledged is lost, nothing half done stays, nothing is left open.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use ennead::prelude::*;
use futures_util::StreamExt;

use crate::Bed;
use crate::item::{ENDLESS, Item, item, items};
use crate::observer::Observer;

static NEXT_ID: AtomicI64 = AtomicI64::new(1_000_000);

/// Polls a future so many times, each when it was woken, and drops it; its output where it came before.
async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = times;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

type Work<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

const KINDS: usize = 14;

/// An operation of some kind on rows `id`, `id + 1` and `id + 2`. Those that write create all three rows of them, or
/// change all three rows that are there already.
fn operation(db: &Db, kind: usize, id: i64) -> Work<'_> {
    let three = move || (id..id + 3).map(item);
    let changed = async move |tx: &ennead::Transaction<Db>, id: i64| -> Result<(), Error> {
        Item::update(id).set(Item::NAME, "changed").run(tx).await?;
        Ok(())
    };
    match kind {
        0 => Box::pin(async move { Item::bulk_create(three()).run(db).await.map(drop) }),
        1 => Box::pin(async move { Item::bulk_create(three()).returning(db).await.map(drop) }),
        2 => Box::pin(async move {
            let rows = futures_util::stream::iter(three()).then(async |row| {
                tokio::task::yield_now().await;
                row
            });
            Item::bulk_create_stream(rows).run(db).await.map(drop)
        }),
        3 => Box::pin(async move {
            Item::bulk_create(three()).on_conflict(Item::ID).update(Item::NAME).run(db).await.map(drop)
        }),
        4 => Box::pin(async move {
            db.transaction(async |tx| {
                for row in three() {
                    Item::create(row).run(tx).await?;
                }
                Ok(())
            })
            .await
        }),
        5 => Box::pin(async move {
            db.transaction(async |tx| {
                Item::create(item(id)).run(tx).await?;
                tx.transaction(async |nested| Item::create(item(id + 1)).run(nested).await).await?;
                Item::bulk_create([item(id + 2)]).run(tx).await.map(drop)
            })
            .await
        }),
        6 => Box::pin(async move {
            Item::bulk_update()
                .filter(Item::ID.between(id, id + 2))
                .set(Item::NAME, "changed")
                .run(db)
                .await
                .map(drop)
        }),
        7 => Box::pin(async move {
            let each = (id..id + 3).map(|id| Item::update(id).set(Item::NAME, "changed"));
            Item::bulk_update_each(each).run(db).await.map(drop)
        }),
        8 => Box::pin(async move {
            db.transaction(async |tx| {
                for id in id..id + 3 {
                    changed(tx, id).await?;
                }
                Ok(())
            })
            .await
        }),
        9 => Box::pin(async move { Item::bulk_delete().keys([id, id + 1, id + 2]).run(db).await.map(drop) }),
        10 => Box::pin(async move {
            db.transaction(async |tx| {
                for id in id..id + 3 {
                    Item::delete(id).run(tx).await?;
                }
                Ok(())
            })
            .await
        }),
        11 => Box::pin(async move { Item::list().run(db).await.map(drop) }),
        12 => Box::pin(async move { Item::read(id).optional(db).await.map(drop) }),
        _ => Box::pin(async move { Item::count().run(db).await.map(drop) }),
    }
}

/// The state that the three rows begin in, and how many of them are found before and after an operation of a kind.
struct Rows {
    condition: &'static str,
    before: i64,
    after: i64,
}

async fn prepare(db: &Db, kind: usize, id: i64) -> Rows {
    if (6..=13).contains(&kind) {
        Item::bulk_create((id..id + 3).map(item)).run(db).await.unwrap();
    }
    match kind {
        0..=5 => Rows { condition: "1 = 1", before: 0, after: 3 },
        6..=8 => Rows { condition: "name = 'changed'", before: 0, after: 3 },
        9 | 10 => Rows { condition: "1 = 1", before: 3, after: 0 },
        _ => Rows { condition: "1 = 1", before: 3, after: 3 },
    }
}

async fn whole_or_nothing(observer: &mut Observer, rows: &Rows, kind: usize, id: i64, done: bool) {
    let sql =
        format!("SELECT count(*) FROM items WHERE id BETWEEN {id} AND {} AND {}", id + 2, rows.condition);
    let found = observer.number(&sql).await;
    if done {
        assert_eq!(found, rows.after, "kind {kind} was done");
    } else {
        assert!(found == rows.before || found == rows.after, "kind {kind} stands half way: {found} rows");
    }
}

/// The URL without TLS: the cases connect often.
fn quick(url: &str) -> String {
    match url.split_once('?') {
        _ if url.starts_with("sqlite:") => url.to_owned(),
        Some((base, _)) => format!("{base}?sslmode=disable"),
        None => format!("{url}?sslmode=disable"),
    }
}

async fn sweep(bed: &Bed, connections: usize) {
    let url = quick(&bed.url().await);
    let db = Db::builder().max_connections(connections).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let mut observer = Observer::new(&url).await;
    let mut acknowledged = Vec::new();
    for kind in 0..KINDS {
        for times in 0.. {
            assert!(times < 500, "kind {kind} never ends");
            let id = NEXT_ID.fetch_add(10, Ordering::Relaxed);
            let rows = prepare(&db, kind, id).await;
            let done = polled(operation(&db, kind, id), times).await;
            if let Some(result) = &done {
                result.as_ref().unwrap_or_else(|error| panic!("kind {kind}: {error:?}"));
            }
            // The next one on the pool works, and what it is told holds.
            Item::create(item(id + 5))
                .run(&db)
                .await
                .unwrap_or_else(|error| panic!("kind {kind}: {error:?}"));
            acknowledged.push(id + 5);
            observer.sees_no_open_transaction().await;
            whole_or_nothing(&mut observer, &rows, kind, id, done.is_some()).await;
            if done.is_some() {
                break;
            }
        }
    }
    must_be_there(&mut observer, &acknowledged).await;
}

async fn must_be_there(observer: &mut Observer, acknowledged: &[i64]) {
    let ids: Vec<String> = acknowledged.iter().map(i64::to_string).collect();
    let sql = format!("SELECT count(*) FROM items WHERE id IN ({})", ids.join(", "));
    assert_eq!(observer.number(&sql).await, acknowledged.len() as i64, "acknowledged rows are lost");
}

async fn every_point_of_every_operation_on_one_connection(bed: Bed) {
    sweep(&bed, 1).await;
}

async fn every_point_of_every_operation_on_four_connections(bed: Bed) {
    sweep(&bed, 4).await;
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

async fn at_random_times(bed: &Bed, connections: usize, rounds: usize) {
    let url = quick(&bed.url().await);
    let db = Db::builder().max_connections(connections).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let tasks = (0..4_u64).map(|task| {
        let (db, acknowledged) = (db.clone(), Arc::clone(&acknowledged));
        tokio::spawn(async move {
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (task + 1));
            for _ in 0..rounds {
                let id = NEXT_ID.fetch_add(10, Ordering::Relaxed);
                let kind = dice.roll(KINDS as u64) as usize;
                let kind = if (6..=10).contains(&kind) { 11 } else { kind };
                let limit = Duration::from_micros(dice.roll(2500));
                if let Ok(result) = tokio::time::timeout(limit, operation(&db, kind, id)).await {
                    result.unwrap_or_else(|error| panic!("kind {kind}: {error:?}"));
                    if kind <= 5 {
                        acknowledged.lock().unwrap().extend([id, id + 1, id + 2]);
                    }
                }
                Item::create(item(id + 5)).run(&db).await.unwrap();
                acknowledged.lock().unwrap().push(id + 5);
            }
        })
    });
    for task in futures_util::future::join_all(tasks).await {
        task.unwrap();
    }
    let mut observer = Observer::new(&url).await;
    observer.sees_no_open_transaction().await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert_eq!(acknowledged.iter().collect::<HashSet<_>>().len(), acknowledged.len());
    must_be_there(&mut observer, &acknowledged).await;
    let parts = "SELECT count(*) FROM (SELECT id / 10 FROM items WHERE id % 10 < 5 GROUP BY 1 HAVING count(*) <> 3) AS part";
    assert_eq!(observer.number(parts).await, 0, "some operations stand half way");
}

async fn random_times_on_one_connection(bed: Bed) {
    at_random_times(&bed, 1, 60).await;
}

async fn random_times_on_four_connections(bed: Bed) {
    at_random_times(&bed, 4, 60).await;
}

async fn a_cancelled_transaction_does_not_wait_for_the_next_user(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(4).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    Item::create(item(1)).run(&db).await.unwrap();
    let forever = db.transaction(async |tx| {
        Item::update(1).set(Item::NAME, "changed").run(tx).await?;
        std::future::pending::<Result<(), Error>>().await
    });
    tokio::time::timeout(Duration::from_millis(200), forever).await.unwrap_err();
    // Nobody uses the pool any more; its lock on the row must go all the same.
    Observer::new(&url).await.sees_no_open_transaction().await;
}

async fn a_half_read_stream_in_a_transaction_is_not_committed(bed: Bed) {
    let db = bed.db(&items()).await;
    let result = db
        .transaction(async |tx| {
            Item::create(item(1)).run(tx).await?;
            let rows = futures_util::stream::iter(10..5010).map(item).chain(futures_util::stream::pending());
            let stream = Item::bulk_create_stream(rows).run(tx);
            tokio::time::timeout(Duration::from_millis(600), stream).await.unwrap_err();
            let error = Item::create(item(2)).run(tx).await.unwrap_err();
            assert!(error.is_transaction_aborted(), "{error:?}");
            Ok::<_, Error>(())
        })
        .await;
    assert!(result.unwrap_err().is_transaction_aborted());
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
}

async fn a_half_read_stream_in_a_nested_transaction_is_undone_alone(bed: Bed) {
    let db = bed.db(&items()).await;
    db.transaction(async |tx| {
        Item::create(item(1)).run(tx).await?;
        let nested = tx
            .transaction(async |nested| {
                let rows =
                    futures_util::stream::iter(10..5010).map(item).chain(futures_util::stream::pending());
                let stream = Item::bulk_create_stream(rows).run(nested);
                tokio::time::timeout(Duration::from_millis(600), stream).await.unwrap_err();
                Ok::<_, Error>(())
            })
            .await;
        assert!(nested.unwrap_err().is_transaction_aborted());
        Item::create(item(2)).run(tx).await.map(drop)
    })
    .await
    .unwrap();
    assert_eq!(Item::count().run(&db).await.unwrap(), 2);
}

async fn a_long_statement_that_nobody_waits_for_ends(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(2).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let raw = db.across_tenants("an endless query");
    tokio::time::timeout(Duration::from_millis(50), raw.execute(ENDLESS)).await.unwrap_err();
    let insert = format!("INSERT INTO items SELECT 1, ({ENDLESS})");
    tokio::time::timeout(Duration::from_millis(50), raw.execute(&insert)).await.unwrap_err();
    // The place in the line of writers comes back, however slow the machine is.
    let create = Item::create(item(1)).run(&db);
    tokio::time::timeout(Duration::from_secs(60), create).await.unwrap().unwrap();
    assert_eq!(Item::count().run(&db).await.unwrap(), 1);
}

async fn a_panic_in_a_transaction_rolls_it_back(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(1).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let task = {
        let db = db.clone();
        tokio::spawn(async move {
            db.transaction(async |tx| {
                Item::create(item(1)).run(tx).await?;
                if Item::count().run(tx).await? == 1 {
                    std::panic::resume_unwind(Box::new("on purpose"));
                }
                Ok::<_, Error>(())
            })
            .await
        })
    };
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
    Observer::new(&url).await.sees_no_open_transaction().await;
}

crate::cases![;
    Sqlite: every_point_of_every_operation_on_one_connection, every_point_of_every_operation_on_four_connections,
    random_times_on_one_connection, random_times_on_four_connections,
    a_cancelled_transaction_does_not_wait_for_the_next_user, a_half_read_stream_in_a_transaction_is_not_committed,
    a_half_read_stream_in_a_nested_transaction_is_undone_alone, a_long_statement_that_nobody_waits_for_ends,
    a_panic_in_a_transaction_rolls_it_back;
    Postgres: every_point_of_every_operation_on_one_connection, every_point_of_every_operation_on_four_connections,
    random_times_on_one_connection, random_times_on_four_connections,
    a_cancelled_transaction_does_not_wait_for_the_next_user, a_half_read_stream_in_a_transaction_is_not_committed,
    a_half_read_stream_in_a_nested_transaction_is_undone_alone, a_panic_in_a_transaction_rolls_it_back
];
