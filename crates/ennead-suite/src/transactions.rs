//! Transactions: together or not at all, nested ones too, on both databases alike.

use ennead::Transaction;
use ennead::prelude::*;

use crate::Bed;
use crate::accounts::*;

fn point(id: i64) -> ennead::op::Create<Point> {
    Point::create(NewPoint { id, value: 0 })
}

async fn ids(scope: &impl ennead::Scope<Point>) -> Vec<i64> {
    let points = Point::list().order_by(Point::ID.asc()).run(scope).await.unwrap();
    points.into_iter().map(|point| point.id).collect()
}

async fn what_succeeds_is_committed(bed: Bed) {
    let db = open(&bed).await;
    let value = db
        .transaction(async |tx| {
            point(1).run(tx).await?;
            Point::update(1_i64).set(Point::VALUE, 5).run(tx).await?;
            assert_eq!(Point::read(1_i64).run(tx).await?.value, 5, "it sees its own writes");
            Ok::<_, Error>("done")
        })
        .await
        .unwrap();
    assert_eq!((value, ids(&db).await), ("done", vec![1]));
}

async fn what_fails_is_rolled_back_with_its_own_error(bed: Bed) {
    #[derive(Debug)]
    enum Own {
        Enough,
        Database(Error),
    }
    impl From<Error> for Own {
        fn from(error: Error) -> Self {
            Own::Database(error)
        }
    }
    let db = open(&bed).await;
    let fails = async |id: i64| {
        db.transaction(async |tx| {
            point(1).run(tx).await?;
            if id == 2 {
                return Err(Own::Enough);
            }
            point(id).run(tx).await?;
            Ok(())
        })
        .await
    };
    assert!(matches!(fails(2).await, Err(Own::Enough)));
    assert!(matches!(fails(1).await, Err(Own::Database(error)) if error.is_unique_violation()));
    assert_eq!(ids(&db).await, [0_i64; 0]);
    fails(3).await.unwrap();
    assert_eq!(ids(&db).await, [1, 3]);
}

