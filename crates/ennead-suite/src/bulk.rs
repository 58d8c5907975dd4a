//! BulkCreate, BulkUpdate and BulkDelete.

use ennead::Tenant;
use ennead::prelude::*;

use crate::Bed;
use crate::accounts::*;

async fn rows_come_in_every_form(bed: Bed) {
    let acme = acme(&open(&bed).await);
    assert_eq!(User::bulk_create([user("a"), user("b")]).run(&acme).await.unwrap().affected, 2);
    let set = [keyed("c"), User::create(user("d")).set(User::LOGINS, 3).set(User::ID, "d")];
    assert_eq!(User::bulk_create(set).run(&acme).await.unwrap().affected, 2);
    let whole =
        User { id: "e".into(), email: "e@example.com".into(), ..User::read("d").run(&acme).await.unwrap() };
    assert_eq!(User::bulk_create([whole.clone()]).run(&acme).await.unwrap().affected, 1);
    assert_eq!(User::read("e").run(&acme).await.unwrap(), whole, "its key and times are kept");
    assert_eq!(User::count().run(&acme).await.unwrap(), 5);
}

async fn whole_rows_keep_their_times(bed: Bed) {
    let (db, hands) = open_at(&bed).await;
    let acme = acme(&db);
    let jo = keyed("jo").run(&acme).await.unwrap();
    User::delete("jo").run(&acme).await.unwrap();
    hands.turn_to(100);
    let back = User::bulk_create([jo.clone()]).returning(&acme).await.unwrap();
    assert_eq!(back, [jo]);
}

async fn a_whole_row_of_another_tenant_is_refused(bed: Bed) {
    let db = open(&bed).await;
    let (acme, other) = (acme(&db), db.tenant("other").unwrap());
    let jo = keyed("jo").run(&acme).await.unwrap();
    let al = User { id: "al".into(), email: "al".into(), organization_id: "other".into(), ..jo.clone() };
    let error = User::bulk_create([al, jo]).run(&other).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
    assert_eq!(error.fields(), ["organization_id"]);
    assert_eq!(User::count().run(&other).await.unwrap(), 0);
}

async fn rows_of_one_bulk_may_set_different_columns(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let rows = [
        keyed("a").set(User::NICKNAME, "A"),
        keyed("b").set(User::LOGINS, 2),
        keyed("c").set(User::STATUS, Status::Active).set(User::TEAM, "red").set(User::SEAT, 1),
        keyed("d"),
    ];
    let made = User::bulk_create(rows).returning(&acme).await.unwrap();
    let shown: Vec<_> = made
        .iter()
        .map(|row| (row.id.as_str(), row.nickname.as_deref(), row.logins, row.status, row.seat))
        .collect();
    let wanted = [
        ("a", Some("A"), 0, Status::Invited, None),
        ("b", None, 2, Status::Invited, None),
        ("c", None, 0, Status::Active, Some(1)),
        ("d", None, 0, Status::Invited, None),
    ];
    assert_eq!(shown, wanted);
}

async fn rows_come_back_in_the_order_given(bed: Bed) {
    let db = open(&bed).await;
    let ids: Vec<i64> = (0..9000).map(|at| (at * 7919) % 9001).collect();
    let made = Point::bulk_create(points(ids.clone())).returning(&db).await.unwrap();
    assert_eq!(made.iter().map(|point| point.id).collect::<Vec<_>>(), ids);
    assert!(made.iter().all(|point| point.value == point.id * 10));
    let one = Point::bulk_create(points([20_000])).returning(&db).await.unwrap();
    assert_eq!(one, [Point { id: 20_000, value: 200_000 }]);
    assert_eq!(Point::bulk_create(points([])).returning(&db).await.unwrap(), []);
}

