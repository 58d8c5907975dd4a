//! Create, Read, Update, Delete, List and Count.

use chrono::TimeDelta;
use ennead::prelude::*;

use crate::Bed;
use crate::accounts::*;

async fn a_row_comes_back_as_stored(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let made = User::create(user("jo")).run(&acme).await.unwrap();
    assert_eq!(made.organization_id, "acme");
    assert_eq!(User::read(&made.id).run(&acme).await.unwrap(), made);
}

async fn what_is_not_given_is_defaulted_generated_or_null(bed: Bed) {
    let (db, _) = open_at(&bed).await;
    let made = User::create(user("jo")).run(&acme(&db)).await.unwrap();
    let wanted = User {
        id: "user-00000000000000000000000000000001".into(),
        organization_id: "acme".into(),
        email: "jo@example.com".into(),
        name: "jo".into(),
        nickname: None,
        source: "web".into(),
        logins: 0,
        status: Status::Invited,
        team: None,
        seat: None,
        created_at: Hands::at(0),
        updated_at: Hands::at(0),
    };
    assert_eq!(made, wanted);
}

async fn set_overrides_defaults_keys_times_and_required_fields(bed: Bed) {
    let (db, _) = open_at(&bed).await;
    let then = Hands::at(-500);
    let made = User::create(user("jo"))
        .set(User::ID, "my-own")
        .set(User::NAME, "Jo")
        .set(User::NICKNAME, Some("J".to_owned()))
        .set(User::SOURCE, "import")
        .set(User::LOGINS, 7)
        .set(User::STATUS, Status::Active)
        .set(User::CREATED_AT, then)
        .set(User::UPDATED_AT, then + TimeDelta::seconds(1))
        .run(&acme(&db))
        .await
        .unwrap();
    assert_eq!((made.id.as_str(), made.name.as_str()), ("my-own", "Jo"));
    assert_eq!(made.nickname.as_deref(), Some("J"));
    assert_eq!((made.source.as_str(), made.logins, made.status), ("import", 7, Status::Active));
    assert_eq!((made.created_at, made.updated_at), (then, then + TimeDelta::seconds(1)));
    assert_eq!(User::read("my-own").run(&acme(&db)).await.unwrap(), made);
}

async fn every_form_of_a_value_is_taken(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let owned = String::from("owned");
    let made = keyed("jo").set(User::NICKNAME, &owned).run(&acme).await.unwrap();
    assert_eq!(made.nickname.as_deref(), Some("owned"));
    let set = User::update("jo").set(User::NICKNAME, "text").set(User::LOGINS, 3_i32).set(User::SEAT, 4);
    let made = set.run(&acme).await.unwrap();
    assert_eq!((made.nickname.as_deref(), made.logins, made.seat), (Some("text"), 3, Some(4)));
    let made = User::update("jo").set(User::NICKNAME, None).run(&acme).await.unwrap();
    assert_eq!(made.nickname, None);
}

async fn keys_are_taken_owned_or_borrowed(bed: Bed) {
    let db = open(&bed).await;
    let acme = acme(&db);
    let jo = keyed("jo").run(&acme).await.unwrap();
    let id: String = jo.id.clone();
    assert_eq!(User::read(&id).run(&acme).await.unwrap(), jo);
    assert_eq!(User::read(id.as_str()).run(&acme).await.unwrap(), jo);
    assert_eq!(User::read(id.clone()).run(&acme).await.unwrap(), jo);
    User::update(&id).set(User::NAME, "b").run(&acme).await.unwrap();
    let ids = [id.clone()];
    assert_eq!(User::bulk_delete().keys(ids.iter()).run(&acme).await.unwrap().affected, 1);
    keyed("jo").run(&acme).await.unwrap();
    assert_eq!(User::bulk_delete().keys(["jo"]).run(&acme).await.unwrap().affected, 1);
    keyed("jo").run(&acme).await.unwrap();
    assert_eq!(User::bulk_delete().keys(vec![id.clone()]).run(&acme).await.unwrap().affected, 1);
    let number: i64 = 5;
    Point::create(NewPoint { id: number, value: 1 }).run(&db).await.unwrap();
    assert_eq!(Point::read(5_i32).run(&db).await.unwrap().value, 1);
    assert_eq!(Point::read(number).run(&db).await.unwrap().value, 1);
    let point = Point::read(5_i32).run(&db).await.unwrap();
    let borrowed: &i64 = &point.id;
    assert_eq!(Point::read(borrowed).run(&db).await.unwrap(), point);
}

