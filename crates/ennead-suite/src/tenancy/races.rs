//! Attacks 31, 53 and 54: what runs at the same time, what is given up half way, and the ambient tenant.

use std::time::Duration;

use ennead::prelude::*;

use super::attacks::town::*;
use crate::Bed;

fn delay() -> Duration {
    Duration::from_micros(u64::from(uuid::Uuid::new_v4().as_fields().0) % 1500)
}

/// Moves a board to the other tenant if nothing lies under it: locked first, then asked anew.
fn move_board(bed: &Bed, board: &str) -> String {
    let empty = format!(
        "NOT EXISTS (SELECT 1 FROM widgets AS w LEFT JOIN pins AS p ON p.widget_id = w.id
           WHERE (w.board_id = '{board}' OR w.source_id = '{board}') AND (p.id IS NOT NULL OR w.title <> 'frame'))
         AND NOT EXISTS (SELECT 1 FROM pins AS p WHERE p.source_id = '{board}')"
    );
    let (begin, lock) = match bed.is_postgres() {
        true => ("BEGIN", format!("SELECT 1 FROM boards WHERE id = '{board}' FOR UPDATE;")),
        false => ("BEGIN IMMEDIATE", String::new()),
    };
    format!(
        "{begin}; {lock} UPDATE boards SET organization_id = 'bravo' WHERE id = '{board}' AND {empty}; COMMIT"
    )
}

/// A board moves to the other tenant while a child is made under it: afterwards no child has parents of two tenants, and
/// none was made by one tenant among the other's.
async fn race(bed: &Bed, two_hops: bool, rounds: usize) -> (usize, usize) {
    let town = Town::with(bed, crate::bed::quick(bed.kind()).max_connections(4)).await;
    let (mut moved, mut made) = (0, 0);
    for round in 0..rounds {
        let board = format!("board-{round}");
        Board::create(NewBoard { name: "x".into() })
            .set(Board::ID, board.as_str())
            .run(&town.a)
            .await
            .unwrap();
        let frame = format!("frame-{round}");
        if two_hops {
            Widget::create(widget(&board, "frame"))
                .set(Widget::ID, frame.as_str())
                .run(&town.a)
                .await
                .unwrap();
        }
        let mover = async {
            tokio::time::sleep(delay()).await;
            town.across.execute(&move_board(bed, &board)).await
        };
        let maker = async {
            tokio::time::sleep(delay()).await;
            if two_hops {
                let new = NewPin { widget_id: frame.clone(), label: format!("label-{round}") };
                let pin = Pin::create(new).set(Pin::SOURCE_ID, Some("a-board".to_owned()));
                pin.run(&town.a).await.map(|_| ())
            } else {
                let row =
                    Widget::create(widget(&board, "x")).set(Widget::SOURCE_ID, Some("a-board".to_owned()));
                row.run(&town.a).await.map(|_| ())
            }
        };
        let (gone, done) = tokio::join!(mover, maker);
        gone.unwrap();
        match done {
            Ok(()) => made += 1,
            Err(error) => assert!(error.is_foreign_key_violation() || error.is_retryable(), "{error:?}"),
        }
        let owner = Board::read(&board).run(&town.across).await.unwrap().organization_id;
        moved += usize::from(owner == "bravo");
        let (widgets, pins) = (
            Widget::count().filter(Widget::BOARD_ID.eq(board.as_str()).and(Widget::TITLE.ne("frame"))),
            Pin::count().filter(Pin::WIDGET_ID.eq(frame.as_str())),
        );
        let children = widgets.run(&town.across).await.unwrap() + pins.run(&town.across).await.unwrap();
        assert!(
            owner == "acme" || children == 0,
            "round {round}: a child of one tenant under the other's parent"
        );
    }
    (moved, made)
}

async fn attack_31_a_parent_moves_while_a_child_is_made(bed: Bed) {
    let (moved, made) = race(&bed, false, 60).await;
    assert!(moved > 0 && made > 0, "the race had two ends: {moved} moved, {made} made");
}

