//! Bulk writes: what was done in part and called success there.

use ennead::prelude::*;
use serde_json::{Value as Json, json};

use super::models::*;
use crate::Bed;

async fn many(bed: &Bed, rows: usize) -> (Tenant, Vec<String>) {
    let (_, acme, _) = opened(bed).await;
    let names: Vec<String> = (0..rows).map(|at| format!("m{at:04}")).collect();
    let data: Vec<Json> = names.iter().map(|name| member(name)).collect();
    let made = run(&acme, "BulkCreateMemberNode", json!({ "data": data })).await.unwrap();
    assert_eq!(made, json!({ "affected": rows, "ids": names }));
    (acme, names)
}

async fn a_bulk_update_changes_every_row_that_it_names(bed: Bed) {
    let (acme, names) = many(&bed, 2500).await;
    let params = json!({ "filter": { "id": { "$in": names } }, "data": { "nickname": "all" } });
    assert_eq!(run(&acme, "BulkUpdateMemberNode", params).await.unwrap(), json!({ "affected": 2500 }));
    assert_eq!(count(&acme, json!({ "nickname": "all" })).await, 2500);
    let each: Vec<Json> = names.iter().map(|id| json!({ "id": id, "credits": 7 })).collect();
    let done = run(&acme, "BulkUpdateMemberNode", json!({ "data": each })).await.unwrap();
    assert_eq!(done, json!({ "affected": 2500 }));
    assert_eq!(count(&acme, json!({ "credits": 7 })).await, 2500);
}

async fn a_bulk_delete_deletes_every_row_that_it_names_or_says_that_it_cannot(bed: Bed) {
    let (acme, names) = many(&bed, 2500).await;
    let data: Vec<Json> = names.iter().map(|id| json!({ "id": id })).collect();
    let error = run(&acme, "BulkDeleteMemberNode", json!({ "data": data })).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
    let error = run(&acme, "BulkDeleteMemberNode", json!({ "ids": names, "data": data })).await.unwrap_err();
    assert!(error.to_string().contains("data"), "{error}");
    assert_eq!(count(&acme, json!({})).await, 2500);
    let done = run(&acme, "BulkDeleteMemberNode", json!({ "ids": names })).await.unwrap();
    assert_eq!(done, json!({ "affected": 2500 }));
    assert_eq!(count(&acme, json!({})).await, 0);
}

async fn conflict_options_are_obeyed(bed: Bed) {
    let (acme, _) = many(&bed, 2).await;
    let changed = |name: &str, credits: i64| {
        let mut row = member(name);
        row["nickname"] = json!("new");
        row["credits"] = json!(credits);
        row
    };
    let data = json!([changed("m0000", 1), changed("new", 1)]);
    let ignore = json!({ "data": data, "on_conflict": { "on": "email", "ignore": true } });
    let done = run(&acme, "BulkCreateMemberNode", ignore).await.unwrap();
    assert_eq!(done, json!({ "affected": 1, "ids": ["new"] }));
    assert_eq!(count(&acme, json!({ "nickname": "new" })).await, 1);
    let update = json!({ "on": ["email"], "update": ["nickname"], "add": { "credits": 3 } });
    let done =
        run(&acme, "BulkCreateMemberNode", json!({ "data": data, "on_conflict": update })).await.unwrap();
    assert_eq!(done["affected"], 2);
    assert_eq!(found(&acme, json!({ "credits": { "$gte": 3 } })).await, ["m0000", "new"]);
    for unknown in [
        json!({ "on": "email", "strategy": "skip" }),
        json!({ "on": "email" }),
        json!({ "on": "name", "ignore": true }),
        json!({ "on": "email", "ignore": true, "update": ["name"] }),
        json!("ignore"),
    ] {
        let params = json!({ "data": data, "on_conflict": unknown });
        let error = run(&acme, "BulkCreateMemberNode", params).await.unwrap_err();
        assert!(error.is_invalid_input(), "{unknown}: {error:?}");
    }
}

async fn a_bulk_create_is_all_or_none_and_counts_what_it_made(bed: Bed) {
    let (acme, _) = many(&bed, 1).await;
    let mut data: Vec<Json> = (0..1500).map(|at| member(&format!("n{at:04}"))).collect();
    data.push(member("m0000"));
    let error = run(&acme, "BulkCreateMemberNode", json!({ "data": data })).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!(count(&acme, json!({})).await, 1);
    data.pop();
    let done = run(&acme, "BulkCreateMemberNode", json!({ "data": data })).await.unwrap();
    assert_eq!((&done["affected"], done["ids"].as_array().unwrap().len()), (&json!(1500), 1500));
    let typed = Member::bulk_create([new_member("x"), new_member("m0000")]).run(&acme).await;
    assert!(typed.unwrap_err().is_unique_violation());
    assert_eq!(count(&acme, json!({})).await, 1501);
}

async fn a_bulk_create_takes_the_columns_of_every_row(bed: Bed) {
    let (acme, _) = many(&bed, 0).await;
    let (mut first, mut second) = (member("a"), member("b"));
    first["nickname"] = json!("A");
    second["credits"] = json!(5);
    run(&acme, "BulkCreateMemberNode", json!({ "data": [first, second] })).await.unwrap();
    let rows = run(&acme, "ListMemberNode", json!({ "order_by": "name", "fields": ["nickname", "credits"] }))
        .await
        .unwrap();
    assert_eq!(rows, json!([{ "nickname": "A", "credits": 0 }, { "nickname": null, "credits": 5 }]));
}

async fn the_statement_of_many_rows_is_as_long_as_that_of_two(bed: Bed) {
    let length = |rows: usize| {
        let rows = (0..rows).map(|at| new_member(&format!("m{at}")));
        Member::bulk_create(rows).statement(bed.dialect()).unwrap().sql().len()
    };
    assert_eq!(length(5000), length(2));
    let length = |ids: usize| {
        let ids = (0..ids).map(|at| format!("m{at}"));
        Member::list().filter(Member::ID.in_(ids)).statement(bed.dialect()).unwrap().sql().len()
    };
    assert_eq!(length(5000), length(2));
}

crate::cases![
    a_bulk_update_changes_every_row_that_it_names,
    a_bulk_delete_deletes_every_row_that_it_names_or_says_that_it_cannot,
    conflict_options_are_obeyed,
    a_bulk_create_is_all_or_none_and_counts_what_it_made,
    a_bulk_create_takes_the_columns_of_every_row,
    the_statement_of_many_rows_is_as_long_as_that_of_two,
];
