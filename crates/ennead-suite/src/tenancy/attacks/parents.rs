//! Attacks 27 to 42: on parents, tenant roots and global models.

use ennead::prelude::*;

use super::town::*;
use crate::Bed;

async fn attack_27_children_of_another_parent(bed: Bed) {
    let town = Town::new(&bed).await;
    let filter = Widget::BOARD_ID.eq("b-board");
    assert_eq!(Widget::list().filter(filter.clone()).run(&town.a).await.unwrap(), []);
    assert_eq!(Widget::count().filter(filter).run(&town.a).await.unwrap(), 0);
    assert_eq!(Pin::list().filter(Pin::WIDGET_ID.eq("b-widget")).run(&town.a).await.unwrap(), []);
    assert!(town.refused(Widget::read("b-widget").run(&town.a).await).is_not_found());
    assert!(town.refused(Pin::read("b-pin").run(&town.a).await).is_not_found());
}

/// Creates under another's parent fail as under a missing one, whatever the key between the two.
async fn attack_28_child_under_another_parent(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let via = |board: &str| Widget::create(widget(board, "mine"));
    let missing = town.refused(via("nothing").run(&town.a).await);
    let other = town.refused(via("b-board").run(&town.a).await);
    assert!(other.is_foreign_key_violation());
    assert_eq!(format!("{missing:?}"), format!("{other:?}"));
    let two = |widget: &str| Pin::create(NewPin { widget_id: widget.into(), label: "new".into() });
    let (missing, other) =
        (town.refused(two("nothing").run(&town.a).await), town.refused(two("b-widget").run(&town.a).await));
    assert_eq!(format!("{missing:?}"), format!("{other:?}"));
    let composite = |user: &str| {
        Ticket::create(NewTicket { number: "new".into(), title: "x".into() })
            .set(Ticket::USER_ID, Some(user.to_owned()))
    };
    let (missing, other) = (
        town.refused(composite("nobody").run(&town.a).await),
        town.refused(composite("b-user").run(&town.a).await),
    );
    assert!(other.is_foreign_key_violation());
    assert_eq!(format!("{missing:?}"), format!("{other:?}"));
    let bulk = Widget::bulk_create([widget("a-board", "x"), widget("b-board", "x")]);
    assert!(town.refused(bulk.run(&town.a).await).is_foreign_key_violation());
    let stream = Widget::bulk_create_stream(futures_util::stream::iter([widget("b-board", "x")]));
    assert!(town.refused(stream.run(&town.a).await).is_foreign_key_violation());
    let upsert = via("b-board").set(Widget::ID, "a-widget").on_conflict(Widget::ID);
    assert!(town.refused(upsert.update(Widget::BOARD_ID).run(&town.a).await).is_foreign_key_violation());
    let book = Book::create(NewBook { shelf_id: theirs(&town).await });
    assert!(town.refused(book.run(&town.a).await).is_foreign_key_violation());
    // A shared row is no parent to write under, either.
    assert_eq!(town.victim().await, before);
    assert_eq!(Widget::count().run(&town.a).await.unwrap(), 1);
}

async fn theirs(town: &Town) -> i64 {
    Shelf::list().first(&town.b).await.unwrap().unwrap().id
}

async fn attack_29_move_to_another_parent(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let to = |board: &str| Widget::update("a-widget").set(Widget::BOARD_ID, board);
    let (missing, other) =
        (town.refused(to("nothing").run(&town.a).await), town.refused(to("b-board").run(&town.a).await));
    assert!(other.is_foreign_key_violation());
    assert_eq!(format!("{missing:?}"), format!("{other:?}"));
    let each = Widget::bulk_update_each([to("b-board")]);
    assert!(town.refused(each.run(&town.a).await).is_foreign_key_violation());
    let bulk = Widget::bulk_update().all_rows().set(Widget::BOARD_ID, "b-board");
    assert!(town.refused(bulk.run(&town.a).await).is_foreign_key_violation());
    let pin = Pin::update("a-pin").set(Pin::WIDGET_ID, "b-widget");
    assert!(town.refused(pin.run(&town.a).await).is_foreign_key_violation());
    let ticket = Ticket::update("a-ticket").set(Ticket::USER_ID, Some("b-user".to_owned()));
    assert!(town.refused(ticket.run(&town.a).await).is_foreign_key_violation());
    // By arithmetic: a counted key plus a number is a key, too.
    let (own, other) = (Shelf::list().first(&town.a).await.unwrap().unwrap().id, theirs(&town).await);
    let book = || Book::update("a-book").add(Book::SHELF_ID, other - own);
    assert!(town.refused(book().run(&town.a).await).is_invalid_input());
    assert!(town.refused(Book::bulk_update_each([book()]).run(&town.a).await).is_invalid_input());
    let bulk = Book::bulk_update().all_rows().add(Book::SHELF_ID, other - own);
    assert!(town.refused(bulk.run(&town.a).await).is_invalid_input());
    let upsert = Book::create(NewBook { shelf_id: own }).set(Book::ID, "a-book").on_conflict(Book::ID);
    assert!(
        town.refused(upsert.update_add(Book::SHELF_ID, other - own).run(&town.a).await).is_invalid_input()
    );
    assert_eq!(Book::read("a-book").run(&town.a).await.unwrap().shelf_id, own);
    assert_eq!(town.victim().await, before);
}

