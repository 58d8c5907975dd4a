//! Attack 5 with more than a count: sums, least and greatest values and groups tell nothing of another tenant's rows.

use ennead::count;
use ennead::prelude::*;
use serde_json::{Value as Json, json};

use super::town::*;
use crate::Bed;

/// The victim has the least and the greatest of everything, and groups of its own.
async fn extreme(bed: &Bed) -> Town {
    let town = Town::new(bed).await;
    for (key, views) in [("b-board", i64::MIN), ("b-board-2", i64::MAX)] {
        Board::update(key).set(Board::VIEWS, views).run(&town.b).await.unwrap();
    }
    Widget::update("b-widget").set(Widget::TITLE, format!("zz{}", town.canary)).run(&town.b).await.unwrap();
    town
}

async fn attack_5_least_and_greatest_values_are_the_tenants_own(bed: Bed) {
    let town = extreme(&bed).await;
    let all = (count(), Board::VIEWS.sum(), Board::VIEWS.min(), Board::VIEWS.max(), Board::NAME.min());
    let own = (2, Some(0), Some(0), Some(0), Some("plain".to_owned()));
    for filter in [None, Some(Board::NAME.eq(town.canary.as_str()).or(Board::VIEWS.ge(i64::MIN)))] {
        let asked = match filter {
            Some(filter) => Board::aggregate(all).filter(filter),
            None => Board::aggregate(all),
        };
        assert_eq!(town.safe(asked.run(&town.a).await).unwrap(), own);
    }
    // Through one parent and two, and the tenant itself.
    let titles = Widget::aggregate((count(), Widget::TITLE.min(), Widget::TITLE.max())).with_deleted();
    let plain = || Some("plain".to_owned());
    assert_eq!(town.safe(titles.run(&town.a).await).unwrap(), (1, plain(), plain()));
    let labels = Pin::aggregate((count(), Pin::LABEL.max())).run(&town.a).await;
    assert_eq!(town.safe(labels).unwrap(), (1, Some("a-label".to_owned())));
    let root = Organization::aggregate((count(), Organization::NAME.min(), Organization::ID.max()));
    assert_eq!(town.safe(root.run(&town.a).await).unwrap(), (1, plain(), Some("acme".to_owned())));
    // A sum that fits no value is told of one's own rows only.
    let error = Board::aggregate(Board::VIEWS.sum()).filter(Board::VIEWS.gt(0)).run(&town.a).await;
    assert_eq!(town.safe(error).unwrap(), None);
    let transaction = town.a.transaction(async |tx| Board::aggregate(all).run(tx).await).await;
    assert_eq!(town.safe(transaction).unwrap(), own);
}

async fn attack_5_groups_are_the_tenants_own(bed: Bed) {
    let town = extreme(&bed).await;
    let boards = Board::aggregate(count()).group_by((Board::ORGANIZATION_ID, Board::VIEWS));
    let own = [(("acme".to_owned(), 0), 2)];
    assert_eq!(town.safe(boards.run(&town.a).await).unwrap(), own);
    let ranked = Board::aggregate(Board::VIEWS.max()).group_by(Board::ID);
    let ranked = ranked.order_by(Board::VIEWS.max().desc()).limit(1).run(&town.a).await;
    assert_eq!(town.safe(ranked).unwrap(), [("a-board".to_owned(), Some(0))]);
    // A parent that holds nothing of one's own is no group; a forged reference makes the group, and tells nothing of it.
    town.across.execute("UPDATE widgets SET source_id = 'b-board' WHERE id = 'a-widget'").await.unwrap();
    let sources =
        Widget::aggregate(count()).group_by((Widget::BOARD_ID, Widget::SOURCE_ID)).run(&town.a).await;
    let forged = [(("a-board".to_owned(), Some("b-board".to_owned())), 1)];
    assert_eq!(town.safe(sources).unwrap(), forged);
    let theirs = Widget::SOURCE.exists(Board::NAME.eq(town.canary.as_str()));
    let none = Widget::aggregate(count()).group_by(Widget::BOARD_ID).filter(theirs).run(&town.a).await;
    assert_eq!(town.safe(none).unwrap(), []);
}