async fn nothing_is_sent_for_nothing(bed: Bed) {
    // No tables: any SQL would fail.
    let db = bed.connect(Db::builder(), &bed.url().await).await.unwrap();
    crate::watch::knows(&ennead::schema![User]);
    let acme = acme(&db);
    assert_eq!(User::bulk_create(Vec::<NewUser>::new()).run(&acme).await.unwrap().affected, 0);
    assert_eq!(User::bulk_create(Vec::<NewUser>::new()).returning(&acme).await.unwrap(), []);
    let upsert = User::bulk_create(Vec::<NewUser>::new()).on_conflict(User::EMAIL).update(User::NAME);
    assert_eq!(upsert.run(&acme).await.unwrap().affected, 0);
    assert_eq!(User::bulk_update_each([]).run(&acme).await.unwrap().affected, 0);
    assert_eq!(User::bulk_delete().keys(Vec::<String>::new()).run(&acme).await.unwrap().affected, 0);
    assert!(User::count().run(&acme).await.unwrap_err().is_schema_mismatch());
}

async fn all_rows_are_created_or_none_at_every_size(bed: Bed) {
    let db = open(&bed).await;
    Point::create(NewPoint { id: -1, value: 0 }).run(&db).await.unwrap();
    for size in [1, 2, 100, 10_000] {
        let rows = points((0..size - 1).chain([-1]));
        let error = Point::bulk_create(rows).run(&db).await.unwrap_err();
        assert!(error.is_unique_violation(), "{size}: {error:?}");
        assert_eq!(error.constraint(), Some("pk_point"), "{size}");
        assert_eq!(Point::count().run(&db).await.unwrap(), 1, "{size}");
    }
    for size in [1, 2, 10_000] {
        let from = size * 100_000;
        assert_eq!(
            Point::bulk_create(points(from..from + size)).run(&db).await.unwrap().affected,
            size as u64
        );
        let found = Point::count().filter(Point::ID.ge(from)).run(&db).await.unwrap();
        assert_eq!(found, size as u64);
    }
}

/// SQLite takes 128 rows at a time where they come in the order of every index, and the rest one by one.
async fn rows_that_go_together_are_each_as_given(bed: Bed) {
    let acme = acme(&open(&bed).await);
    for seat in [|at: i64| Some(at as i32), |at| (at % 3 == 0).then_some(at as i32)] {
        rows_are_each_as_given(&acme, seat).await;
    }
}

async fn rows_are_each_as_given(acme: &Tenant, seat: fn(i64) -> Option<i32>) {
    let one = |at: i64| {
        let row = keyed(&format!("k{at:04}")).set(User::LOGINS, at).set(User::SEAT, seat(at));
        let row = row.set(User::STATUS, if at % 2 == 0 { Status::Active } else { Status::Suspended });
        row.set(User::NICKNAME, (at % 5 == 0).then(|| format!("nick-{at}"))).set(User::TEAM, "red")
    };
    for rows in [127, 128, 129, 256, 261] {
        assert_eq!(User::bulk_create((0..rows).map(one)).run(acme).await.unwrap().affected, rows as u64);
        let found = User::list().order_by(User::ID.asc()).run(acme).await.unwrap();
        assert_eq!(found.len(), rows as usize);
        for (at, row) in (0..).zip(found) {
            assert_eq!((row.id, row.logins), (format!("k{at:04}"), at));
            assert_eq!(row.seat, seat(at));
            assert_eq!(row.status, if at % 2 == 0 { Status::Active } else { Status::Suspended });
            assert_eq!(row.nickname, (at % 5 == 0).then(|| format!("nick-{at}")));
            assert_eq!((row.organization_id.as_str(), row.team.as_deref()), ("acme", Some("red")));
        }
        for wrong in [0, 126, 127, rows - 1].into_iter().filter(|wrong| *wrong < rows) {
            let row = |at| if at == wrong { one(at + 1000).set(User::LOGINS, -1) } else { one(at + 1000) };
            let error = User::bulk_create((0..rows).map(row)).run(acme).await.unwrap_err();
            assert_eq!(error.constraint(), Some("ck_users_logins_positive"), "{wrong} of {rows}: {error:?}");
            let row = |at| {
                if at == wrong {
                    one(at + 1000).set(User::EMAIL, "k0001@example.com")
                } else {
                    one(at + 1000)
                }
            };
            let error = User::bulk_create((0..rows).map(row)).run(acme).await.unwrap_err();
            assert!(error.is_unique_violation() && error.fields().contains(&"email"), "{error:?}");
            assert_eq!(User::count().run(acme).await.unwrap(), rows as u64);
        }
        User::bulk_delete().all_rows().run(acme).await.unwrap();
    }
}