async fn attack_30_two_parents_of_two_tenants(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let mixed = Widget::create(widget("a-board", "x")).set(Widget::SOURCE_ID, Some("b-board".to_owned()));
    assert!(town.refused(mixed.run(&town.a).await).is_foreign_key_violation());
    let mixed = Widget::update("a-widget").set(Widget::SOURCE_ID, Some("b-board".to_owned()));
    assert!(town.refused(mixed.run(&town.a).await).is_foreign_key_violation());
    let mixed = Pin::update("a-pin").set(Pin::SOURCE_ID, Some("b-board".to_owned()));
    assert!(town.refused(mixed.run(&town.a).await).is_foreign_key_violation());
    let mixed = Pin::create(NewPin { widget_id: "b-widget".into(), label: "x".into() })
        .set(Pin::SOURCE_ID, Some("a-board".to_owned()));
    assert!(town.refused(mixed.run(&town.a).await).is_foreign_key_violation());
    // Not under the bypass, either: it has to say whose the row is.
    let mixed = || Widget::create(widget("a-board", "x")).set(Widget::SOURCE_ID, Some("b-board".to_owned()));
    assert!(town.refused(mixed().run(&town.across).await).is_tenant_missing());
    assert!(town.refused(mixed().in_tenant("acme").run(&town.across).await).is_foreign_key_violation());
    let moved = Widget::update("a-widget").set(Widget::BOARD_ID, "b-board");
    assert!(town.refused(moved.run(&town.across).await).is_tenant_missing());
    assert_eq!(town.victim().await, before);
}

/// What a filter compares is never the reason of an error that tells another tenant's value.
async fn attack_32_casts_through_a_parent(bed: Bed) {
    let town = Town::new(&bed).await;
    let number = Widget::DATA.path(["n"]);
    for filter in [
        number.clone().gt(5),
        number.clone().lt(0.5),
        number.clone().ge("x"),
        Widget::DATA.path(["n", "0", "deep"]).eq(1),
        Widget::DATA.path(["z"]).gt(-1).and(number.gt(1)),
    ] {
        let rows = town.safe(Widget::list().filter(filter).run(&town.a).await).unwrap();
        assert!(rows.iter().all(|row| row.board_id == "a-board"));
    }
    // Arithmetic is done on one's own rows only.
    let full = User::bulk_update().filter(User::ORGANIZATION_ID.eq("bravo").or(User::LOGINS.ge(0)));
    User::update("b-user").set(User::LOGINS, i64::MAX).run(&town.b).await.unwrap();
    assert_eq!(full.add(User::LOGINS, 1).run(&town.a).await.unwrap().affected, 2);
}

/// No row without a parent, and no tenant column that is NULL: the database refuses both.
async fn attack_33_null_through_a_parent(bed: Bed) {
    let town = Town::new(&bed).await;
    for sql in [
        "INSERT INTO widgets (id, board_id, title) VALUES ('x', NULL, 'x')",
        "UPDATE widgets SET board_id = NULL",
        "UPDATE users SET organization_id = NULL",
        "INSERT INTO users (id, organization_id, email, name) VALUES ('x', NULL, 'x', 'x')",
    ] {
        town.refused(town.across.execute(sql).await);
    }
}

