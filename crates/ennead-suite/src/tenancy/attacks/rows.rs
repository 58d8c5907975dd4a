//! Attacks 1 to 26: on rows, keys, uniques and bulk operations.

use ennead::prelude::*;
use ennead::{__private::Create, Filter};

use super::town::*;
use crate::Bed;

async fn attack_01_read_other_id(bed: Bed) {
    let town = Town::new(&bed).await;
    assert!(town.refused(User::read("b-user").run(&town.a).await).is_not_found());
    assert_eq!(town.safe(User::read("b-user").optional(&town.a).await).unwrap(), None);
    let same = User::read("same-user").run(&town.a).await.unwrap();
    assert_eq!(same.organization_id, "acme");
    let missing = town.refused(User::read("nobody").run(&town.a).await);
    assert_eq!(shown(&missing), shown(&User::read("b-user").run(&town.a).await.unwrap_err()));
}

async fn attack_02_filter_other_tenant(bed: Bed) {
    let town = Town::new(&bed).await;
    for filter in [
        User::ORGANIZATION_ID.eq("bravo"),
        User::ORGANIZATION_ID.ne("acme"),
        User::ORGANIZATION_ID.is_null(),
        User::ORGANIZATION_ID.gt("acme"),
        User::ORGANIZATION_ID.contains("rav"),
    ] {
        assert_eq!(User::list().filter(filter.clone()).run(&town.a).await.unwrap(), []);
        assert_eq!(User::count().filter(filter).run(&town.a).await.unwrap(), 0);
    }
}

async fn attack_03_filter_both_tenants(bed: Bed) {
    let town = Town::new(&bed).await;
    let rows = User::list().filter(User::ORGANIZATION_ID.in_(["acme", "bravo"])).run(&town.a).await;
    let rows = town.safe(rows).unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.organization_id == "acme"));
}

async fn attack_04_logic(bed: Bed) {
    let town = Town::new(&bed).await;
    let b = || User::ORGANIZATION_ID.eq("bravo");
    for (filter, expected) in [
        (b().or(Filter::all([])), 2),
        (b().not(), 2),
        (b().not().or(b()), 2),
        (Filter::any([Filter::all([b().not().not()]), User::ID.is_not_null()]), 2),
        (Filter::any([]), 0),
        (Filter::all([]), 2),
        (Filter::<User>::any([]).not(), 2),
        (Filter::<User>::all([]).not(), 0),
        (User::ID.in_(Vec::<String>::new()), 0),
        (User::ID.not_in(Vec::<String>::new()), 2),
        (Filter::any([b(), Filter::any([b(), b().not().not()])]), 0),
    ] {
        let rows = town.safe(User::list().filter(filter.clone()).run(&town.a).await).unwrap();
        assert!(rows.iter().all(|row| row.organization_id == "acme"));
        assert_eq!(rows.len(), expected, "{filter:?}");
    }
}

async fn attack_05_count(bed: Bed) {
    let town = Town::new(&bed).await;
    assert_eq!(User::count().run(&town.a).await.unwrap(), 2);
    assert_eq!(Widget::count().run(&town.a).await.unwrap(), 1);
    assert_eq!(Pin::count().run(&town.a).await.unwrap(), 1);
    assert_eq!(Organization::count().run(&town.a).await.unwrap(), 1);
    assert_eq!(User::count().run(&town.across).await.unwrap(), 4);
    assert_eq!(User::count().in_tenant("bravo").run(&town.across).await.unwrap(), 2);
}

async fn attack_06_update_other_id(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let update = || User::update("b-user").set(User::NAME, "mine");
    assert!(town.refused(update().run(&town.a).await).is_not_found());
    assert!(town.refused(update().when(User::LOGINS.ge(0)).run(&town.a).await).is_not_found());
    assert!(
        town.refused(Widget::update("b-widget").set(Widget::TITLE, "mine").run(&town.a).await).is_not_found()
    );
    assert!(town.refused(Pin::update("b-pin").set(Pin::LABEL, "mine").run(&town.a).await).is_not_found());
    User::update("same-user").set(User::NAME, "mine").run(&town.a).await.unwrap();
    assert_eq!(town.victim().await, before);
}