async fn a_failed_bulk_in_a_nested_transaction_leaves_nothing(bed: Bed) {
    let db = open(&bed).await;
    db.transaction(async |tx| {
        Point::create(NewPoint { id: 1, value: 1 }).run(tx).await?;
        for size in [2, 9_000] {
            let rows = points((2..=size).chain([1]));
            let nested = tx.transaction(async |tx| Point::bulk_create(rows).run(tx).await).await;
            assert!(nested.unwrap_err().is_unique_violation());
            assert_eq!(Point::count().run(tx).await?, 1);
        }
        Point::create(NewPoint { id: 2, value: 1 }).run(tx).await?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(Point::count().run(&db).await.unwrap(), 2);
}

async fn more_rows_than_any_bind_limit(bed: Bed) {
    let db = open(&bed).await;
    let rows = 100_000;
    assert_eq!(Point::bulk_create(points(0..rows)).run(&db).await.unwrap().affected, 100_000);
    assert_eq!(Point::count().run(&db).await.unwrap(), 100_000);
    let found = Point::list().filter(Point::ID.in_(50_000..90_000_i64)).run(&db).await.unwrap();
    assert_eq!(found.len(), 40_000);
    assert_eq!(Point::bulk_delete().keys(0..60_000_i64).run(&db).await.unwrap().affected, 60_000);
    assert_eq!(Point::count().run(&db).await.unwrap(), 40_000);
}

async fn keys_that_stand_twice_are_refused_before_sql(bed: Bed) {
    // No tables: what is refused here never came to the database.
    let db = bed.connect(Db::builder(), &bed.url().await).await.unwrap();
    let error = Point::bulk_create(points([1, 2, 1])).run(&db).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!((error.model(), error.constraint()), (Some("Point"), Some("pk_point")));
    assert_eq!(error.fields(), ["id"]);
    let error = User::bulk_create([keyed("a"), keyed("a")]).run(&acme(&db)).await.unwrap_err();
    assert_eq!((error.constraint(), error.fields().len()), (Some("pk_users"), 2), "{error:?}");
    let each = [1, 1].map(|id| Point::update(id).set(Point::VALUE, 1));
    assert!(Point::bulk_update_each(each).run(&db).await.unwrap_err().is_unique_violation());
}

async fn tenants_may_have_the_same_key_in_one_bulk(bed: Bed) {
    let db = open(&bed).await;
    let jo = keyed("jo").run(&acme(&db)).await.unwrap();
    User::delete("jo").run(&acme(&db)).await.unwrap();
    let rows = ["acme", "other"].map(|tenant| User { organization_id: tenant.into(), ..jo.clone() });
    let across = db.across_tenants("an import of two tenants");
    assert_eq!(User::bulk_create(rows).run(&across).await.unwrap().affected, 2);
    assert_eq!(User::read("jo").run(&db.tenant("other").unwrap()).await.unwrap().organization_id, "other");
}

async fn a_bulk_update_changes_all_that_match(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let rows = (0..10).map(|at| keyed(&format!("k{at}")).set(User::LOGINS, at));
    User::bulk_create(rows).run(&acme).await.unwrap();
    let done = User::bulk_update().filter(User::LOGINS.ge(6)).set(User::STATUS, Status::Suspended);
    assert_eq!(done.run(&acme).await.unwrap().affected, 4);
    assert_eq!(User::count().filter(User::STATUS.eq(Status::Suspended)).run(&acme).await.unwrap(), 4);
    let none = User::bulk_update().filter(User::LOGINS.ge(60)).set(User::NAME, "x");
    assert_eq!(none.run(&acme).await.unwrap().affected, 0);
    let changed = User::bulk_update().filter(User::LOGINS.eq(3)).add(User::LOGINS, 1).set(User::NAME, "y");
    let changed = changed.returning(&acme).await.unwrap();
    assert_eq!((changed.len(), changed[0].id.as_str(), changed[0].logins), (1, "k3", 4));
    let narrowed =
        User::bulk_update().filter(User::LOGINS.eq(4)).filter(User::NAME.eq("y")).set(User::SEAT, 1);
    assert_eq!(narrowed.run(&acme).await.unwrap().affected, 1);
}

async fn a_bulk_write_needs_to_be_told_of_which_rows(bed: Bed) {
    let acme = acme(&open(&bed).await);
    User::bulk_create([user("a"), user("b")]).run(&acme).await.unwrap();
    let update = User::bulk_update().set(User::NAME, "x").run(&acme).await.unwrap_err();
    assert!(update.is_invalid_input() && update.to_string().contains("all_rows"), "{update}");
    let delete = User::bulk_delete().run(&acme).await.unwrap_err();
    assert!(delete.is_invalid_input() && delete.to_string().contains("all_rows"), "{delete}");
    let both = User::bulk_delete().all_rows().keys(["a"]).run(&acme).await.unwrap_err();
    assert!(both.is_invalid_input(), "{both}");
    let both = User::bulk_update().all_rows().filter(User::NAME.eq("a")).set(User::NAME, "x");
    assert!(both.run(&acme).await.unwrap_err().is_invalid_input());
    assert_eq!(names(&acme).await, ["a", "b"]);
    let all = User::bulk_update().all_rows().set(User::NAME, "x").run(&acme).await.unwrap();
    assert_eq!(all.affected, 2);
    assert_eq!(User::bulk_delete().all_rows().run(&acme).await.unwrap().affected, 2);
}

async fn a_bulk_update_that_violates_changes_nothing(bed: Bed) {
    let acme = acme(&open(&bed).await);
    User::bulk_create([keyed("a"), keyed("b"), keyed("c")]).run(&acme).await.unwrap();
    let same = User::bulk_update().all_rows().set(User::EMAIL, "same@example.com");
    assert!(same.run(&acme).await.unwrap_err().is_unique_violation());
    let below = User::bulk_update().all_rows().add(User::LOGINS, -1);
    assert!(below.run(&acme).await.unwrap_err().is_check_violation());
    let emails = User::list().order_by(User::ID.asc()).run(&acme).await.unwrap();
    assert_eq!(emails[2].email, "c@example.com");
    assert!(emails.iter().all(|user| user.logins == 0));
}

async fn each_row_is_updated_in_its_own_way(bed: Bed) {
    let acme = acme(&open(&bed).await);
    User::bulk_create(["a", "b", "c", "d"].map(keyed)).run(&acme).await.unwrap();
    let each = [
        User::update("a").set(User::NAME, "A").set(User::LOGINS, 1),
        User::update("b").set(User::NICKNAME, "B"),
        User::update("c").set(User::LOGINS, 3).set(User::NAME, "C"),
        User::update("d").add(User::LOGINS, 4),
    ];
    assert_eq!(User::bulk_update_each(each).run(&acme).await.unwrap().affected, 4);
    let rows = User::list().order_by(User::ID.asc()).run(&acme).await.unwrap();
    let shown: Vec<_> =
        rows.iter().map(|row| (row.name.as_str(), row.nickname.as_deref(), row.logins)).collect();
    assert_eq!(shown, [("A", None, 1), ("b", Some("B"), 0), ("C", None, 3), ("d", None, 4)]);
}

async fn a_missing_key_among_the_updates_changes_nothing(bed: Bed) {
    let acme = acme(&open(&bed).await);
    User::bulk_create(["a", "b"].map(keyed)).run(&acme).await.unwrap();
    let each = |last: &str| {
        [User::update("a").set(User::NAME, "x"), User::update("b").set(User::LOGINS, 9), {
            User::update(last).set(User::NAME, "x")
        }]
    };
    let error = User::bulk_update_each(each("nobody")).run(&acme).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    assert_eq!(names(&acme).await, ["a", "b"]);
    let error = User::bulk_update_each(each("a")).run(&acme).await.unwrap_err();
    assert!(error.is_unique_violation(), "the same key twice, in two groups or one: {error:?}");
    assert_eq!(User::read("b").run(&acme).await.unwrap().logins, 0);
    let conditional = [User::update("a").set(User::NAME, "x").when(User::LOGINS.eq(0))];
    assert!(User::bulk_update_each(conditional).run(&acme).await.unwrap_err().is_invalid_input());
}

async fn many_rows_are_each_updated(bed: Bed) {
    let db = open(&bed).await;
    Point::bulk_create(points(0..20_000)).run(&db).await.unwrap();
    let each = (0..20_000_i64).map(|id| Point::update(id).set(Point::VALUE, id + 1));
    assert_eq!(Point::bulk_update_each(each).run(&db).await.unwrap().affected, 20_000);
    let each = (0..12_000_i64).map(|id| Point::update(id).add(Point::VALUE, id));
    assert_eq!(Point::bulk_update_each(each).run(&db).await.unwrap().affected, 12_000);
    for (id, value) in
        [(0, 1), (8191, 16_383), (8192, 16_385), (11_999, 23_999), (12_000, 12_001), (19_999, 20_000)]
    {
        assert_eq!(Point::read(id).run(&db).await.unwrap().value, value, "{id}");
    }
}

async fn a_bulk_delete_takes_a_filter_or_keys(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let rows = (0..6).map(|at| keyed(&format!("k{at}")).set(User::LOGINS, at));
    User::bulk_create(rows).run(&acme).await.unwrap();
    let by_filter = User::bulk_delete().filter(User::LOGINS.lt(2)).run(&acme).await.unwrap();
    assert_eq!(by_filter.affected, 2);
    let by_keys = User::bulk_delete().keys(["k2", "nobody", "k3", "k2", "k0"]).run(&acme).await.unwrap();
    assert_eq!(by_keys.affected, 2, "missing and repeated keys are passed over");
    let both = User::bulk_delete().keys(["k4", "k5"]).filter(User::LOGINS.eq(5)).run(&acme).await.unwrap();
    assert_eq!(both.affected, 1);
    assert_eq!(names(&acme).await, ["k4"]);
    let none = User::bulk_delete().filter(User::LOGINS.eq(77)).run(&acme).await.unwrap();
    assert_eq!(none.affected, 0);
}

#[model(table = "bulk_links")]
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    #[key(assigned)]
    pub id: i64,
    #[tenant]
    pub organization_id: String,
    #[references(Link, name = before)]
    pub before_id: Option<i64>,
}

/// More of them than go at a time where their rows do not name one another.
async fn parents_may_stand_before_their_children(bed: Bed) {
    let acme = acme(&bed.db(&ennead::schema![Link]).await);
    let chain = |from: i64, to: i64| {
        (from..to)
            .map(move |id| Link::create(NewLink { id }).set(Link::BEFORE_ID, (id > from).then_some(id - 1)))
    };
    assert_eq!(Link::bulk_create(chain(0, 1_000)).run(&acme).await.unwrap().affected, 1_000);
    let rows = Link::list().order_by(Link::ID.asc()).run(&acme).await.unwrap();
    assert!(rows.iter().skip(1).all(|row| row.before_id == Some(row.id - 1)));
    let stray = Link::create(NewLink { id: 1_600 }).set(Link::BEFORE_ID, 5_000);
    let error = Link::bulk_create(chain(1_000, 1_600).chain([stray])).run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    assert_eq!((error.model(), error.fields()), (Some("Link"), &["organization_id", "before_id"][..]));
    assert_eq!(Link::count().run(&acme).await.unwrap(), 1_000);
}

crate::cases![
    rows_come_in_every_form,
    whole_rows_keep_their_times,
    a_whole_row_of_another_tenant_is_refused,
    rows_of_one_bulk_may_set_different_columns,
    rows_come_back_in_the_order_given,
    nothing_is_sent_for_nothing,
    all_rows_are_created_or_none_at_every_size,
    rows_that_go_together_are_each_as_given,
    a_failed_bulk_in_a_nested_transaction_leaves_nothing,
    more_rows_than_any_bind_limit,
    parents_may_stand_before_their_children,
    keys_that_stand_twice_are_refused_before_sql,
    tenants_may_have_the_same_key_in_one_bulk,
    a_bulk_update_changes_all_that_match,
    a_bulk_write_needs_to_be_told_of_which_rows,
    a_bulk_update_that_violates_changes_nothing,
    each_row_is_updated_in_its_own_way,
    a_missing_key_among_the_updates_changes_nothing,
    many_rows_are_each_updated,
    a_bulk_delete_takes_a_filter_or_keys,
];