async fn attack_34_self_reference_to_another(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let user = |manager: &str| User::update("a-user").set(User::MANAGER_ID, Some(manager.to_owned()));
    let (missing, other) =
        (town.refused(user("nobody").run(&town.a).await), town.refused(user("b-user").run(&town.a).await));
    assert!(other.is_foreign_key_violation());
    assert_eq!(format!("{missing:?}"), format!("{other:?}"));
    let widget = |above: &str| Widget::update("a-widget").set(Widget::ABOVE_ID, Some(above.to_owned()));
    let (missing, other) = (
        town.refused(widget("nothing").run(&town.a).await),
        town.refused(widget("b-widget").run(&town.a).await),
    );
    assert_eq!(format!("{missing:?}"), format!("{other:?}"));
    widget("a-widget").run(&town.a).await.unwrap();
    // The same key in both: one's own is meant.
    user("same-user").run(&town.a).await.unwrap();
    User::delete("same-user").run(&town.a).await.unwrap();
    let row = User::read("a-user").run(&town.a).await.unwrap();
    assert_eq!((row.manager_id, row.organization_id.as_str()), (None, "acme"), "the tenant stays");
    assert_eq!(town.victim().await, before);
}

/// The database's own keys hold the tenant: not even raw SQL makes a reference, a move or a cascade across tenants.
async fn attack_35_cascade_across_tenants(bed: Bed) {
    let town = Town::new(&bed).await;
    for sql in [
        "UPDATE ticket SET user_id = 'b-user' WHERE organization_id = 'acme'",
        "UPDATE ticket SET organization_id = 'bravo' WHERE id = 'a-ticket'",
        "UPDATE users SET organization_id = 'bravo' WHERE id = 'a-user'",
        "UPDATE users SET manager_id = 'b-user' WHERE id = 'a-user'",
        "INSERT INTO stars (id, organization_id, user_id, board_id) VALUES ('x', 'acme', 'a-user', 'b-board')",
        "UPDATE users SET organization_id = 'nowhere' WHERE id = 'a-user'",
    ] {
        let error = town.refused(town.across.execute(sql).await);
        assert!(error.is_foreign_key_violation(), "{sql}: {error}");
    }
    let before = town.victim().await;
    // Cascades take the own children, and those of the same key elsewhere stay.
    for (tenant, prefix) in [(&town.a, "a"), (&town.b, "b")] {
        Ticket::create(NewTicket { number: format!("{prefix}-2"), title: "x".into() })
            .set(Ticket::USER_ID, Some("same-user".to_owned()))
            .set(Ticket::ID, "same-ticket")
            .run(tenant)
            .await
            .unwrap();
    }
    User::delete("same-user").run(&town.a).await.unwrap();
    assert!(Ticket::read("same-ticket").optional(&town.a).await.unwrap().is_none());
    assert!(Ticket::read("same-ticket").optional(&town.b).await.unwrap().is_some());
    Ticket::delete("same-ticket").hard().run(&town.b).await.unwrap();
    assert_eq!(town.victim().await, before);
}

async fn attack_36_two_hops_through_a_deleted_middle(bed: Bed) {
    let town = Town::new(&bed).await;
    Widget::delete("b-widget").run(&town.b).await.unwrap();
    assert!(town.refused(Pin::read("b-pin").run(&town.a).await).is_not_found());
    assert_eq!(Pin::read("b-pin").run(&town.b).await.unwrap().id, "b-pin");
    // Gone for good the middle cannot go while rows lean on it.
    let gone = Widget::delete("b-widget").hard().run(&town.b).await;
    assert!(gone.unwrap_err().is_foreign_key_violation());
    // And were it gone behind the back of the keys, the row would be nobody's.
    let drop = match bed.is_postgres() {
        true => {
            "ALTER TABLE pins DROP CONSTRAINT fk_pins_widget_id; DELETE FROM widgets WHERE id = 'b-widget'"
        }
        false => "PRAGMA foreign_keys = OFF; DELETE FROM widgets WHERE id = 'b-widget'",
    };
    town.across.execute(drop).await.unwrap();
    for tenant in [&town.a, &town.b] {
        assert!(Pin::read("b-pin").optional(tenant).await.unwrap().is_none());
        assert!(Pin::update("b-pin").set(Pin::LABEL, "x").run(tenant).await.unwrap_err().is_not_found());
    }
}

async fn attack_37_list_organizations(bed: Bed) {
    let town = Town::new(&bed).await;
    let all = town.safe(Organization::list().run(&town.a).await).unwrap();
    assert_eq!(all.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["acme"]);
    assert_eq!(Organization::count().run(&town.a).await.unwrap(), 1);
    assert!(town.refused(Organization::read("bravo").run(&town.a).await).is_not_found());
}