async fn a_panic_rolls_back(bed: Bed) {
    let db = open(&bed).await;
    let own = db.clone();
    let task = tokio::spawn(async move {
        own.transaction(async |tx| {
            point(1).run(tx).await?;
            tx.transaction(async |tx| {
                point(2).run(tx).await?;
                if Point::count().run(tx).await? == 2 {
                    std::panic::resume_unwind(Box::new("in the middle"));
                }
                Ok::<_, Error>(())
            })
            .await
        })
        .await
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(ids(&db).await, [0_i64; 0]);
    point(3).run(&db).await.unwrap();
    assert_eq!(ids(&db).await, [3]);
}

async fn every_scope_has_transactions(bed: Bed) {
    async fn both<S: ennead::CreateScope<User> + Send>(tx: &Transaction<S>) -> Result<u64, Error> {
        User::create(user("b")).in_tenant("acme").run(tx).await?;
        User::count().run(tx).await
    }
    let db = open(&bed).await;
    let acme = acme(&db);
    let count = acme
        .transaction(async |tx| {
            User::create(user("a")).run(tx).await?;
            User::count().run(tx).await
        })
        .await;
    assert_eq!(count.unwrap(), 1);
    let across = db.across_tenants("a case");
    assert_eq!(across.transaction(async |tx| both(tx).await).await.unwrap(), 2);
    assert_eq!(names(&acme).await, ["a", "b"]);
}

async fn nested_transactions_are_savepoints(bed: Bed) {
    let db = open(&bed).await;
    db.transaction(async |one| {
        point(1).run(one).await?;
        one.transaction(async |two| {
            point(2).run(two).await?;
            let three = two.transaction(async |three| {
                point(3).run(three).await?;
                assert_eq!(Point::count().run(three).await?, 3);
                Err::<(), _>(Error::not_found("Nothing"))
            });
            assert!(three.await.unwrap_err().is_not_found());
            assert_eq!(ids(two).await, [1, 2]);
            two.transaction(async |three| point(4).run(three).await).await?;
            Ok::<_, Error>(())
        })
        .await?;
        let two = one.transaction(async |two| {
            point(5).run(two).await?;
            two.transaction(async |three| point(6).run(three).await).await?;
            Err::<(), _>(Error::not_found("Nothing"))
        });
        assert!(two.await.unwrap_err().is_not_found(), "what the inner one kept goes with the outer one");
        point(7).run(one).await?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(ids(&db).await, [1, 2, 4, 7]);
}

async fn after_a_database_error_further_work_is_refused(bed: Bed) {
    let db = open(&bed).await;
    point(1).run(&db).await.unwrap();
    let done = db
        .transaction(async |tx| {
            point(2).run(tx).await?;
            assert!(point(1).run(tx).await.unwrap_err().is_unique_violation());
            let errors = [
                Point::read(2_i64).run(tx).await.unwrap_err(),
                point(3).run(tx).await.unwrap_err(),
                Point::bulk_create(points([4, 5])).run(tx).await.unwrap_err(),
                tx.transaction(async |tx| point(6).run(tx).await).await.unwrap_err(),
            ];
            for error in errors {
                assert!(error.is_transaction_aborted(), "{error:?}");
            }
            Ok::<_, Error>(())
        })
        .await;
    assert!(done.unwrap_err().is_transaction_aborted(), "a swallowed error is no success");
    assert_eq!(ids(&db).await, [1]);
}

async fn a_nested_rollback_heals(bed: Bed) {
    let db = open(&bed).await;
    point(1).run(&db).await.unwrap();
    db.transaction(async |tx| {
        point(2).run(tx).await?;
        let swallowed = tx.transaction(async |tx| {
            point(3).run(tx).await?;
            assert!(point(1).run(tx).await.unwrap_err().is_unique_violation());
            assert!(point(4).run(tx).await.unwrap_err().is_transaction_aborted());
            Ok::<_, Error>(())
        });
        assert!(swallowed.await.unwrap_err().is_transaction_aborted(), "its work was rolled back");
        assert_eq!(ids(tx).await, [1, 2]);
        let told = tx.transaction(async |tx| Point::bulk_create(points([5, 1])).run(tx).await);
        assert!(told.await.unwrap_err().is_unique_violation());
        point(6).run(tx).await?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(ids(&db).await, [1, 2, 6]);
}

async fn what_is_refused_before_sql_does_not_abort(bed: Bed) {
    let db = open(&bed).await;
    db.transaction(async |tx| {
        assert!(Point::read(1_i64).run(tx).await.unwrap_err().is_not_found());
        assert!(Point::update(1_i64).run(tx).await.unwrap_err().is_invalid_input());
        assert!(Point::bulk_create(points([1, 1])).run(tx).await.unwrap_err().is_unique_violation());
        let each = [Point::update(1_i64).set(Point::VALUE, 1)];
        assert!(Point::bulk_update_each(each).run(tx).await.unwrap_err().is_not_found());
        point(1).run(tx).await?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(ids(&db).await, [1]);
}

async fn two_operations_may_run_side_by_side(bed: Bed) {
    let db = open(&bed).await;
    db.transaction(async |tx| {
        let (a, b, c) =
            tokio::join!(point(1).run(tx), Point::bulk_create(points(2..100)).run(tx), point(100).run(tx));
        a?;
        b?;
        c?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(ids(&db).await.len(), 100);
}

async fn the_outer_one_waits_while_a_nested_one_is_open(bed: Bed) {
    let db = open(&bed).await;
    db.transaction(async |outer| {
        outer
            .transaction(async |nested| {
                point(1).run(nested).await?;
                let error = point(2).run(outer).await.unwrap_err();
                assert!(error.is_invalid_input(), "{error:?}");
                let error = outer.transaction(async |tx| point(3).run(tx).await).await.unwrap_err();
                assert!(error.is_invalid_input(), "{error:?}");
                point(4).run(nested).await?;
                Ok::<_, Error>(())
            })
            .await?;
        point(5).run(outer).await?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(ids(&db).await, [1, 4, 5]);
}

async fn two_nested_ones_at_a_time_are_refused(bed: Bed) {
    let db = open(&bed).await;
    db.transaction(async |tx| {
        let slow = tx.transaction(async |tx| {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            point(1).run(tx).await
        });
        let (slow, second) = tokio::join!(slow, tx.transaction(async |tx| point(2).run(tx).await));
        slow?;
        assert!(second.unwrap_err().is_invalid_input());
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(ids(&db).await, [1]);
}

async fn its_futures_spawn(bed: Bed) {
    async fn transfer(db: Db, from: &'static str, to: &'static str) -> Result<(), Error> {
        db.transaction(async |tx| {
            Tally::update(from).add(Tally::LARGE, -1).run(tx).await?;
            tx.transaction(async |tx| Tally::update(to).add(Tally::LARGE, 1).run(tx).await).await?;
            Ok(())
        })
        .await
    }
    let db = open(&bed).await;
    Tally::bulk_create([tally("a"), tally("b")]).run(&db).await.unwrap();
    let tasks: Vec<_> = (0..16).map(|_| tokio::spawn(transfer(db.clone(), "a", "b"))).collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(Tally::read("a").run(&db).await.unwrap().large, -16);
    assert_eq!(Tally::read("b").run(&db).await.unwrap().large, 16);
}

async fn others_do_not_see_what_is_not_committed(bed: Bed) {
    let db = open(&bed).await;
    db.transaction(async |tx| {
        point(1).run(tx).await?;
        assert_eq!(ids(&db).await, [0_i64; 0]);
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(ids(&db).await, [1]);
}

crate::cases![
    what_succeeds_is_committed,
    what_fails_is_rolled_back_with_its_own_error,
    a_panic_rolls_back,
    every_scope_has_transactions,
    nested_transactions_are_savepoints,
    after_a_database_error_further_work_is_refused,
    a_nested_rollback_heals,
    what_is_refused_before_sql_does_not_abort,
    two_operations_may_run_side_by_side,
    the_outer_one_waits_while_a_nested_one_is_open,
    two_nested_ones_at_a_time_are_refused,
    its_futures_spawn,
    others_do_not_see_what_is_not_committed,
];