/// `.set(User::ORGANIZATION_ID, …)` does not compile (`tests/compile/ui/tenancy_set_tenant_*`); an upsert's list of columns takes
/// any column of the model, so there it is an error.
async fn attack_07_set_the_tenant(bed: Bed) {
    let town = Town::new(&bed).await;
    let upsert = User::create(user("a-user@a.com", "mine"))
        .on_conflict(User::EMAIL)
        .update((User::NAME, User::ORGANIZATION_ID));
    assert!(town.refused(upsert.run(&town.a).await).is_invalid_input());
    let bulk = User::bulk_create([user("a-user@a.com", "mine")]).on_conflict(User::EMAIL);
    assert!(town.refused(bulk.update(User::ORGANIZATION_ID).run(&town.a).await).is_invalid_input());
}

async fn attack_08_set_the_key(bed: Bed) {
    let town = Town::new(&bed).await;
    let upsert = User::create(user("a-user@a.com", "mine")).on_conflict(User::EMAIL).update(User::ID);
    assert!(town.refused(upsert.run(&town.a).await).is_invalid_input());
}

async fn attack_09_delete_other_id(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    assert!(town.refused(Pin::delete("b-pin").run(&town.a).await).is_not_found());
    assert!(town.refused(Ticket::delete("b-ticket").run(&town.a).await).is_not_found());
    assert!(town.refused(Ticket::delete("b-ticket").hard().run(&town.a).await).is_not_found());
    assert!(
        town.refused(Board::delete("b-board-2").when(Board::VIEWS.ge(0)).run(&town.a).await).is_not_found()
    );
    let keys = Board::bulk_delete().keys(["b-board-2", "a-board-2"]).run(&town.a).await.unwrap();
    assert_eq!(keys.affected, 1);
    assert_eq!(town.victim().await, before);
}

async fn attack_10_restore_other_row(bed: Bed) {
    let town = Town::new(&bed).await;
    Ticket::delete("b-ticket").run(&town.b).await.unwrap();
    let before = town.victim().await;
    assert!(town.refused(Ticket::restore("b-ticket").run(&town.a).await).is_not_found());
    assert_eq!(town.victim().await, before);
    assert_eq!(Ticket::list().only_deleted().run(&town.a).await.unwrap(), []);
    Ticket::restore("b-ticket").run(&town.b).await.unwrap();
}

async fn attack_11_create_is_stamped(bed: Bed) {
    let town = Town::new(&bed).await;
    let row = User::create(user("new@a.com", "new")).run(&town.a).await.unwrap();
    assert_eq!(row.organization_id, "acme");
}

async fn attack_12_create_with_other_tenant(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let mut row = User::read("a-user").run(&town.a).await.unwrap();
    (row.id, row.email, row.organization_id) = ("new".into(), "new@a.com".into(), "bravo".into());
    assert!(town.refused(User::bulk_create([row.clone()]).run(&town.a).await).is_invalid_input());
    assert!(town.refused(Create::from_row(row.clone()).run(&town.a).await).is_invalid_input());
    for odd in ["", "ACME", "acme ", " acme"] {
        row.organization_id = odd.into();
        assert!(town.refused(Create::from_row(row.clone()).run(&town.a).await).is_invalid_input(), "{odd:?}");
    }
    let narrowed = User::create(user("new@a.com", "new")).in_tenant("bravo");
    assert!(town.refused(narrowed.run(&town.a).await).is_invalid_input());
    // A stream, too, goes nowhere else than its rows say.
    let rows = || futures_util::stream::iter([User::create(user("new@a.com", "new")).in_tenant("bravo")]);
    assert!(
        town.refused(User::bulk_create_stream(rows()).in_tenant("acme").run(&town.a).await)
            .is_invalid_input()
    );
    assert!(town.refused(User::bulk_create_stream(rows()).run(&town.a).await).is_invalid_input());
    assert_eq!(town.victim().await, before);
    assert_eq!(User::count().run(&town.across).await.unwrap(), 4);
}

async fn attack_13_create_with_an_id_of_another(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let made = User::create(user("x@a.com", "mine")).set(User::ID, "b-user").run(&town.a).await.unwrap();
    assert_eq!((made.organization_id.as_str(), made.name.as_str()), ("acme", "mine"));
    assert_eq!(town.victim().await, before);
    // Where the key alone is unique it is a clash, with the text of one's own.
    let board = |key: &str| Board::create(NewBoard { name: "mine".into() }).set(Board::ID, key);
    let own = town.refused(board("a-board").run(&town.a).await);
    let other = town.refused(board("b-board").run(&town.a).await);
    assert!(other.is_unique_violation());
    assert_eq!(format!("{own:?}"), format!("{other:?}"));
    assert_eq!(other.constraint(), Some("pk_boards"));
}