/// Creating and deleting one does not compile; marking one as deleted, or bringing it back, is an error.
async fn attack_38_change_another_organization(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let update = Organization::update("bravo").set(Organization::NAME, "mine");
    assert!(town.refused(update.run(&town.a).await).is_not_found());
    let all = Organization::bulk_update().all_rows().set(Organization::NAME, "mine");
    assert_eq!(all.run(&town.a).await.unwrap().affected, 1);
    assert_eq!(town.victim().await, before);
    let now = chrono::DateTime::from_timestamp(0, 0);
    let leave = Organization::update("acme").set(Organization::DELETED_AT, now);
    assert!(town.refused(leave.run(&town.a).await).is_invalid_input());
    Organization::delete("acme").run(&town.across).await.unwrap();
    assert!(town.refused(Organization::restore("acme").run(&town.a).await).is_invalid_input());
    Organization::restore("acme").run(&town.across).await.unwrap();
}

async fn attack_42_a_row_that_joins_two_tenants(bed: Bed) {
    let town = Town::new(&bed).await;
    let star =
        |user: &str, board: &str| Star::create(NewStar { user_id: user.into(), board_id: board.into() });
    star("a-user", "a-board").run(&town.a).await.unwrap();
    for (user, board) in [("a-user", "b-board"), ("b-user", "a-board"), ("b-user", "b-board")] {
        for scope in [&town.a, &town.b] {
            if *scope.id() == *town.b.id() && (user, board) == ("b-user", "b-board") {
                continue;
            }
            assert!(town.refused(star(user, board).run(scope).await).is_foreign_key_violation());
        }
    }
}

/// The key of a shared row is no parent for another tenant, and the row is read but never written.
async fn shared_rows_are_read_only(bed: Bed) {
    let town = Town::new(&bed).await;
    Template::update("b-template")
        .set(Template::IS_PUBLIC, true)
        .set(Template::BODY, "for all")
        .run(&town.b)
        .await
        .unwrap();
    let before = town.victim().await;
    assert_eq!(Template::read("b-template").run(&town.a).await.unwrap().body, "for all");
    assert_eq!(Template::count().run(&town.a).await.unwrap(), 2);
    let update = || Template::update("b-template").set(Template::BODY, "mine");
    assert!(town.refused(update().run(&town.a).await).is_not_found());
    assert!(town.refused(update().when(Template::IS_PUBLIC.eq(true)).run(&town.a).await).is_not_found());
    assert!(town.refused(Template::delete("b-template").run(&town.a).await).is_not_found());
    let hide = Template::bulk_update().filter(Template::IS_PUBLIC.eq(true)).set(Template::IS_PUBLIC, false);
    assert_eq!(hide.run(&town.a).await.unwrap().affected, 0);
    assert_eq!(
        Template::bulk_delete().filter(Template::IS_PUBLIC.eq(true)).run(&town.a).await.unwrap().affected,
        0
    );
    assert_eq!(town.victim().await, before);
}

/// What belongs to a shared row is read as the row is, and written by its owner only.
async fn children_of_a_shared_row_are_read_as_it_is(bed: Bed) {
    let town = Town::new(&bed).await;
    assert_eq!(Line::count().run(&town.a).await.unwrap(), 1);
    let share = |shared: bool| Template::update("b-template").set(Template::IS_PUBLIC, shared);
    share(true).set(Template::BODY, "for all").run(&town.b).await.unwrap();
    Line::update("b-line").set(Line::TEXT, "a line for all").run(&town.b).await.unwrap();
    let before = town.victim().await;
    assert_eq!(Line::read("b-line").run(&town.a).await.unwrap().text, "a line for all");
    assert!(town.refused(Line::update("b-line").set(Line::TEXT, "mine").run(&town.a).await).is_not_found());
    assert!(town.refused(Line::delete("b-line").run(&town.a).await).is_not_found());
    let under = || NewLine { template_id: "b-template".into(), text: "mine".into() };
    assert!(town.refused(Line::create(under()).run(&town.a).await).is_foreign_key_violation());
    let moved = Line::update("a-line").set(Line::TEMPLATE_ID, "b-template");
    assert!(town.refused(moved.run(&town.a).await).is_foreign_key_violation());
    let upsert = Line::create(under()).set(Line::ID, "b-line").on_conflict(Line::ID).update(Line::TEXT);
    assert!(town.refused(upsert.run(&town.a).await).is_foreign_key_violation());
    let own = NewLine { template_id: "a-template".into(), text: "mine".into() };
    let upsert = Line::create(own).set(Line::ID, "b-line").on_conflict(Line::ID).update(Line::TEXT);
    assert!(town.refused(upsert.run(&town.a).await).is_unique_violation());
    assert_eq!(
        Line::bulk_update().all_rows().set(Line::TEXT, "mine").run(&town.a).await.unwrap().affected,
        1
    );
    assert_eq!(Line::bulk_delete().filter(Line::ID.eq("b-line")).run(&town.a).await.unwrap().affected, 0);
    assert_eq!(town.victim().await, before);
    share(false).run(&town.b).await.unwrap();
    assert!(Line::read("b-line").run(&town.a).await.unwrap_err().is_not_found());
}

