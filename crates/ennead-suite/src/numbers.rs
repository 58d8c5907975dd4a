//! What the library counts and tells by itself: times, versions, and what `.add` adds.

use ennead::prelude::*;
use rust_decimal::Decimal;

use crate::Bed;
use crate::accounts::*;

async fn every_write_moves_updated_at(bed: Bed) {
    let (db, hands) = open_at(&bed).await;
    let acme = acme(&db);
    User::bulk_create([keyed("a"), keyed("b")]).run(&acme).await.unwrap();
    let times = async |id: &str| {
        let user = User::read(id).run(&acme).await.unwrap();
        (user.created_at, user.updated_at)
    };
    assert_eq!(times("a").await, (Hands::at(0), Hands::at(0)), "bulk_create");
    hands.turn_to(1);
    User::update("a").set(User::NAME, "x").run(&acme).await.unwrap();
    assert_eq!(times("a").await, (Hands::at(0), Hands::at(1)), "update");
    hands.turn_to(2);
    User::bulk_update().all_rows().set(User::STATUS, Status::Active).run(&acme).await.unwrap();
    assert_eq!(times("a").await, (Hands::at(0), Hands::at(2)), "bulk_update");
    assert_eq!(times("b").await, (Hands::at(0), Hands::at(2)), "bulk_update");
    hands.turn_to(3);
    User::bulk_update_each([User::update("a").set(User::NAME, "y")]).run(&acme).await.unwrap();
    assert_eq!(times("a").await, (Hands::at(0), Hands::at(3)), "bulk_update_each");
    assert_eq!(times("b").await, (Hands::at(0), Hands::at(2)), "bulk_update_each leaves the others");
    hands.turn_to(4);
    let again = User::create(user("a")).on_conflict(User::EMAIL).update(User::NAME);
    again.run(&acme).await.unwrap();
    assert_eq!(times("a").await, (Hands::at(0), Hands::at(4)), "upsert");
    hands.turn_to(5);
    let again = User::bulk_create([user("a")]).on_conflict(User::EMAIL).update_add(User::LOGINS, 1);
    again.run(&acme).await.unwrap();
    assert_eq!(times("a").await, (Hands::at(0), Hands::at(5)), "bulk upsert");
    hands.turn_to(6);
    User::create(user("a")).on_conflict(User::EMAIL).ignore().run(&acme).await.unwrap();
    assert_eq!(times("a").await, (Hands::at(0), Hands::at(5)), "ignore leaves the row");
}

async fn a_given_updated_at_is_kept(bed: Bed) {
    let (db, _) = open_at(&bed).await;
    let acme = acme(&db);
    keyed("a").run(&acme).await.unwrap();
    let set = User::update("a").set(User::UPDATED_AT, Hands::at(-9)).run(&acme).await.unwrap();
    assert_eq!(set.updated_at, Hands::at(-9));
    let each = [User::update("a").set(User::UPDATED_AT, Hands::at(-8))];
    User::bulk_update_each(each).run(&acme).await.unwrap();
    assert_eq!(User::read("a").run(&acme).await.unwrap().updated_at, Hands::at(-8));
}

async fn a_version_counts_the_writes(bed: Bed) {
    let db = open(&bed).await;
    assert_eq!(Tally::create(tally("a")).run(&db).await.unwrap().version, 1);
    let version = async || Tally::read("a").run(&db).await.unwrap().version;
    assert_eq!(Tally::update("a").set(Tally::SMALL, 1).run(&db).await.unwrap().version, 2);
    Tally::bulk_update().all_rows().set(Tally::SMALL, 2).run(&db).await.unwrap();
    assert_eq!(version().await, 3);
    Tally::bulk_update_each([Tally::update("a").add(Tally::SMALL, 2)]).run(&db).await.unwrap();
    assert_eq!(version().await, 4);
    Tally::create(tally("a")).on_conflict(Tally::ID).update(Tally::SMALL).run(&db).await.unwrap();
    assert_eq!(version().await, 5);
    Tally::bulk_create([tally("a")])
        .on_conflict(Tally::ID)
        .update_add(Tally::LARGE, 3)
        .run(&db)
        .await
        .unwrap();
    assert_eq!(version().await, 6);
    Tally::create(tally("a")).on_conflict(Tally::ID).ignore().run(&db).await.unwrap();
    assert_eq!(version().await, 6);
}

async fn a_version_locks(bed: Bed) {
    let db = open(&bed).await;
    let seen = Tally::create(tally("a")).run(&db).await.unwrap();
    let write =
        |value: i16| Tally::update("a").set(Tally::SMALL, value).when(Tally::VERSION.eq(seen.version));
    write(1).run(&db).await.unwrap();
    assert!(write(2).run(&db).await.unwrap_err().is_conflict());
    assert_eq!(Tally::read("a").run(&db).await.unwrap().small, 1);
}

