//! `on_conflict`, of one row and of many.

use ennead::prelude::*;

use crate::Bed;
use crate::accounts::*;

/// Soft-deleted, unique among the living, and unique among all tenants besides.
#[model(table = "members", unique(label, where = "kind = 'main'"))]
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    #[key]
    pub id: String,
    #[tenant]
    pub club_id: String,
    #[unique]
    pub number: i32,
    #[unique(global)]
    pub passport: String,
    #[default("main")]
    pub kind: String,
    #[default("none")]
    pub label: String,
    #[default(0)]
    pub visits: i64,
    #[deleted_at]
    pub left_at: Option<chrono::DateTime<chrono::Utc>>,
}

fn member(id: &str, number: i32, passport: &str) -> ennead::op::Create<Member> {
    let new = NewMember { number, passport: passport.into() };
    Member::create(new).set(Member::ID, id).set(Member::LABEL, id)
}

async fn an_upsert_creates_or_changes(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let upsert = |name: &str| {
        User::create(NewUser { name: name.into(), ..user("jo") })
            .set(User::STATUS, Status::Active)
            .on_conflict(User::EMAIL)
            .update((User::NAME, User::STATUS))
    };
    let made = upsert("one").run(&acme).await.unwrap();
    User::update(&made.id)
        .set(User::STATUS, Status::Suspended)
        .set(User::LOGINS, 5)
        .run(&acme)
        .await
        .unwrap();
    let changed = upsert("two").run(&acme).await.unwrap();
    assert_eq!(changed.id, made.id, "the row that was there");
    assert_eq!((changed.name.as_str(), changed.status, changed.logins), ("two", Status::Active, 5));
    assert_eq!(changed.created_at, made.created_at);
    assert_eq!(User::count().run(&acme).await.unwrap(), 1);
    let one = User::create(user("jo")).on_conflict(User::EMAIL).update(User::NAME).update(User::NICKNAME);
    assert_eq!(one.run(&acme).await.unwrap().name, "jo");
}

async fn an_upsert_may_name_the_key(bed: Bed) {
    let db = open(&bed).await;
    let acme = acme(&db);
    let upsert = |name: &str| keyed("jo").set(User::NAME, name).on_conflict(User::ID).update(User::NAME);
    upsert("one").run(&acme).await.unwrap();
    assert_eq!(upsert("two").run(&acme).await.unwrap().name, "two");
    let other = db.tenant("other").unwrap();
    assert_eq!(upsert("three").run(&other).await.unwrap().organization_id, "other");
    assert_eq!(names(&acme).await, ["two"], "the same key of another tenant is another row");
}

async fn an_upsert_may_name_a_composite_unique(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let sit = |name: &str| User::create(user(name)).set(User::TEAM, "red").set(User::SEAT, 1);
    sit("a").run(&acme).await.unwrap();
    let taken = sit("b").on_conflict((User::TEAM, User::SEAT)).update(User::NAME).run(&acme).await.unwrap();
    assert_eq!((taken.name.as_str(), taken.email.as_str()), ("b", "a@example.com"));
    let turned = sit("c").on_conflict((User::SEAT, User::TEAM)).update((User::NAME, User::EMAIL));
    assert_eq!(turned.run(&acme).await.unwrap().email, "c@example.com", "in any order");
    let nulls = User::create(user("d")).set(User::TEAM, "red").on_conflict((User::TEAM, User::SEAT));
    nulls.update(User::NAME).run(&acme).await.unwrap();
    assert_eq!(names(&acme).await, ["c", "d"], "a NULL is in conflict with nothing");
}

async fn an_upsert_adds(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let login = || User::create(user("jo")).set(User::LOGINS, 1).on_conflict(User::EMAIL);
    assert_eq!(login().update_add(User::LOGINS, 10).run(&acme).await.unwrap().logins, 1);
    assert_eq!(login().update_add(User::LOGINS, 10).run(&acme).await.unwrap().logins, 11);
    let both = login().update(User::NAME).update_add(User::LOGINS, 2).run(&acme).await.unwrap();
    assert_eq!(both.logins, 13);
}

