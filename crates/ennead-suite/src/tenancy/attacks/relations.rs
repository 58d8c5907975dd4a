//! Attack 43: through relations, in conditions and beside rows.

use ennead::With;
use ennead::prelude::*;
use serde_json::{Value as Json, json};

use super::town::*;
use crate::Bed;

/// Rows that only somebody with raw SQL could make: where no key of the database keeps tenants apart, a row of the attacker's
/// names one of the victim's. And both tenants have stars of a user of the same key.
async fn entangled(bed: &Bed) -> Town {
    let town = Town::new(bed).await;
    for (tenant, board) in [(&town.a, "a-board"), (&town.b, "b-board")] {
        let star = NewStar { user_id: "same-user".into(), board_id: board.into() };
        Star::create(star).run(tenant).await.unwrap();
    }
    town.across.execute("UPDATE pins SET source_id = 'b-board' WHERE id = 'a-pin'").await.unwrap();
    town.across.execute("UPDATE widgets SET above_id = 'b-widget' WHERE id = 'a-widget'").await.unwrap();
    town
}

async fn attack_43_conditions_on_related_rows(bed: Bed) {
    let town = entangled(&bed).await;
    let canary = town.canary.as_str();
    let board = || Board::NAME.eq(canary);
    // To one, forged and not; none of the victim's is there, so `none` is true of it.
    for hit in [Pin::SOURCE.any(), Pin::SOURCE.exists(board()), Pin::SOURCE.not_exists(board()).not()] {
        assert_eq!(Pin::list().filter(hit.clone()).run(&town.a).await.unwrap(), []);
        assert_eq!(Pin::count().filter(hit).run(&town.a).await.unwrap(), 0);
    }
    assert_eq!(Pin::count().filter(Pin::SOURCE.none()).run(&town.a).await.unwrap(), 1);
    assert_eq!(Widget::count().filter(Widget::ABOVE.any()).run(&town.a).await.unwrap(), 0);
    // By several hops, up and down.
    let up = Pin::WIDGET.exists(Widget::ABOVE.exists(Widget::BOARD.exists(board())));
    assert_eq!(Pin::list().filter(up).run(&town.a).await.unwrap(), []);
    let down = Widget::BOARD.inverse().exists(Pin::WIDGET.inverse().exists(Pin::LABEL.eq("b-label")));
    assert_eq!(Board::list().filter(down).run(&town.a).await.unwrap(), []);
    let tickets = Ticket::USER.inverse().exists(Ticket::TITLE.eq(canary));
    assert_eq!(User::list().filter(tickets.clone()).run(&town.a).await.unwrap(), []);
    assert_eq!(User::count().filter(tickets.not()).run(&town.a).await.unwrap(), 2);
    let root = User::ORGANIZATION.exists(Organization::NAME.eq(canary));
    assert_eq!(User::count().filter(root).run(&town.a).await.unwrap(), 0);
    // The same key in two tenants: each has its own stars.
    let starred = |board: &str| Star::USER.inverse().exists(Star::BOARD_ID.eq(board));
    assert_eq!(User::count().filter(starred("b-board")).run(&town.a).await.unwrap(), 0);
    assert_eq!(User::count().filter(starred("a-board")).run(&town.a).await.unwrap(), 1);
    let across = User::list().filter(starred("b-board")).run(&town.across).await.unwrap();
    assert_eq!(across.iter().map(|user| user.organization_id.as_str()).collect::<Vec<_>>(), ["bravo"]);
}

async fn attack_43_writes_where_related_rows_are(bed: Bed) {
    let town = entangled(&bed).await;
    let before = town.victim().await;
    let theirs = || Pin::SOURCE.exists(Board::NAME.eq(town.canary.as_str()));
    let changed = Pin::bulk_update().filter(theirs()).set(Pin::LABEL, "taken").run(&town.a).await.unwrap();
    assert_eq!(changed.affected, 0);
    assert_eq!(Pin::bulk_delete().filter(theirs()).run(&town.a).await.unwrap().affected, 0);
    let unmet = Pin::update("a-pin").set(Pin::LABEL, "taken").when(theirs()).run(&town.a).await;
    assert!(town.refused(unmet).is_conflict());
    let of_boards = Widget::BOARD.inverse().any();
    let views = Board::bulk_update().filter(of_boards).add(Board::VIEWS, 1).run(&town.a).await.unwrap();
    assert_eq!(views.affected, 1);
    // Row level security would refuse to write the entangled row at all.
    let clean = NewPin { widget_id: "a-widget".into(), label: "clean".into() };
    Pin::create(clean).set(Pin::ID, "clean").run(&town.a).await.unwrap();
    let met = Pin::update("clean").set(Pin::LABEL, "mine").when(Pin::SOURCE.none()).run(&town.a).await;
    assert_eq!(met.unwrap().label, "mine");
    assert_eq!(town.victim().await, before);
}