async fn attack_31_a_grandparent_moves_while_a_child_is_made(bed: Bed) {
    let (moved, made) = race(&bed, true, 60).await;
    assert!(moved > 0 && made > 0, "the race had two ends: {moved} moved, {made} made");
}

/// The same without luck: the child's transaction stands between its check and its end while the board wants to go.
async fn a_checked_grandparent_stays_until_the_end(bed: Bed) {
    let town = Town::with(&bed, crate::bed::quick(bed.kind()).max_connections(4)).await;
    let (checked, go) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
    let maker = async {
        town.a
            .transaction(async |tx| {
                let pin = Pin::create(NewPin { widget_id: "a-widget".into(), label: "new".into() });
                pin.set(Pin::SOURCE_ID, Some("a-board-2".to_owned())).run(tx).await?;
                checked.notify_one();
                go.notified().await;
                Ok::<_, Error>(())
            })
            .await
    };
    let mover = async {
        checked.notified().await;
        let mut text = "UPDATE boards SET organization_id = 'bravo' WHERE id = 'a-board'".to_owned();
        if bed.is_postgres() {
            text = format!("SET lock_timeout = '200ms'; {text}");
        }
        let moving = tokio::time::timeout(Duration::from_millis(600), town.across.execute(&text)).await;
        go.notify_one();
        moving
    };
    let (made, moved) = tokio::join!(maker, mover);
    made.unwrap();
    assert!(!matches!(moved, Ok(Ok(()))), "the board went while a child of it was made");
}

