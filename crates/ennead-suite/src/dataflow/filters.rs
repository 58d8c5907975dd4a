//! Filters and orders: what was ignored, rewritten or broken there.

use ennead::prelude::*;
use serde_json::{Value as Json, json};

use super::models::*;
use crate::Bed;

/// Three members, of whom one has a nickname.
async fn three(bed: &Bed) -> Tenant {
    let (_, acme, _) = opened(bed).await;
    create(&acme, &["a", "b", "c"]).await;
    run(&acme, "UpdateMemberNode", json!({ "id": "b", "data": { "nickname": "B" } })).await.unwrap();
    acme
}

async fn listed(scope: &Tenant, order: Json) -> String {
    let rows = run(scope, "ListMemberNode", json!({ "order_by": order })).await.unwrap();
    rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

async fn an_order_is_obeyed_in_every_form(bed: Bed) {
    let acme = three(&bed).await;
    for (order, wanted) in [
        (json!("name"), "abc"),
        (json!("+name"), "abc"),
        (json!("-name"), "cba"),
        (json!(["-name"]), "cba"),
        (json!({ "name": "desc" }), "cba"),
        (json!([{ "nickname": "desc" }, "-name"]), "bca"),
        (json!(["nickname", "name"]), "acb"),
    ] {
        assert_eq!(listed(&acme, order.clone()).await, wanted, "{order}");
    }
}

async fn null_false_asks_for_what_is_not_null(bed: Bed) {
    let acme = three(&bed).await;
    assert_eq!(found(&acme, json!({ "nickname": { "$null": false } })).await, ["b"]);
    assert_eq!(found(&acme, json!({ "nickname": { "$null": true } })).await, ["a", "c"]);
    assert_eq!(found(&acme, json!({ "nickname": { "$exists": true } })).await, ["b"]);
    assert_eq!(found(&acme, json!({ "nickname": null })).await, ["a", "c"]);
    assert_eq!(found(&acme, json!({ "nickname": { "$ne": null } })).await, ["b"]);
}

async fn an_operator_that_is_none_is_an_error_and_never_another_one(bed: Bed) {
    let acme = three(&bed).await;
    for operator in ["$regex", "$LIKE", "like", "$is", "$", "$eq ", "$where"] {
        let error = run(&acme, "ListMemberNode", json!({ "filter": { "name": { operator: "a" } } })).await;
        let error = error.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("operator"), "{operator}: {error:?}");
    }
}

async fn or_and_not_combine(bed: Bed) {
    let acme = three(&bed).await;
    let or = json!({ "$or": [{ "name": "a" }, { "nickname": "B" }] });
    assert_eq!(found(&acme, or).await, ["a", "b"]);
    let not = json!({ "$not": { "$or": [{ "name": "a" }, { "name": "b" }] } });
    assert_eq!(found(&acme, not).await, ["c"]);
    let both = json!({ "$and": [{ "$or": [{ "name": "a" }, { "name": "b" }] }, { "$or": [{ "name": "b" }, { "name": "c" }] }] });
    assert_eq!(found(&acme, both).await, ["b"]);
    assert_eq!(found(&acme, json!({ "$or": [] })).await, Vec::<String>::new());
}

async fn in_nothing_finds_nothing(bed: Bed) {
    let acme = three(&bed).await;
    assert_eq!(found(&acme, json!({ "name": { "$in": [] } })).await, Vec::<String>::new());
    assert_eq!(found(&acme, json!({ "name": [] })).await, Vec::<String>::new());
    assert_eq!(found(&acme, json!({ "name": { "$nin": [] } })).await, ["a", "b", "c"]);
    assert_eq!(Member::count().filter(Member::NAME.in_(Vec::<String>::new())).run(&acme).await.unwrap(), 0);
}

async fn an_unknown_column_is_an_error_that_names_the_nearest(bed: Bed) {
    let acme = three(&bed).await;
    for (node, params) in [
        ("ListMemberNode", json!({ "filter": { "nmae": "a" } })),
        ("ListMemberNode", json!({ "order_by": "nmae" })),
        ("ListMemberNode", json!({ "fields": ["nmae"] })),
        ("CountMemberNode", json!({ "filter": { "$or": [{ "$not": { "nmae": 1 } }] } })),
        ("UpdateMemberNode", json!({ "id": "a", "data": { "nmae": "x" } })),
        ("CreateMemberNode", json!({ "nmae": "x" })),
        ("BulkCreateMemberNode", json!({ "data": [{ "nmae": "x" }] })),
        ("BulkUpdateMemberNode", json!({ "all_rows": true, "data": { "nmae": "x" } })),
        ("BulkDeleteMemberNode", json!({ "filter": { "nmae": "x" } })),
    ] {
        let error = run(&acme, node, params).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("\"name\""), "{node}: {error}");
    }
}

async fn a_write_heeds_its_condition_beside_the_key(bed: Bed) {
    let acme = three(&bed).await;
    let unmet = json!({ "credits": { "$gt": 5 } });
    let update = json!({ "id": "a", "data": { "name": "x" }, "when": unmet });
    assert!(run(&acme, "UpdateMemberNode", update).await.unwrap_err().is_conflict());
    let delete = json!({ "id": "a", "when": unmet });
    assert!(run(&acme, "DeleteMemberNode", delete).await.unwrap_err().is_conflict());
    for params in [json!({ "id": "a", "filter": unmet }), json!({ "id": "a", "name": "other" })] {
        let error = run(&acme, "DeleteMemberNode", params).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("unknown parameter"), "{error}");
    }
    let ids = json!({ "ids": ["a", "b"], "filter": { "name": "b" } });
    assert_eq!(run(&acme, "BulkDeleteMemberNode", ids).await.unwrap(), json!({ "affected": 1 }));
    assert_eq!(found(&acme, json!({})).await, ["a", "c"]);
    let met = json!({ "id": "a", "when": { "credits": 0 } });
    assert_eq!(run(&acme, "DeleteMemberNode", met).await.unwrap(), json!({ "id": "a", "deleted": true }));
    assert!(Member::delete("c").when(Member::CREDITS.gt(5)).run(&acme).await.unwrap_err().is_conflict());
}

async fn a_missing_row_is_not_found(bed: Bed) {
    let acme = three(&bed).await;
    for (node, params) in [
        ("ReadMemberNode", json!({ "id": "nobody" })),
        ("ReadMemberNode", json!({ "email": "nobody" })),
        ("UpdateMemberNode", json!({ "id": "nobody", "data": { "name": "x" } })),
        ("DeleteMemberNode", json!({ "id": "nobody" })),
        (
            "BulkUpdateMemberNode",
            json!({ "data": [{ "id": "a", "name": "x" }, { "id": "nobody", "name": "x" }] }),
        ),
    ] {
        let error = run(&acme, node, params).await.unwrap_err();
        assert!(error.is_not_found() && error.http_status() == 404, "{node}: {error:?}");
    }
    assert_eq!(found(&acme, json!({})).await, ["a", "b", "c"]);
}

crate::cases![
    an_order_is_obeyed_in_every_form,
    null_false_asks_for_what_is_not_null,
    an_operator_that_is_none_is_an_error_and_never_another_one,
    or_and_not_combine,
    in_nothing_finds_nothing,
    an_unknown_column_is_an_error_that_names_the_nearest,
    a_write_heeds_its_condition_beside_the_key,
    a_missing_row_is_not_found,
];