async fn attack_14_clash_on_a_unique_of_the_tenant(bed: Bed) {
    let town = Town::new(&bed).await;
    let made = User::create(user("b-user@b.com", "mine")).run(&town.a).await.unwrap();
    assert_eq!(made.organization_id, "acme");
    User::update("a-user").set(User::EMAIL, "same-user@b.com").run(&town.a).await.unwrap();
}

async fn attack_15_clash_on_a_global_unique(bed: Bed) {
    let town = Town::new(&bed).await;
    let ticket = |number: &str| Ticket::create(NewTicket { number: number.into(), title: "mine".into() });
    let own = town.refused(ticket("a-number").run(&town.a).await);
    let other = town.refused(ticket("b-number").run(&town.a).await);
    assert!(other.is_unique_violation());
    assert_eq!(format!("{own:?}"), format!("{other:?}"));
    assert_eq!(other.fields(), ["number"]);
    let own = town.refused(Organization::update("acme").set(Organization::SLUG, "b-slug").run(&town.a).await);
    assert!(own.is_unique_violation());
    assert_eq!(own.fields(), ["slug"]);
}

/// Every shape of key: the own row changes, another's never does.
async fn attack_16_upsert_on_another_key(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let made = |name: &str, key: &str| User::create(user(&format!("{key}@x.com"), name)).set(User::ID, key);
    let row = made("mine", "a-user").on_conflict(User::ID).update(User::NAME).run(&town.a).await.unwrap();
    assert_eq!((row.name.as_str(), row.email.as_str()), ("mine", "a-user@a.com"));
    let row = made("mine", "b-user").on_conflict(User::ID).update(User::NAME).run(&town.a).await.unwrap();
    assert_eq!(row.organization_id, "acme");

    // key = "global", with the extra unique of a composite foreign key.
    let board = |key: &str| Board::create(NewBoard { name: "mine".into() }).set(Board::ID, key);
    let row = board("a-board").on_conflict(Board::ID).update(Board::NAME).run(&town.a).await.unwrap();
    assert_eq!(row.name, "mine");
    let row = board("a-board").on_conflict(Board::ID).update_add(Board::VIEWS, 2).run(&town.a).await.unwrap();
    assert_eq!(row.views, 2);
    let plain = town.refused(board("a-board").run(&town.a).await);
    let error = town.refused(board("b-board").on_conflict(Board::ID).update(Board::NAME).run(&town.a).await);
    assert_eq!(shown(&error), shown(&plain));
    let error =
        town.refused(board("b-board").on_conflict(Board::ID).update_add(Board::VIEWS, 1).run(&town.a).await);
    assert!(error.is_unique_violation());
    let bulk = Board::bulk_create([board("a-board"), board("b-board"), board("new")]).on_conflict(Board::ID);
    assert!(town.refused(bulk.update(Board::NAME).run(&town.a).await).is_unique_violation());
    assert!(Board::read("new").optional(&town.a).await.unwrap().is_none(), "all or none");

    // via, one hop and two.
    let pin = |key: &str, label: &str| {
        Pin::create(NewPin { widget_id: "a-widget".into(), label: label.into() }).set(Pin::ID, key)
    };
    for upsert in [
        pin("b-pin", "x").on_conflict(Pin::ID).update(Pin::LABEL),
        pin("x", "b-label").on_conflict(Pin::LABEL).update(Pin::WIDGET_ID),
        pin("b-pin", "b-label").on_conflict(Pin::ID).update((Pin::LABEL, Pin::WIDGET_ID)),
    ] {
        assert!(town.refused(upsert.run(&town.a).await).is_unique_violation());
    }
    let row = pin("a-pin", "mine").on_conflict(Pin::ID).update(Pin::LABEL).run(&town.a).await.unwrap();
    assert_eq!(row.label, "mine");

    // A global unique of a soft-deleted model.
    let ticket = |number: &str| Ticket::create(NewTicket { number: number.into(), title: "mine".into() });
    let error =
        town.refused(ticket("b-number").on_conflict(Ticket::NUMBER).update(Ticket::TITLE).run(&town.a).await);
    assert!(error.is_unique_violation());

    // A row that another shares is read, not written.
    Template::update("b-template").set(Template::IS_PUBLIC, true).run(&town.b).await.unwrap();
    let template = Template::create(NewTemplate { body: "mine".into() }).set(Template::ID, "b-template");
    assert!(
        town.refused(template.on_conflict(Template::ID).update(Template::BODY).run(&town.a).await)
            .is_unique_violation()
    );
    Template::update("b-template").set(Template::IS_PUBLIC, false).run(&town.b).await.unwrap();
    assert_eq!(town.victim().await, before);
}