/// A row that its owner deleted is shared no more, whatever is asked for.
async fn deleted_shared_rows_are_seen_by_their_owner_only(bed: Bed) {
    let town = Town::new(&bed).await;
    Template::update("b-template").set(Template::IS_PUBLIC, true).run(&town.b).await.unwrap();
    Template::delete("b-template").run(&town.b).await.unwrap();
    let before = town.victim().await;
    for list in [Template::list(), Template::list().with_deleted(), Template::list().only_deleted()] {
        let rows = town.safe(list.run(&town.a).await).unwrap();
        assert!(rows.iter().all(|row| row.organization_id == "acme"), "{rows:?}");
    }
    assert_eq!(Template::count().with_deleted().run(&town.a).await.unwrap(), 1);
    let read = Template::read("b-template").with_deleted().run(&town.a).await;
    assert!(town.refused(read).is_not_found());
    assert!(town.refused(Template::restore("b-template").run(&town.a).await).is_not_found());
    assert!(town.refused(Template::delete("b-template").hard().run(&town.a).await).is_not_found());
    assert_eq!(town.safe(Line::list().run(&town.a).await).unwrap().len(), 1, "nor what belongs to it");
    let narrowed = Template::list().with_deleted().in_tenant("acme").run(&town.across).await;
    assert_eq!(town.safe(narrowed).unwrap().len(), 1);
    assert_eq!(town.victim().await, before);
    assert_eq!(Template::list().only_deleted().run(&town.b).await.unwrap().len(), 1);
    Template::restore("b-template").run(&town.b).await.unwrap();
    assert_eq!(Template::count().run(&town.a).await.unwrap(), 2);
}

/// The owner's flag is the owner's: nobody else shares a row, and nobody hides one.
async fn the_flag_of_a_shared_row_is_its_owners(bed: Bed) {
    let town = Town::new(&bed).await;
    let flip = |shared: bool| Template::update("b-template").set(Template::IS_PUBLIC, shared);
    let theirs = async || format!("{:?}", Template::read("b-template").run(&town.b).await);
    for shared in [false, true] {
        flip(shared).run(&town.b).await.unwrap();
        let before = theirs().await;
        assert!(flip(!shared).run(&town.a).await.unwrap_err().is_not_found());
        assert!(
            flip(!shared).when(Template::IS_PUBLIC.eq(shared)).run(&town.a).await.unwrap_err().is_not_found()
        );
        assert!(Template::bulk_update_each([flip(!shared)]).run(&town.a).await.unwrap_err().is_not_found());
        let all = Template::bulk_update().all_rows().set(Template::IS_PUBLIC, !shared).run(&town.a).await;
        assert_eq!(all.unwrap().affected, 1);
        let new = || Template::create(NewTemplate { body: "mine".into() }).set(Template::ID, "b-template");
        let upsert = new().set(Template::IS_PUBLIC, true).on_conflict(Template::ID);
        let upsert = upsert.update((Template::IS_PUBLIC, Template::BODY)).run(&town.a).await;
        assert!(town.refused(upsert).is_unique_violation());
        let ignored = new().on_conflict(Template::ID).ignore().run(&town.a).await;
        assert!(town.refused(ignored).is_unique_violation());
        assert_eq!(theirs().await, before);
    }
}

crate::cases![
    children_of_a_shared_row_are_read_as_it_is,
    deleted_shared_rows_are_seen_by_their_owner_only,
    the_flag_of_a_shared_row_is_its_owners,
    attack_27_children_of_another_parent,
    attack_28_child_under_another_parent,
    attack_29_move_to_another_parent,
    attack_30_two_parents_of_two_tenants,
    attack_32_casts_through_a_parent,
    attack_33_null_through_a_parent,
    attack_34_self_reference_to_another,
    attack_35_cascade_across_tenants,
    attack_36_two_hops_through_a_deleted_middle,
    attack_37_list_organizations,
    attack_38_change_another_organization,
    attack_42_a_row_that_joins_two_tenants,
    shared_rows_are_read_only,
];