async fn attack_43_rows_beside_rows(bed: Bed) {
    let town = entangled(&bed).await;
    let pins = Pin::list().include((Pin::SOURCE, Pin::WIDGET.include(Widget::ABOVE))).run(&town.a).await;
    let [With { row, related: (source, widget), .. }] = &town.safe(pins).unwrap()[..] else {
        panic!("one pin")
    };
    assert_eq!((row.source_id.as_deref(), source), (Some("b-board"), &None));
    let widget = widget.as_ref().unwrap();
    assert_eq!((widget.above_id.as_deref(), &widget.related), (Some("b-widget"), &None));
    let read = town.safe(Pin::read("a-pin").include(Pin::SOURCE).run(&town.a).await).unwrap();
    assert_eq!(read.related, None);
    assert!(town.refused(Pin::read("b-pin").include(Pin::WIDGET).run(&town.a).await).is_not_found());
    // Each tenant's own, where keys are the same.
    let users = User::list().filter(User::ID.eq("same-user")).include(Star::USER.inverse());
    let users = town.safe(users.run(&town.a).await).unwrap();
    assert_eq!(users[0].related.iter().map(|star| star.board_id.as_str()).collect::<Vec<_>>(), ["a-board"]);
    let across = User::list().filter(User::ID.eq("same-user")).include(Star::USER.inverse());
    for user in across.run(&town.across).await.unwrap() {
        assert!(user.related.iter().all(|star| star.organization_id == user.organization_id), "{user:?}");
        assert_eq!(user.related.len(), 1);
    }
    let narrowed = User::list().in_tenant("bravo").include(Star::USER.inverse()).run(&town.across).await;
    assert_eq!(narrowed.unwrap().iter().map(|user| user.related.len()).sum::<usize>(), 1);
}

/// A row of the victim's that came into the attacker's hands opens nothing.
async fn attack_43_related_to_a_row_of_another(bed: Bed) {
    let town = entangled(&bed).await;
    let user = User::read("same-user").run(&town.b).await.unwrap();
    assert_eq!(user.related(Star::USER.inverse()).run(&town.b).await.unwrap().len(), 1);
    let stars = town.safe(user.related(Star::USER.inverse()).run(&town.a).await).unwrap();
    assert_eq!(stars, []);
    assert_eq!(user.related(User::ORGANIZATION).run(&town.a).await.unwrap(), None);
    let board = Board::read("b-board").run(&town.b).await.unwrap();
    assert_eq!(board.related(Widget::BOARD.inverse()).run(&town.a).await.unwrap(), []);
}