async fn attack_17_do_nothing_never_tells_that_it_exists(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let board = |key: &str| Board::create(NewBoard { name: "mine".into() }).set(Board::ID, key);
    assert_eq!(board("a-board").on_conflict(Board::ID).ignore().run(&town.a).await.unwrap(), None);
    let error = town.refused(board("b-board").on_conflict(Board::ID).ignore().run(&town.a).await);
    assert!(error.is_unique_violation());
    let bulk = Board::bulk_create([board("a-board"), board("b-board")]).on_conflict(Board::ID).ignore();
    assert!(town.refused(bulk.run(&town.a).await).is_unique_violation());
    let ticket = |number: &str| Ticket::create(NewTicket { number: number.into(), title: "mine".into() });
    let ignore = |number: &str| ticket(number).on_conflict(Ticket::NUMBER).ignore();
    assert_eq!(ignore("a-number").run(&town.a).await.unwrap(), None);
    assert!(town.refused(ignore("b-number").run(&town.a).await).is_unique_violation());
    // A dead row of one's own with that number is no excuse: the living one is another's.
    let mine = ticket("then-b").run(&town.a).await.unwrap();
    Ticket::delete(&mine.id).run(&town.a).await.unwrap();
    ticket("then-b").run(&town.b).await.unwrap();
    assert!(town.refused(ignore("then-b").run(&town.a).await).is_unique_violation());
    let pin = Pin::create(NewPin { widget_id: "a-widget".into(), label: "b-label".into() });
    assert!(town.refused(pin.on_conflict(Pin::LABEL).ignore().run(&town.a).await).is_unique_violation());
    Ticket::bulk_delete().filter(Ticket::NUMBER.eq("then-b")).hard().run(&town.b).await.unwrap();
    assert_eq!(town.victim().await, before);
}

async fn attack_20_bulk_create_with_mixed_tenants(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let mut own = User::read("a-user").run(&town.a).await.unwrap();
    (own.id, own.email) = ("n1".into(), "n1@x.com".into());
    let mut other = own.clone();
    (other.id, other.email, other.organization_id) = ("n2".into(), "n2@x.com".into(), "bravo".into());
    let mixed = User::bulk_create([own.clone(), other.clone()]);
    assert!(town.refused(mixed.run(&town.a).await).is_invalid_input());
    let named = |email: &str| User::create(user(email, "x"));
    let several = || {
        [
            vec![named("1").in_tenant("acme"), named("2").in_tenant("bravo")],
            vec![named("1").in_tenant("acme"), named("2")],
            vec![named("1"), named("2").in_tenant("bravo")],
        ]
    };
    for rows in several() {
        assert!(town.refused(User::bulk_create(rows).run(&town.across).await).is_invalid_input());
    }
    for rows in several() {
        let stream = User::bulk_create_stream(futures_util::stream::iter(rows));
        assert!(town.refused(stream.run(&town.across).await).is_invalid_input());
    }
    // Not in a later chunk of a stream either.
    let long = (0..4097).map(move |at| {
        let row = User::create(user(&format!("{at}@x.com"), "x"));
        if at < 4096 { row.in_tenant("acme") } else { row.in_tenant("bravo") }
    });
    let stream = User::bulk_create_stream(futures_util::stream::iter(long));
    assert!(town.refused(stream.run(&town.across).await).is_invalid_input());
    assert_eq!(User::count().run(&town.across).await.unwrap(), 4, "nothing is written");
    assert_eq!(town.victim().await, before);
}

