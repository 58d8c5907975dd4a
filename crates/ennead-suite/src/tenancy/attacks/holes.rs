//! Holes that were looked for beside the numbered attacks.

use ennead::prelude::*;

use super::town::*;
use crate::Bed;

/// An upsert that meets one's own row may not move it under another's parent, and one that meets another's row is a clash.
async fn an_upsert_moves_nothing_to_another_parent(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let upsert = |id: &str, board: &str| {
        Widget::create(widget(board, "mine"))
            .set(Widget::ID, id)
            .on_conflict(Widget::ID)
            .update((Widget::BOARD_ID, Widget::TITLE))
    };
    assert!(town.refused(upsert("a-widget", "b-board").run(&town.a).await).is_foreign_key_violation());
    assert!(town.refused(upsert("b-widget", "b-board").run(&town.a).await).is_foreign_key_violation());
    assert!(town.refused(upsert("b-widget", "a-board").run(&town.a).await).is_unique_violation());
    assert_eq!(upsert("a-widget", "a-board-2").run(&town.a).await.unwrap().board_id, "a-board-2");
    // The second reference, too, and many at once: all or none.
    let source = |id: &str, source: &str| {
        Widget::create(widget("a-board", "mine"))
            .set(Widget::ID, id)
            .set(Widget::SOURCE_ID, Some(source.to_owned()))
    };
    let many = [source("n-1", "a-board"), source("a-widget", "b-board")];
    let many = Widget::bulk_create(many).on_conflict(Widget::ID).update(Widget::SOURCE_ID);
    assert!(town.refused(many.run(&town.a).await).is_foreign_key_violation());
    assert_eq!(Widget::count().run(&town.a).await.unwrap(), 1);
    assert_eq!(town.victim().await, before);
}

/// A number that is everybody's: what another took meanwhile is a clash at the restore, told as any.
async fn a_restore_meets_what_another_took(bed: Bed) {
    let town = Town::new(&bed).await;
    Ticket::delete("a-ticket").run(&town.a).await.unwrap();
    let taken = Ticket::create(NewTicket { number: "a-number".into(), title: town.canary.clone() });
    taken.run(&town.b).await.unwrap();
    let before = town.victim().await;
    let error = town.refused(Ticket::restore("a-ticket").run(&town.a).await);
    assert!(error.is_unique_violation() && error.fields() == ["number"], "{error:?}");
    // The same where the other row is one's own.
    let own = || NewTicket { number: "own".into(), title: "x".into() };
    Ticket::create(own()).set(Ticket::ID, "dead").run(&town.a).await.unwrap();
    Ticket::delete("dead").run(&town.a).await.unwrap();
    Ticket::create(own()).run(&town.a).await.unwrap();
    let same = town.refused(Ticket::restore("dead").run(&town.a).await);
    assert_eq!(shown(&error), shown(&same));
    assert_eq!(town.victim().await, before);
}

/// The bypass, narrowed: it is the tenant's own view, in and out of transactions, and the next operation is wide again.
async fn a_narrowed_bypass_sees_one_tenant(bed: Bed) {
    let town = Town::new(&bed).await;
    let narrowed = User::list().in_tenant("acme").run(&town.across).await;
    assert!(town.safe(narrowed).unwrap().iter().all(|row| row.organization_id == "acme"));
    let update = User::update("b-user").set(User::NAME, "x").in_tenant("acme").run(&town.across).await;
    assert!(town.refused(update).is_not_found());
    assert!(
        town.refused(Widget::delete("b-widget").in_tenant("acme").run(&town.across).await).is_not_found()
    );
    let create = Widget::create(widget("b-board", "x")).in_tenant("acme").run(&town.across).await;
    assert!(town.refused(create).is_foreign_key_violation());
    town.across
        .transaction(async |tx| {
            assert_eq!(User::count().in_tenant("acme").run(tx).await?, 2);
            assert_eq!(User::count().run(tx).await?, 4);
            let nested: Result<(), Error> = tx
                .transaction(async |tx| {
                    User::create(user("t@a.com", "t")).in_tenant("acme").run(tx).await?;
                    Err(Error::invalid("rolled back"))
                })
                .await;
            assert!(nested.is_err());
            assert_eq!(User::count().in_tenant("bravo").run(tx).await?, 2);
            Ok::<(), Error>(())
        })
        .await
        .unwrap();
    assert_eq!(User::count().run(&town.across).await.unwrap(), 4);
}