async fn a_missing_row_is_not_found(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let errors = [
        User::read("nobody").run(&acme).await.unwrap_err(),
        User::update("nobody").set(User::NAME, "x").run(&acme).await.unwrap_err(),
        User::update("nobody").set(User::NAME, "x").when(User::LOGINS.eq(0)).run(&acme).await.unwrap_err(),
        User::delete("nobody").run(&acme).await.unwrap_err(),
        User::delete("nobody").when(User::LOGINS.eq(0)).run(&acme).await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_not_found(), "{error:?}");
        assert!(error.to_string().contains("not found"), "{error}");
        assert_eq!((error.model(), error.http_status()), (Some("User"), 404));
    }
    assert_eq!(User::read("nobody").optional(&acme).await.unwrap(), None);
    let jo = keyed("jo").run(&acme).await.unwrap();
    assert_eq!(User::read("jo").optional(&acme).await.unwrap(), Some(jo));
}

async fn an_update_changes_what_it_sets_and_nothing_else(bed: Bed) {
    let (db, hands) = open_at(&bed).await;
    let acme = acme(&db);
    let before = keyed("jo").set(User::LOGINS, 9).run(&acme).await.unwrap();
    let other = keyed("al").run(&acme).await.unwrap();
    hands.turn_to(60);
    let after = User::update("jo").set(User::NAME, "Jo").run(&acme).await.unwrap();
    assert_eq!(after, User { name: "Jo".into(), updated_at: Hands::at(60), ..before });
    assert_eq!(User::read("jo").run(&acme).await.unwrap(), after);
    assert_eq!(User::read("al").run(&acme).await.unwrap(), other);
}

async fn an_update_that_sets_nothing_or_twice_is_refused(bed: Bed) {
    let acme = acme(&open(&bed).await);
    keyed("jo").run(&acme).await.unwrap();
    let nothing = User::update("jo").run(&acme).await.unwrap_err();
    assert!(nothing.is_invalid_input() && nothing.to_string().contains("sets nothing"), "{nothing}");
    assert!(User::bulk_update().all_rows().run(&acme).await.unwrap_err().is_invalid_input());
    assert!(User::bulk_update_each([User::update("jo")]).run(&acme).await.unwrap_err().is_invalid_input());
    let twice = User::update("jo").set(User::NAME, "a").set(User::NAME, "b").run(&acme).await.unwrap_err();
    assert!(twice.is_invalid_input() && twice.fields() == ["name"], "{twice:?}");
    let both = User::update("jo").set(User::LOGINS, 1).add(User::LOGINS, 1).run(&acme).await.unwrap_err();
    assert!(both.is_invalid_input() && both.fields() == ["logins"], "{both:?}");
    assert_eq!(User::read("jo").run(&acme).await.unwrap().name, "jo");
}

async fn a_condition_is_met_unmet_or_has_no_row(bed: Bed) {
    let acme = acme(&open(&bed).await);
    keyed("jo").set(User::LOGINS, 3).run(&acme).await.unwrap();
    let debit = |least: i64| User::update("jo").add(User::LOGINS, -2).when(User::LOGINS.ge(least));
    assert_eq!(debit(2).run(&acme).await.unwrap().logins, 1);
    let unmet = debit(2).run(&acme).await.unwrap_err();
    assert!(unmet.is_conflict() && !unmet.is_not_found(), "{unmet:?}");
    assert_eq!((unmet.model(), unmet.http_status()), (Some("User"), 409));
    let both = debit(0).when(User::NAME.eq("other")).run(&acme).await.unwrap_err();
    assert!(both.is_conflict(), "a second condition narrows the first: {both:?}");
    assert_eq!(User::read("jo").run(&acme).await.unwrap().logins, 1);
    assert!(User::delete("jo").when(User::LOGINS.eq(5)).run(&acme).await.unwrap_err().is_conflict());
    User::delete("jo").when(User::LOGINS.eq(1)).run(&acme).await.unwrap();
    assert!(debit(0).run(&acme).await.unwrap_err().is_not_found());
}