async fn attack_21_every_row_of_every_chunk_is_stamped(bed: Bed) {
    let town = Town::new(&bed).await;
    let rows = (0..8200).map(|at| NewShelf { name: at.to_string() });
    assert_eq!(Shelf::bulk_create(rows).run(&town.a).await.unwrap().affected, 8200);
    assert_eq!(Shelf::count().run(&town.a).await.unwrap(), 8201);
    assert_eq!(Shelf::count().run(&town.across).await.unwrap(), 8202);
}

async fn attack_22_update_of_several_keys(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let both = |a: &str, b: &str| {
        User::bulk_update_each([
            User::update(a).set(User::NAME, "mine"),
            User::update(b).set(User::NAME, "mine"),
        ])
    };
    let missing = town.refused(both("a-user", "nobody").run(&town.a).await);
    let other = town.refused(both("a-user", "b-user").run(&town.a).await);
    assert_eq!(format!("{missing:?}"), format!("{other:?}"));
    assert_eq!(User::read("a-user").run(&town.a).await.unwrap().name, "plain", "nothing is changed");
    let done =
        User::bulk_update().filter(User::ID.in_(["a-user", "b-user", "same-user"])).set(User::NAME, "mine");
    assert_eq!(done.run(&town.a).await.unwrap().affected, 2);
    // Under across_tenants a key that two tenants have says nothing.
    let shared = town.refused(both("a-user", "same-user").run(&town.across).await);
    assert!(shared.is_invalid_input());
    assert_eq!(town.victim().await, before);
}

async fn attack_25_bulk_delete_without_a_filter(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    assert!(town.refused(Ticket::bulk_delete().run(&town.a).await).is_invalid_input());
    assert!(town.refused(User::bulk_update().set(User::NAME, "x").run(&town.a).await).is_invalid_input());
    assert_eq!(Ticket::bulk_delete().all_rows().hard().run(&town.a).await.unwrap().affected, 1);
    assert_eq!(Pin::bulk_delete().all_rows().run(&town.a).await.unwrap().affected, 1);
    assert_eq!(town.victim().await, before);
}

async fn attack_26_the_same_id_twice(bed: Bed) {
    let town = Town::new(&bed).await;
    let row = |email: &str| User::create(user(email, "x")).set(User::ID, "twice");
    assert!(town.refused(User::bulk_create([row("1"), row("2")]).run(&town.a).await).is_unique_violation());
    let update = || User::update("a-user").set(User::NAME, "x");
    assert!(
        town.refused(User::bulk_update_each([update(), update()]).run(&town.a).await).is_unique_violation()
    );
}

/// Under the bypass a row that is there must be settled by its own tenant's key, or the operation says whose it is.
async fn an_upsert_across_tenants_says_whose_it_is(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let mut board = Board::read("a-board").run(&town.a).await.unwrap();
    (board.id, board.name) = ("b-board".into(), "mine".into());
    let upsert = || Board::bulk_create([board.clone()]).on_conflict(Board::ID).update(Board::NAME);
    assert!(town.refused(upsert().run(&town.across).await).is_tenant_missing());
    let narrowed =
        Board::bulk_create([board.clone()]).in_tenant("acme").on_conflict(Board::ID).update(Board::NAME);
    assert!(town.refused(narrowed.run(&town.across).await).is_unique_violation());
    assert_eq!(town.victim().await, before);
}

crate::cases![
    attack_01_read_other_id,
    attack_02_filter_other_tenant,
    attack_03_filter_both_tenants,
    attack_04_logic,
    attack_05_count,
    attack_06_update_other_id,
    attack_07_set_the_tenant,
    attack_08_set_the_key,
    attack_09_delete_other_id,
    attack_10_restore_other_row,
    attack_11_create_is_stamped,
    attack_12_create_with_other_tenant,
    attack_13_create_with_an_id_of_another,
    attack_14_clash_on_a_unique_of_the_tenant,
    attack_15_clash_on_a_global_unique,
    attack_16_upsert_on_another_key,
    attack_17_do_nothing_never_tells_that_it_exists,
    attack_20_bulk_create_with_mixed_tenants,
    attack_21_every_row_of_every_chunk_is_stamped,
    attack_22_update_of_several_keys,
    attack_25_bulk_delete_without_a_filter,
    attack_26_the_same_id_twice,
    an_upsert_across_tenants_says_whose_it_is,
];