async fn add_adds_in_the_database(bed: Bed) {
    let db = open(&bed).await;
    Tally::create(tally("a")).run(&db).await.unwrap();
    let done = Tally::update("a")
        .add(Tally::SMALL, 1)
        .add(Tally::MEDIUM, -2)
        .add(Tally::LARGE, 3)
        .add(Tally::MAYBE, 4_i64)
        .add(Tally::MONEY, Decimal::new(150, 2))
        .add(Tally::REAL, 0.5)
        .add(Tally::NARROW, 0.25)
        .run(&db)
        .await
        .unwrap();
    assert_eq!((done.small, done.medium, done.large), (1, -2, 3));
    assert_eq!((done.money, done.real, done.narrow), (Decimal::new(15, 1), 0.5, 0.25));
    assert_eq!(done.maybe, None, "NULL stays NULL");
    Tally::update("a").set(Tally::MAYBE, 1_i64).run(&db).await.unwrap();
    Tally::bulk_update().all_rows().add(Tally::MAYBE, 4_i64).add(Tally::MONEY, 1).run(&db).await.unwrap();
    let done = Tally::read("a").run(&db).await.unwrap();
    assert_eq!((done.maybe, done.money), (Some(5), Decimal::new(25, 1)));
}

async fn a_sum_out_of_range_is_refused(bed: Bed) {
    let db = open(&bed).await;
    let full = Tally::create(tally("a"))
        .set(Tally::SMALL, i16::MAX)
        .set(Tally::MEDIUM, i32::MIN)
        .set(Tally::LARGE, i64::MAX)
        .set(Tally::MAYBE, i64::MIN)
        .set(Tally::MONEY, Decimal::new(999_999, 2))
        .set(Tally::REAL, f64::MAX)
        .set(Tally::NARROW, f32::MAX)
        .run(&db)
        .await
        .unwrap();
    let cent = Decimal::new(1, 2);
    type Sum = fn(Decimal) -> ennead::op::Update<Tally>;
    let sums: [(&str, Sum); 7] = [
        ("i16", |_| Tally::update("a").add(Tally::SMALL, 1)),
        ("i32", |_| Tally::update("a").add(Tally::MEDIUM, -1)),
        ("i64", |_| Tally::update("a").add(Tally::LARGE, 1)),
        ("Option<i64>", |_| Tally::update("a").add(Tally::MAYBE, -1_i64)),
        ("Decimal", |cent| Tally::update("a").add(Tally::MONEY, cent)),
        ("f64", |_| Tally::update("a").add(Tally::REAL, f64::MAX)),
        ("f32", |_| Tally::update("a").add(Tally::NARROW, f32::MAX)),
    ];
    for (kind, sum) in sums {
        let error = sum(cent).run(&db).await.unwrap_err();
        assert!(error.is_invalid_input(), "{kind}: {error:?}");
        assert_eq!(error.model(), Some("Tally"), "{kind}");
        let error = Tally::bulk_update_each([sum(cent)]).run(&db).await.unwrap_err();
        assert!(error.is_invalid_input(), "{kind} in bulk_update_each: {error:?}");
    }
    let up = Tally::create(tally("a")).on_conflict(Tally::ID).update_add(Tally::LARGE, 1);
    assert!(up.run(&db).await.unwrap_err().is_invalid_input());
    assert_eq!(Tally::read("a").run(&db).await.unwrap(), full);
    let back = Tally::update("a").add(Tally::SMALL, -1).add(Tally::LARGE, -1).run(&db).await.unwrap();
    assert_eq!((back.small, back.large), (i16::MAX - 1, i64::MAX - 1));
}

async fn nothing_that_is_added_at_the_same_time_is_lost(bed: Bed) {
    let db = open(&bed).await;
    Tally::create(tally("a")).run(&db).await.unwrap();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..4 {
                    Tally::update("a").add(Tally::LARGE, 1).run(&db).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let done = Tally::read("a").run(&db).await.unwrap();
    assert_eq!((done.large, done.version), (256, 257));
}

async fn what_is_drawn_at_the_same_time_is_never_overdrawn(bed: Bed) {
    let db = open(&bed).await;
    Tally::create(tally("a")).set(Tally::LARGE, 20).run(&db).await.unwrap();
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let draw = Tally::update("a").add(Tally::LARGE, -1).when(Tally::LARGE.ge(1));
                match draw.run(&db).await {
                    Ok(_) => 1,
                    Err(error) if error.is_conflict() => 0,
                    Err(error) => panic!("{error:?}"),
                }
            })
        })
        .collect();
    let mut drawn = 0;
    for task in tasks {
        drawn += task.await.unwrap();
    }
    assert_eq!((drawn, Tally::read("a").run(&db).await.unwrap().large), (20, 0));
}

crate::cases![
    every_write_moves_updated_at,
    a_given_updated_at_is_kept,
    a_version_counts_the_writes,
    a_version_locks,
    add_adds_in_the_database,
    a_sum_out_of_range_is_refused,
    nothing_that_is_added_at_the_same_time_is_lost,
    what_is_drawn_at_the_same_time_is_never_overdrawn,
];