async fn a_condition_on_a_null_is_unmet(bed: Bed) {
    let acme = acme(&open(&bed).await);
    keyed("jo").run(&acme).await.unwrap();
    let set = User::update("jo").set(User::NAME, "x").when(User::NICKNAME.ne("a"));
    assert!(set.run(&acme).await.unwrap_err().is_conflict());
    User::update("jo").set(User::NAME, "x").when(User::NICKNAME.eq(None)).run(&acme).await.unwrap();
}

async fn a_delete_removes_one_row(bed: Bed) {
    let acme = acme(&open(&bed).await);
    keyed("jo").run(&acme).await.unwrap();
    keyed("al").run(&acme).await.unwrap();
    User::delete("jo").run(&acme).await.unwrap();
    assert_eq!(names(&acme).await, ["al"]);
    assert!(User::delete("jo").run(&acme).await.unwrap_err().is_not_found());
}

async fn a_list_filters_orders_limits_and_skips(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let row = |name: &str, logins: i64| keyed(name).set(User::LOGINS, logins);
    User::bulk_create([row("a", 1), row("b", 2), row("c", 2), row("d", 3)]).run(&acme).await.unwrap();
    let by = || User::list().order_by((User::LOGINS.desc(), User::NAME.asc()));
    let ids = |rows: Vec<User>| rows.into_iter().map(|row| row.id).collect::<String>();
    assert_eq!(ids(by().run(&acme).await.unwrap()), "dbca");
    assert_eq!(ids(by().limit(2).run(&acme).await.unwrap()), "db");
    assert_eq!(ids(by().limit(2).offset(1).run(&acme).await.unwrap()), "bc");
    assert_eq!(ids(by().offset(3).run(&acme).await.unwrap()), "a", "an offset needs no limit");
    assert_eq!(ids(by().limit(0).run(&acme).await.unwrap()), "");
    assert_eq!(ids(by().filter(User::LOGINS.eq(2)).run(&acme).await.unwrap()), "bc");
    let narrowed = by().filter(User::LOGINS.eq(2)).filter(User::NAME.ne("b"));
    assert_eq!(ids(narrowed.run(&acme).await.unwrap()), "c");
    let split = User::list().order_by(User::LOGINS.desc()).order_by(User::NAME.desc());
    assert_eq!(ids(split.run(&acme).await.unwrap()), "dcba");
    assert_eq!(by().first(&acme).await.unwrap().unwrap().id, "d");
    assert_eq!(by().offset(1).first(&acme).await.unwrap().unwrap().id, "b");
    assert_eq!(by().filter(User::NAME.eq("z")).first(&acme).await.unwrap(), None);
}

async fn a_list_has_no_hidden_limit(bed: Bed) {
    let db = open(&bed).await;
    Point::bulk_create(points(0..1500)).run(&db).await.unwrap();
    assert_eq!(Point::list().run(&db).await.unwrap().len(), 1500);
}

async fn a_count_counts(bed: Bed) {
    let acme = acme(&open(&bed).await);
    assert_eq!(User::count().run(&acme).await.unwrap(), 0);
    User::bulk_create([keyed("a"), keyed("b").set(User::LOGINS, 5)]).run(&acme).await.unwrap();
    let count: u64 = User::count().run(&acme).await.unwrap();
    assert_eq!(count, 2);
    assert_eq!(User::count().filter(User::LOGINS.gt(1)).run(&acme).await.unwrap(), 1);
    let none = User::count().filter(User::LOGINS.gt(1)).filter(User::NAME.eq("a"));
    assert_eq!(none.run(&acme).await.unwrap(), 0);
}

async fn an_empty_list_of_values_is_no_syntax_error(bed: Bed) {
    let acme = acme(&open(&bed).await);
    keyed("jo").run(&acme).await.unwrap();
    let none = User::NAME.in_(Vec::<String>::new());
    assert_eq!(User::count().filter(none.clone()).run(&acme).await.unwrap(), 0);
    assert_eq!(User::count().filter(none.not()).run(&acme).await.unwrap(), 1);
    let all = User::NAME.not_in(Vec::<String>::new());
    assert_eq!(User::count().filter(all).run(&acme).await.unwrap(), 1);
}