/// Many tasks, two tenants, joins, selects, cancellations and panics on few connections: each sees its own.
async fn attack_53_tasks_do_not_mix(bed: Bed) {
    let town = Town::with(&bed, crate::bed::quick(bed.kind()).max_connections(2)).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..24 {
        let tenant = if number % 2 == 0 { town.a.clone() } else { town.b.clone() };
        tasks.spawn(TenantContext::scope(tenant, async move {
            for round in 0..4 {
                let current = TenantContext::current()?;
                let id = current.id().to_string();
                let row = User::read("same-user").run(&current).await?;
                assert_eq!(row.organization_id, id);
                let (list, count) =
                    tokio::join!(User::list().run(&current), Widget::count().run(&current));
                assert!(list?.iter().all(|row| row.organization_id == id));
                assert_eq!(count?, 1);
                match (number + round) % 5 {
                    0 => {
                        // Dropped half way.
                        let work = current.transaction(async |tx| {
                            User::update("same-user").add(User::LOGINS, 100).run(tx).await?;
                            tokio::time::sleep(Duration::from_secs(9)).await;
                            Ok::<_, Error>(())
                        });
                        let _ = tokio::time::timeout(delay() * 4, work).await;
                    }
                    1 => {
                        // A panic inside.
                        let work = tokio::spawn(async move {
                            current
                                .transaction(async |tx| {
                                    User::update("same-user").add(User::LOGINS, 100).run(tx).await?;
                                    if tx_is_open() { std::panic::resume_unwind(Box::new("on purpose")) }
                                    Ok::<_, Error>(())
                                })
                                .await
                        });
                        assert!(work.await.unwrap_err().is_panic());
                    }
                    2 => {
                        tokio::select! {
                            row = User::read("same-user").run(&current) => assert_eq!(row?.organization_id, id),
                            () = tokio::time::sleep(delay()) => {}
                        }
                    }
                    _ => {}
                }
            }
            Ok::<_, Error>(())
        }));
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    for tenant in [&town.a, &town.b] {
        assert_eq!(User::read("same-user").run(tenant).await.unwrap().logins, 0, "nothing half done stayed");
    }
}

fn tx_is_open() -> bool {
    true
}

/// Read once into the value: it is the maker's, wherever the future is polled; a spawned task has none.
#[expect(clippy::async_yields_async, reason = "the future goes out of the context in which it was made")]
async fn attack_53_the_ambient_tenant_is_read_once(bed: Bed) {
    let town = Town::new(&bed).await;
    let own = TenantContext::scope(town.a.clone(), async {
        let current = TenantContext::current().unwrap();
        // Not yet polled: it goes out of this context as it is.
        async move { User::read("same-user").run(&current).await }
    })
    .await;
    let row = TenantContext::scope(town.b.clone(), own).await.unwrap();
    assert_eq!(row.organization_id, "acme");

    let spawned = TenantContext::scope(town.a.clone(), async {
        tokio::spawn(async { TenantContext::current().map(|tenant| tenant.id().to_string()) }).await.unwrap()
    })
    .await;
    assert!(spawned.unwrap_err().is_tenant_missing());
    let blocking = TenantContext::scope(town.a.clone(), async {
        tokio::task::spawn_blocking(|| TenantContext::current().is_err()).await.unwrap()
    })
    .await;
    assert!(blocking);

    // Nested: the inner one, and the outer one again behind it.
    let ids = TenantContext::scope(town.a.clone(), async {
        let inner = TenantContext::scope(town.b.clone(), async { TenantContext::current().unwrap() }).await;
        (inner.id().to_string(), TenantContext::current().unwrap().id().to_string())
    })
    .await;
    assert_eq!(ids, ("bravo".to_owned(), "acme".to_owned()));

    // Two contexts polled in turns by one task.
    let read = |tenant: &Tenant| {
        TenantContext::scope(tenant.clone(), async {
            let mut seen = Vec::new();
            for _ in 0..20 {
                tokio::task::yield_now().await;
                seen.push(User::read("same-user").run(&TenantContext::current()?).await?.organization_id);
            }
            Ok::<_, Error>(seen)
        })
    };
    let (a, b) = tokio::join!(read(&town.a), read(&town.b));
    assert!(a.unwrap().iter().all(|id| id == "acme") && b.unwrap().iter().all(|id| id == "bravo"));

    // A panic takes the context with it.
    let panicked = tokio::spawn(TenantContext::scope(town.a.clone(), async {
        std::panic::resume_unwind(Box::new("on purpose"))
    }));
    assert!(panicked.await.unwrap_err().is_panic());
    assert!(TenantContext::current().is_err());
}

/// One connection, used by one tenant after the other: nothing of the first is there for the second.
async fn attack_54_nothing_stays_on_a_connection(bed: Bed) {
    let town = Town::with(&bed, crate::bed::quick(bed.kind()).max_connections(1)).await;
    for _ in 0..5 {
        let work = town.a.transaction(async |tx| {
            User::update("same-user").set(User::NAME, "half").run(tx).await?;
            Err::<(), _>(User::read("nobody").run(tx).await.unwrap_err())
        });
        assert!(work.await.unwrap_err().is_not_found());
        let late = town.a.transaction(async |tx| {
            User::update("same-user").set(User::NAME, "half").run(tx).await?;
            std::future::pending::<Result<(), Error>>().await
        });
        assert!(tokio::time::timeout(Duration::from_millis(30), late).await.is_err());
        let row = User::read("same-user").run(&town.b).await.unwrap();
        assert_eq!(row.organization_id, "bravo");
        assert_eq!(User::read("same-user").run(&town.a).await.unwrap().name, "plain");
        User::update("same-user").add(User::LOGINS, 1).run(&town.b).await.unwrap();
    }
    assert_eq!(User::read("same-user").run(&town.b).await.unwrap().logins, 5);
    // `.in_tenant` of the other inside a transaction is an error, and the transaction's own scope is what counts.
    let mixed = town.a.transaction(async |tx| User::count().in_tenant("bravo").run(tx).await).await;
    assert!(town.refused(mixed).is_invalid_input());
}

crate::cases![
    attack_31_a_parent_moves_while_a_child_is_made,
    attack_31_a_grandparent_moves_while_a_child_is_made,
    a_checked_grandparent_stays_until_the_end,
    attack_53_tasks_do_not_mix,
    attack_53_the_ambient_tenant_is_read_once,
    attack_54_nothing_stays_on_a_connection,
];