async fn what_an_upsert_adds_at_the_same_time_is_kept(bed: Bed) {
    let db = open(&bed).await;
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let db = db.clone();
            let one = Tally::create(tally("a")).set(Tally::LARGE, 1).on_conflict(Tally::ID);
            tokio::spawn(async move { one.update_add(Tally::LARGE, 1).run(&db).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(Tally::read("a").run(&db).await.unwrap().large, 32);
}

async fn ignoring_leaves_the_row(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let create = |name: &str| User::create(NewUser { name: name.into(), ..user("jo") });
    let made = create("one").on_conflict(User::EMAIL).ignore().run(&acme).await.unwrap();
    assert_eq!(made.unwrap().name, "one");
    assert_eq!(create("two").on_conflict(User::EMAIL).ignore().run(&acme).await.unwrap(), None);
    assert_eq!(names(&acme).await, ["one"]);
}

async fn many_rows_are_created_or_changed(bed: Bed) {
    let acme = acme(&open(&bed).await);
    User::bulk_create(["a", "b"].map(keyed)).run(&acme).await.unwrap();
    let rows = |name: &str| ["b", "c", "a"].map(|id| User::create(user(id)).set(User::NAME, name));
    let done =
        User::bulk_create(rows("x")).on_conflict(User::EMAIL).update(User::NAME).run(&acme).await.unwrap();
    assert_eq!(done.affected, 3);
    assert_eq!(names(&acme).await, ["x", "x", "x"]);
    let back = User::bulk_create(rows("y")).on_conflict(User::EMAIL).update(User::NAME);
    let back = back.returning(&acme).await.unwrap();
    let emails: Vec<&str> = back.iter().map(|row| row.email.as_str()).collect();
    assert_eq!(emails, ["b@example.com", "c@example.com", "a@example.com"]);
    assert_eq!(back[2].id, "a");
    let add = User::bulk_create(rows("z")).on_conflict(User::EMAIL).update_add(User::LOGINS, 2);
    assert_eq!(add.run(&acme).await.unwrap().affected, 3);
    let sum: i64 = User::list().run(&acme).await.unwrap().iter().map(|row| row.logins).sum();
    assert_eq!(sum, 6);
}

async fn many_rows_are_created_or_left(bed: Bed) {
    let db = open(&bed).await;
    Point::bulk_create(points([2, 4])).run(&db).await.unwrap();
    let rows = || points([1, 2, 3, 4, 5]).into_iter().map(|point| NewPoint { value: 0, ..point });
    let done = Point::bulk_create(rows()).on_conflict(Point::ID).ignore().returning(&db).await.unwrap();
    assert_eq!(
        done.iter().map(|point| point.id).collect::<Vec<_>>(),
        [1, 3, 5],
        "only those created come back"
    );
    let done = Point::bulk_create(rows()).on_conflict(Point::ID).ignore().run(&db).await.unwrap();
    assert_eq!(done.affected, 0);
    assert_eq!(Point::read(2).run(&db).await.unwrap().value, 20);
    let many = Point::bulk_create(points(0..10_000)).on_conflict(Point::ID).ignore().run(&db).await.unwrap();
    assert_eq!(many.affected, 9995);
    let many = Point::bulk_create(points(0..10_000)).on_conflict(Point::ID).update(Point::VALUE);
    assert_eq!(many.run(&db).await.unwrap().affected, 10_000);
    assert_eq!(Point::read(1).run(&db).await.unwrap().value, 10);
}

async fn a_target_that_is_no_unique_is_named(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let error = User::create(user("jo")).on_conflict((User::NAME, User::LOGINS)).ignore().run(&acme).await;
    let error = error.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
    assert_eq!((error.model(), error.fields()), (Some("User"), ["name", "logins"].as_slice()));
    assert!(error.to_string().contains("name, logins"), "{error}");
    let error = User::bulk_create([user("jo")]).on_conflict(User::TEAM).update(User::NAME).run(&acme).await;
    assert_eq!(error.unwrap_err().fields(), ["team"], "half of a composite unique is none");
    assert_eq!(User::count().run(&acme).await.unwrap(), 0);
}

async fn a_partial_unique_is_no_target(bed: Bed) {
    let db = bed.db(&ennead::schema![Member]).await;
    let club = db.tenant("club").unwrap();
    let error = member("a", 1, "p").on_conflict(Member::LABEL).ignore().run(&club).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
    assert_eq!(error.fields(), ["label"]);
}

async fn keys_tenants_and_immutable_columns_stay(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let upsert = || keyed("jo").on_conflict(User::EMAIL);
    let errors = [
        upsert().update(User::ID).run(&acme).await.unwrap_err(),
        upsert().update(User::ORGANIZATION_ID).run(&acme).await.unwrap_err(),
        upsert().update((User::NAME, User::SOURCE)).run(&acme).await.unwrap_err(),
        upsert().update((User::NAME, User::NAME)).run(&acme).await.unwrap_err(),
        upsert().update(User::LOGINS).update_add(User::LOGINS, 1).run(&acme).await.unwrap_err(),
        upsert().update_add(User::LOGINS, 1).update_add(User::LOGINS, 1).run(&acme).await.unwrap_err(),
    ];
    let fields = ["id", "organization_id", "source", "name", "logins", "logins"];
    for (error, field) in errors.into_iter().zip(fields) {
        assert!(error.is_invalid_input(), "{field}: {error:?}");
        assert_eq!((error.model(), error.fields()), (Some("User"), [field].as_slice()));
    }
    assert_eq!(User::count().run(&acme).await.unwrap(), 0);
}

async fn the_same_value_twice_in_one_bulk(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let rows = || [user("a"), user("b"), NewUser { name: "again".into(), ..user("a") }];
    let update = User::bulk_create(rows()).on_conflict(User::EMAIL).update(User::NAME);
    let error = update.run(&acme).await.unwrap_err();
    assert!(error.is_unique_violation(), "which of the two would win? {error:?}");
    assert_eq!(error.constraint(), Some("uq_users_organization_id_email"));
    assert_eq!(error.fields(), ["organization_id", "email"]);
    assert_eq!(User::count().run(&acme).await.unwrap(), 0);
    let ignore = User::bulk_create(rows()).on_conflict(User::EMAIL).ignore().run(&acme).await.unwrap();
    assert_eq!((ignore.affected, names(&acme).await), (2, vec!["a".into(), "b".into()]), "the first counts");
}

async fn another_unique_still_violates(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let sit = |name: &str| keyed(name).set(User::TEAM, "red").set(User::SEAT, 1);
    sit("a").run(&acme).await.unwrap();
    let errors = [
        sit("b").on_conflict(User::EMAIL).update(User::NAME).run(&acme).await.unwrap_err(),
        sit("b").on_conflict(User::EMAIL).ignore().run(&acme).await.unwrap_err(),
        User::bulk_create([keyed("c"), sit("b")])
            .on_conflict(User::EMAIL)
            .ignore()
            .run(&acme)
            .await
            .unwrap_err(),
        User::bulk_create([keyed("c"), sit("b")])
            .on_conflict(User::ID)
            .update(User::NAME)
            .run(&acme)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.constraint(), Some("uq_users_organization_id_team_seat"), "{error:?}");
    }
    assert_eq!(names(&acme).await, ["a"]);
}

async fn a_dead_row_is_in_nobodys_way(bed: Bed) {
    let db = bed.db(&ennead::schema![Member]).await;
    let club = db.tenant("club").unwrap();
    member("a", 1, "p1").run(&club).await.unwrap();
    Member::delete("a").run(&club).await.unwrap();
    let upsert = |id: &str| {
        let row = member(id, 1, "p1").on_conflict(Member::NUMBER);
        row.update_add(Member::VISITS, 1)
    };
    assert_eq!(upsert("b").run(&club).await.unwrap().id, "b", "a new row beside the dead one");
    let again = upsert("c").run(&club).await.unwrap();
    assert_eq!((again.id.as_str(), again.visits), ("b", 1));
    assert_eq!(Member::count().with_deleted().run(&club).await.unwrap(), 2);
    let bulk = Member::bulk_create([member("d", 1, "p1"), member("e", 2, "p2")]).on_conflict(Member::NUMBER);
    assert_eq!(bulk.ignore().run(&club).await.unwrap().affected, 1);
}

async fn a_row_of_another_tenant_is_neither_changed_nor_told_of(bed: Bed) {
    let db = bed.db(&ennead::schema![Member]).await;
    let (club, other) = (db.tenant("club").unwrap(), db.tenant("other").unwrap());
    // The dead row of our own must not be taken for the one that is in the way.
    member("dead", 9, "p1").run(&other).await.unwrap();
    Member::delete("dead").run(&other).await.unwrap();
    let theirs = member("a", 1, "p1").run(&club).await.unwrap();
    let mine = || member("b", 5, "p1");
    let errors = [
        mine().run(&other).await.unwrap_err(),
        mine().on_conflict(Member::PASSPORT).update(Member::NUMBER).run(&other).await.unwrap_err(),
        mine().on_conflict(Member::PASSPORT).ignore().run(&other).await.unwrap_err(),
        Member::bulk_create([mine()])
            .on_conflict(Member::PASSPORT)
            .update(Member::NUMBER)
            .run(&other)
            .await
            .unwrap_err(),
        Member::bulk_create([mine()]).on_conflict(Member::PASSPORT).ignore().run(&other).await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_unique_violation(), "{error:?}");
        assert_eq!(error.constraint(), Some("uq_members_passport"), "{error:?}");
        assert_eq!(error.fields(), ["passport"]);
    }
    assert_eq!(Member::read("a").run(&club).await.unwrap(), theirs);
    assert_eq!(Member::count().run(&other).await.unwrap(), 0);
}

crate::cases![
    an_upsert_creates_or_changes,
    an_upsert_may_name_the_key,
    an_upsert_may_name_a_composite_unique,
    an_upsert_adds,
    what_an_upsert_adds_at_the_same_time_is_kept,
    ignoring_leaves_the_row,
    many_rows_are_created_or_changed,
    many_rows_are_created_or_left,
    a_target_that_is_no_unique_is_named,
    a_partial_unique_is_no_target,
    keys_tenants_and_immutable_columns_stay,
    the_same_value_twice_in_one_bulk,
    another_unique_still_violates,
    a_dead_row_is_in_nobodys_way,
    a_row_of_another_tenant_is_neither_changed_nor_told_of,
];