async fn text_is_kept_as_it_is(bed: Bed) {
    let acme = acme(&open(&bed).await);
    for (at, text) in
        ["select from x; drop table users", "' OR 1=1 --", "None", "null", "", "a\\%_\"\t\n", "é😀"]
            .into_iter()
            .enumerate()
    {
        let id = format!("k{at}");
        let made = keyed(&id).set(User::NICKNAME, text).run(&acme).await.unwrap();
        assert_eq!(made.nickname.as_deref(), Some(text));
        let found = User::list().filter(User::NICKNAME.eq(text)).run(&acme).await.unwrap();
        assert_eq!(found, [User::read(&id).run(&acme).await.unwrap()], "{text:?}");
    }
    let made = keyed("none").set(User::NICKNAME, None).run(&acme).await.unwrap();
    assert_eq!(made.nickname, None);
    assert_eq!(User::count().filter(User::NICKNAME.is_null()).run(&acme).await.unwrap(), 1);
}

async fn a_read_sees_what_was_just_written(bed: Bed) {
    let acme = acme(&open(&bed).await);
    keyed("jo").run(&acme).await.unwrap();
    for turn in 1..=20_i64 {
        User::update("jo").set(User::LOGINS, turn).run(&acme).await.unwrap();
        assert_eq!(User::read("jo").run(&acme).await.unwrap().logins, turn);
        assert_eq!(User::count().filter(User::LOGINS.eq(turn)).run(&acme).await.unwrap(), 1);
    }
}

async fn two_databases_share_nothing(bed: Bed) {
    let (one, other) = (open(&bed).await, open(&bed).await);
    keyed("jo").run(&acme(&one)).await.unwrap();
    assert!(User::read("jo").run(&acme(&other)).await.unwrap_err().is_not_found());
    assert_eq!(User::count().run(&acme(&one)).await.unwrap(), 1);
}

async fn values_that_do_not_fit_are_refused_before_sql(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let nul = User::create(NewUser { name: "a\0b".into(), ..user("jo") }).run(&acme).await.unwrap_err();
    assert!(nul.is_invalid_input(), "{nul:?}");
    assert_eq!((nul.model(), nul.fields()), (Some("User"), ["name"].as_slice()));
    let key = User::read("a\0b").run(&acme).await.unwrap_err();
    assert!(key.is_invalid_input(), "{key:?}");
    assert!(User::delete("a\0b").run(&acme).await.unwrap_err().is_invalid_input());
    let filter = User::list().filter(User::NAME.eq("a\0b")).run(&acme).await.unwrap_err();
    assert!(filter.is_invalid_input(), "{filter:?}");
}

async fn operations_are_values(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let create: CreateUserNode = user("jo").into();
    let jo = create.run(&acme).await.unwrap();
    let read: ReadUserNode = User::read(&jo.id);
    assert_eq!(read.run(&acme).await.unwrap(), jo);
    let update: UpdateUserNode = User::update(&jo.id).set(User::NAME, "x");
    assert_eq!(update.run(&acme).await.unwrap().name, "x");
    let list: ListUserNode = User::list();
    let count: CountUserNode = User::count();
    assert_eq!(list.run(&acme).await.unwrap().len() as u64, count.run(&acme).await.unwrap());
    let many: BulkCreateUserNode = User::bulk_create([user("a"), user("b")]);
    assert_eq!(many.run(&acme).await.unwrap().affected, 2);
    let change: BulkUpdateUserNode = User::bulk_update().all_rows().set(User::NAME, "y");
    assert_eq!(change.run(&acme).await.unwrap().affected, 3);
    let delete: DeleteUserNode = User::delete(&jo.id);
    delete.run(&acme).await.unwrap();
    let rest: BulkDeleteUserNode = User::bulk_delete().all_rows();
    assert_eq!(rest.run(&acme).await.unwrap().affected, 2);
}

crate::cases![
    a_row_comes_back_as_stored,
    what_is_not_given_is_defaulted_generated_or_null,
    set_overrides_defaults_keys_times_and_required_fields,
    every_form_of_a_value_is_taken,
    keys_are_taken_owned_or_borrowed,
    a_missing_row_is_not_found,
    an_update_changes_what_it_sets_and_nothing_else,
    an_update_that_sets_nothing_or_twice_is_refused,
    a_condition_is_met_unmet_or_has_no_row,
    a_condition_on_a_null_is_unmet,
    a_delete_removes_one_row,
    a_list_filters_orders_limits_and_skips,
    a_list_has_no_hidden_limit,
    a_count_counts,
    an_empty_list_of_values_is_no_syntax_error,
    text_is_kept_as_it_is,
    a_read_sees_what_was_just_written,
    two_databases_share_nothing,
    values_that_do_not_fit_are_refused_before_sql,
    operations_are_values,
];