/// What belongs to a row that its owner shares is read as the row is; what the owner keeps stays hidden.
async fn attack_43_relations_of_shared_rows(bed: Bed) {
    let town = entangled(&bed).await;
    let lines = Line::TEMPLATE.inverse();
    let with_lines = Template::list().filter(lines.any()).include(lines);
    let own = town.safe(with_lines.run(&town.a).await).unwrap();
    assert_eq!(own.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a-template"]);
    let share = Template::update("b-template").set(Template::IS_PUBLIC, true).set(Template::BODY, "shared");
    share.run(&town.b).await.unwrap();
    Line::update("b-line").set(Line::TEXT, "shared line").run(&town.b).await.unwrap();
    let order = Template::ID.asc();
    let both = Template::list().order_by(order).include(lines).run(&town.a).await.unwrap();
    assert_eq!(both.iter().map(|row| row.related.len()).collect::<Vec<_>>(), [1, 1]);
    // Deleted softly it is shared no more, and neither is what belongs to it.
    Template::delete("b-template").run(&town.b).await.unwrap();
    let left = Line::list().filter(Line::TEMPLATE.any()).run(&town.a).await.unwrap();
    assert_eq!(left.iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["a-line"]);
}

/// The same by name: conditions, rows beside rows, and the first of them.
async fn attack_43_relations_by_name(bed: Bed) {
    let town = entangled(&bed).await;
    let canary = town.canary.as_str();
    let run = async |scope: &Tenant, node: &str, params: Json| {
        town.safe(schema().node(node).unwrap().run(scope, params).await)
    };
    let pins = json!({ "include": ["source", "widget.above", "widget.board.widgets"] });
    let pins = run(&town.a, "ListPinNode", pins).await.unwrap();
    assert_eq!((&pins[0]["source_id"], &pins[0]["source"]), (&json!("b-board"), &json!(null)));
    assert_eq!(
        (&pins[0]["widget"]["above_id"], &pins[0]["widget"]["above"]),
        (&json!("b-widget"), &json!(null))
    );
    assert_eq!(pins[0]["widget"]["board"]["widgets"].as_array().unwrap().len(), 1);
    for hit in [
        json!({ "source": {} }),
        json!({ "source": { "name": canary } }),
        json!({ "source": { "$exists": true } }),
        json!({ "$not": { "source": { "$none": { "name": canary } } } }),
        json!({ "widget": { "above": { "board": { "name": canary } } } }),
        json!({ "widget": { "board": { "widgets": { "$some": { "title": canary } } } } }),
    ] {
        let found = run(&town.a, "CountPinNode", json!({ "filter": hit })).await.unwrap();
        assert_eq!(found["count"], 0, "{hit}");
    }
    let theirs = json!({ "source": { "name": canary } });
    let before = town.victim().await;
    let taken = json!({ "filter": theirs, "data": { "label": "taken" } });
    assert_eq!(run(&town.a, "BulkUpdatePinNode", taken).await.unwrap()["affected"], 0);
    assert_eq!(run(&town.a, "BulkDeletePinNode", json!({ "filter": theirs })).await.unwrap()["affected"], 0);
    let unmet = json!({ "id": "a-pin", "data": { "label": "taken" }, "when": theirs });
    assert!(run(&town.a, "UpdatePinNode", unmet).await.unwrap_err().is_conflict());
    assert_eq!(town.victim().await, before);
    // The same key in both tenants, and the first of each.
    let users = json!({ "filter": { "id": "same-user" }, "include": { "stars": { "limit": 5 } } });
    for (scope, board) in [(&town.a, "a-board"), (&town.b, "b-board")] {
        let rows = schema().node("ListUserNode").unwrap().run(scope, users.clone()).await.unwrap();
        let stars = rows[0]["stars"].as_array().unwrap();
        assert_eq!(
            (rows.as_array().unwrap().len(), stars.len(), &stars[0]["board_id"]),
            (1, 1, &json!(board))
        );
    }
    let across = schema().node("ListUserNode").unwrap().run(&town.across, users).await.unwrap();
    for user in across.as_array().unwrap() {
        assert_eq!(user["stars"].as_array().unwrap().len(), 1);
        assert_eq!(user["stars"][0]["organization_id"], user["organization_id"]);
    }
    // A tenant other than the scope's is no condition, at any depth; nor is a scope a parameter of what is included.
    for wrong in [
        json!({ "filter": { "stars": { "$some": { "organization_id": "bravo" } } } }),
        json!({ "include": { "stars": { "filter": { "organization_id": "bravo" } } } }),
        json!({ "include": { "stars": { "scope": "across_tenants" } } }),
        json!({ "include": { "stars": { "in_tenant": "bravo" } } }),
    ] {
        assert!(run(&town.a, "ListUserNode", wrong).await.unwrap_err().is_invalid_input());
    }
}

/// The first rows of each are the first of the tenant's own: another's before them are not counted.
async fn attack_43_the_first_rows_of_each(bed: Bed) {
    let town = entangled(&bed).await;
    let first = || User::list().filter(User::ID.eq("same-user")).include(User::STARS.limit(1));
    let own = town.safe(first().run(&town.a).await).unwrap();
    assert_eq!(own[0].related[0].board_id, "a-board");
    let theirs = first().run(&town.b).await.unwrap();
    assert_eq!(theirs[0].related[0].board_id, "b-board");
    let both = first().run(&town.across).await.unwrap();
    assert!(both.len() == 2 && both.iter().all(|user| user.related.len() == 1), "{both:?}");
    let board = Board::read("b-board").run(&town.b).await.unwrap();
    assert_eq!(board.related(Board::WIDGETS.limit(1)).run(&town.a).await.unwrap(), []);
    let pin = Pin::read("a-pin").run(&town.a).await.unwrap();
    let widget = town.safe(pin.related(Pin::WIDGET.include(Widget::ABOVE)).run(&town.a).await).unwrap();
    assert_eq!(widget.unwrap().related, None);
}

/// A lock holds what a tenant may write: nobody else's rows, shared or not, and no table that belongs to none.
async fn attack_43_locks_hold_no_other_rows(bed: Bed) {
    let town = entangled(&bed).await;
    Template::update("b-template")
        .set(Template::IS_PUBLIC, true)
        .set(Template::BODY, "shared")
        .run(&town.b)
        .await
        .unwrap();
    let work = town.a.transaction(async |tx| {
        let boards = Board::list().for_update().run(tx).await?;
        assert!(boards.iter().all(|board| board.organization_id != "bravo"), "{boards:?}");
        assert!(Board::read("b-board").for_update().run(tx).await.unwrap_err().is_not_found());
        let templates = Template::list().for_update().run(tx).await?;
        assert_eq!(templates.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["a-template"]);
        assert_eq!(Template::read("b-template").run(tx).await?.body, "shared");
        // While these are held, the victim writes all of its own; SQLite has one writer at a time.
        if bed.is_postgres() {
            Template::update("b-template").set(Template::BODY, "mine").run(&town.b).await?;
            Board::update("b-board").add(Board::VIEWS, 1).run(&town.b).await?;
        }
        Ok::<_, Error>(())
    });
    work.await.unwrap();
}

crate::cases![
    attack_43_relations_by_name,
    attack_43_the_first_rows_of_each,
    attack_43_locks_hold_no_other_rows,
    attack_43_conditions_on_related_rows,
    attack_43_writes_where_related_rows_are,
    attack_43_rows_beside_rows,
    attack_43_related_to_a_row_of_another,
    attack_43_relations_of_shared_rows,
];