async fn attack_5_shared_rows_count_as_they_are_read(bed: Bed) {
    let town = extreme(&bed).await;
    let owners = || Template::aggregate((count(), Template::BODY.min())).group_by(Template::ORGANIZATION_ID);
    let own = || ("acme".to_owned(), (1, Some("plain".to_owned())));
    assert_eq!(town.safe(owners().run(&town.a).await).unwrap(), [own()]);
    let share = Template::update("b-template").set(Template::IS_PUBLIC, true).set(Template::BODY, "shared");
    share.run(&town.b).await.unwrap();
    let shared = ("bravo".to_owned(), (1, Some("shared".to_owned())));
    assert_eq!(town.safe(owners().run(&town.a).await).unwrap(), [own(), shared]);
    // A row that its owner deleted is shared no more, whoever asks for the dead.
    Template::delete("b-template").run(&town.b).await.unwrap();
    assert_eq!(town.safe(owners().with_deleted().run(&town.a).await).unwrap(), [own()]);
}

async fn attack_5_the_bypass_narrows_itself(bed: Bed) {
    let town = extreme(&bed).await;
    let boards = || Board::aggregate((count(), Board::VIEWS.max())).group_by(Board::ORGANIZATION_ID);
    let all = boards().run(&town.across).await.unwrap();
    assert_eq!(all, [("acme".to_owned(), (2, Some(0))), ("bravo".to_owned(), (2, Some(i64::MAX)))]);
    let narrowed = boards().in_tenant("acme").run(&town.across).await;
    assert_eq!(town.safe(narrowed).unwrap(), [("acme".to_owned(), (2, Some(0)))]);
    let other = town.refused(boards().in_tenant("bravo").run(&town.a).await);
    assert!(other.is_invalid_input(), "{other:?}");
    let nobody = town.db.across_tenants("");
    assert!(boards().run(&nobody).await.unwrap_err().is_invalid_input());
}

async fn attack_44_and_64_aggregates_by_name(bed: Bed) {
    let town = extreme(&bed).await;
    let schema = schema();
    let run = async |node: &str, params: Json| schema.node(node).unwrap().run(&town.a, params).await;
    for params in [
        json!({ "min": ["password_hash"] }),
        json!({ "group_by": ["password_hash"] }),
        json!({ "group_by": ["id"], "order_by": "-max.password_hash" }),
        json!({ "group_by": ["id"], "order_by": "password_hash" }),
        json!({ "group_by": ["id"], "scope": "across_tenants" }),
        json!({ "sum": ["logins"], "organization_id": "bravo" }),
        json!({ "sum": ["logins"], "filter": { "organization_id": "bravo" } }),
        json!({ "sum": ["logins"], "filter": { "organization_id": { "$ne": "acme" } } }),
        json!({ "sum": ["logins\") FROM users --"] }),
        json!({ "group_by": ["id\" = \"id"] }),
        json!({ "group_by": ["id"], "order_by": "sum.logins) --" }),
    ] {
        let error = town.refused(run("CountUserNode", params.clone()).await);
        assert!(error.is_invalid_input(), "{params}: {error:?}");
    }
    let told = run("CountBoardNode", json!({ "max": ["views"], "group_by": ["organization_id"] })).await;
    let groups = json!([{ "group": { "organization_id": "acme" }, "count": 2, "max": { "views": 0 } }]);
    assert_eq!(town.safe(told).unwrap(), json!({ "groups": groups, "more": false }));
    let told = run("CountWidgetNode", json!({ "min": ["title"], "max": ["title"] })).await;
    let wanted = json!({ "count": 1, "min": { "title": "plain" }, "max": { "title": "plain" } });
    assert_eq!(town.safe(told).unwrap(), wanted);
}

crate::cases![
    attack_5_least_and_greatest_values_are_the_tenants_own,
    attack_5_groups_are_the_tenants_own,
    attack_5_shared_rows_count_as_they_are_read,
    attack_5_the_bypass_narrows_itself,
    attack_44_and_64_aggregates_by_name,
];