/// Savepoints that are rolled back take neither the tenant away nor put another in its place; the connection that was used
/// belongs to nobody afterwards.
async fn savepoints_keep_the_tenant(bed: Bed) {
    let town = Town::with(&bed, crate::bed::quick(bed.kind()).max_connections(1)).await;
    for (tenant, own) in [(&town.a, "acme"), (&town.b, "bravo"), (&town.a, "acme")] {
        tenant
            .transaction(async |tx| {
                for _ in 0..3 {
                    let nested = tx
                        .transaction(async |tx| {
                            User::create(user("n@n.com", "n")).run(tx).await?;
                            User::create(user("n@n.com", "n")).run(tx).await.map(|_| ())
                        })
                        .await;
                    assert!(nested.unwrap_err().is_unique_violation());
                    let rows = User::list().run(tx).await?;
                    assert_eq!(rows.len(), 2);
                    assert!(rows.iter().all(|row| row.organization_id == own));
                    let row = User::create(user("s@s.com", "s")).run(tx).await?;
                    assert_eq!(row.organization_id, own);
                    User::delete(&row.id).run(tx).await?;
                }
                Ok::<(), Error>(())
            })
            .await
            .unwrap();
        assert_eq!(Plan::count().run(&town.db).await.unwrap(), 0);
    }
    assert_eq!(User::count().run(&town.across).await.unwrap(), 4);
}

/// So many rows that Postgres gets them as COPY: one row of another tenant, and none is written; every row is stamped.
async fn a_copy_carries_the_tenant_in_every_row(bed: Bed) {
    let town = Town::new(&bed).await;
    let before = town.victim().await;
    let mut rows: Vec<User> = (0..500)
        .map(|at| User {
            id: format!("copy-{at}"),
            organization_id: "acme".into(),
            email: format!("{at}@a.com"),
            name: "x".into(),
            password_hash: None,
            manager_id: None,
            logins: 0,
            data: None,
        })
        .collect();
    rows[499].organization_id = "bravo".into();
    assert!(town.refused(User::bulk_create(rows.clone()).run(&town.a).await).is_invalid_input());
    assert_eq!(User::count().run(&town.across).await.unwrap(), 4);
    rows[499].organization_id = "acme".into();
    let bulk = User::bulk_create(rows.clone()).run(&town.a).await;
    assert_eq!(town.safe(bulk).unwrap().affected, 500);
    let news = (0..500).map(|at| Ticket::create(NewTicket { number: format!("c{at}"), title: "x".into() }));
    Ticket::bulk_create(news).run(&town.a).await.unwrap();
    for (tenant, users, tickets) in [("acme", 502, 501), ("bravo", 2, 1)] {
        assert_eq!(User::count().in_tenant(tenant).run(&town.across).await.unwrap(), users);
        assert_eq!(Ticket::count().in_tenant(tenant).run(&town.across).await.unwrap(), tickets);
    }
    // A clash within a COPY tells names and no values, whoever owns the row.
    let clash = |number: &str| {
        let rows = (0..100).map(|at| NewTicket { number: format!("d{at}"), title: "x".into() });
        let last = NewTicket { number: number.into(), title: "x".into() };
        Ticket::bulk_create(rows.chain([last]).collect::<Vec<_>>())
    };
    let (own, other) = (clash("a-number").run(&town.a).await, clash("b-number").run(&town.a).await);
    let (own, other) = (town.refused(own), town.refused(other));
    assert!(other.is_unique_violation());
    assert_eq!(shown(&own), shown(&other));
    assert_eq!(town.victim().await, before);
}

crate::cases![
    a_copy_carries_the_tenant_in_every_row,
    a_narrowed_bypass_sees_one_tenant,
    a_restore_meets_what_another_took,
    an_upsert_moves_nothing_to_another_parent,
    savepoints_keep_the_tenant,
];
