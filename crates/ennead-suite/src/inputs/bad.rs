//! Bad input, kind by kind: a typed error, nothing sent, no panic.

use serde_json::{Value as Json, json};

use super::fuzz::{Ended, post, router};
use super::models::World;
use crate::Bed;
use crate::tenancy::recorder::statements;

/// Sends a body, and asserts that it is refused before anything is sent; gives what was told.
async fn refused(router: &axum::Router, node: &str, body: String) -> String {
    let mut ended = None;
    let shown: String = body.chars().take(80).collect();
    let sent = statements(async { ended = Some(post(router, node, body.into_bytes()).await) }).await;
    assert!(sent.is_empty(), "{node} {shown}: {sent:?}");
    match ended.unwrap() {
        Ended::Invalid(text) => text,
        other => panic!("{node} {shown}: {other:?}"),
    }
}

async fn bodies_that_are_no_json_of_ours_are_refused(bed: Bed) {
    let world = World::new(&bed).await;
    let router = router(&world);
    for body in [
        "",
        " ",
        "{",
        "}",
        "nul",
        "[",
        "\"",
        "{\"filter\":}",
        "{} {}",
        "{'filter': {}}",
        "{\"limit\": 1e400}",
        "{\"limit\": 01}",
        "{\"limit\": NaN}",
        "{\"filter\": {\"name\": \"\\ud800\"}}",
        "\u{feff}{}",
        "{\"a\": 1,}",
    ] {
        refused(&router, "ListUserNode", body.into()).await;
    }
    for depth in [127, 200, 100_000] {
        refused(&router, "ListUserNode", format!("{{\"filter\": {}", "[".repeat(depth))).await;
        let deep = format!("{{\"filter\": {}1{}}}", "{\"$not\": ".repeat(depth), "}".repeat(depth));
        refused(&router, "ListUserNode", deep).await;
    }
    for body in [
        r#"{"limit": 1, "limit": 2}"#,
        r#"{"filter": {"name": "a", "name": "b"}}"#,
        r#"{"filter": {"$or": [{"name": {"$eq": "a", "$eq": "b"}}]}}"#,
        r#"{"filter": {"name": "a", "n\u0061me": "b"}}"#,
    ] {
        let told = refused(&router, "ListUserNode", body.into()).await;
        assert!(told.contains("twice"), "{told}");
    }
    let ten_megabytes = format!("{{\"filter\": {{\"name\": \"{}\"}}}}", "x".repeat(10 << 20));
    refused(&router, "ListUserNode", ten_megabytes).await;
}

async fn numbers_at_the_edges_are_exact_or_refused(bed: Bed) {
    let world = World::new(&bed).await;
    let node = world.schema.node("CreateTallyNode").unwrap();
    for (at, (field, given, stored)) in [
        ("large", json!(i64::MAX), json!(i64::MAX)),
        ("large", json!(i64::MIN), json!(i64::MIN)),
        ("large", json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_993_i64)),
        ("large", json!(-0.0), json!(0)),
        ("large", json!(9_007_199_254_740_992.0), json!(9_007_199_254_740_992_i64)),
        ("real", json!(-0.0), json!(0.0)),
        ("real", json!(5e-324), json!(5e-324)),
        ("real", json!(f64::MAX), json!(f64::MAX)),
        ("small", json!(-32_768), json!(-32_768)),
        ("money", json!("-9999.99"), json!("-9999.99")),
        ("money", json!(0.1), json!("0.1")),
    ]
    .into_iter()
    .enumerate()
    {
        let row = world.run(&node, json!({ "id": at.to_string(), field: given })).await.unwrap();
        assert_eq!(row[field], stored, "{field} {given}");
    }
    for (field, given) in [
        ("large", json!(u64::MAX)),
        ("large", json!(i64::MAX as u64 + 1)),
        ("large", json!(9_007_199_254_740_994.0)),
        ("large", json!(1e300)),
        ("large", json!(0.5)),
        ("small", json!(32_768)),
        ("medium", json!(-2_147_483_649_i64)),
        ("narrow", json!(3.5e38)),
        ("money", json!("10000")),
        ("money", json!("0.001")),
        ("money", json!("1e2")),
        ("money", json!(1e300)),
    ] {
        let error = world.run(&node, json!({ "id": "no", field: given })).await.unwrap_err();
        assert!(error.is_invalid_input() && error.fields() == [field], "{field} {given}: {error:?}");
    }
}

async fn hostile_names_operators_and_cursors_are_refused(bed: Bed) {
    let world = World::new(&bed).await;
    let router = router(&world);
    let names = [
        "__proto__",
        "constructor",
        "$where",
        "$expr",
        "name\u{0}",
        "name\"--",
        "secret",
        "ＮＡＭＥ",
        "*",
        ".",
    ];
    for name in names {
        for body in [
            json!({ "filter": { name: "x" } }),
            json!({ "filter": { "$and": [{ "$not": { name: "x" } }] } }),
            json!({ "filter": { "label": { name: "x" } } }),
            json!({ "order_by": name }),
            json!({ "fields": [name] }),
            json!({ name: 1 }),
        ] {
            refused(&router, "ListOddKeyNode", body.to_string()).await;
        }
    }
    let page = json!({ "cursor": null, "limit": 1, "order_by": "amount" });
    let list = world.schema.node("ListOddKeyNode").unwrap();
    let create = world.schema.node("CreateOddKeyNode").unwrap();
    for at in 0..3 {
        let row = json!({ "code": at.to_string(), "id": at, "secret": "s" });
        world.run(&create, json!({ "data": row })).await.unwrap();
    }
    let next = world.run(&list, page.clone()).await.unwrap()["next"].as_str().unwrap().to_owned();
    let with =
        |cursor: Json, order: &str| json!({ "cursor": cursor, "limit": 1, "order_by": order }).to_string();
    let mut changed = next.clone().into_bytes();
    changed[20] ^= 1;
    for cursor in [
        "",
        "x",
        "=",
        "AAAA",
        &next[1..],
        &next[..next.len() - 1],
        &String::from_utf8_lossy(&changed),
        &"A".repeat(100_000),
    ] {
        refused(&router, "ListOddKeyNode", with(json!(cursor), "amount")).await;
    }
    for cursor in [json!(1), json!([]), json!({}), json!(true)] {
        refused(&router, "ListOddKeyNode", with(cursor, "amount")).await;
    }
    refused(&router, "ListOddKeyNode", with(json!(next), "-amount")).await;
    assert!(matches!(
        post(&router, "ListOddKeyNode", with(json!(next), "amount").into_bytes()).await,
        Ended::Done
    ));
}

async fn workflows_that_are_none_are_refused_without_sql(bed: Bed) {
    let world = World::new(&bed).await;
    let router = router(&world);
    let node = |id: &str| json!({ "id": id, "node": "CountUserNode" });
    for body in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "nodes": {} }),
        json!({ "nodes": [node("a"), node("a")] }),
        json!({ "nodes": [node("")] }),
        json!({ "nodes": [node("a")], "connection": [] }),
        json!({ "nodes": [{ "id": "a", "node": "CountUserNode", "params": { "filtre": {} } }] }),
        json!({ "nodes": [{ "id": "a", "node": "CountUserNode", "only_if": { "from": "b", "output": "", "is": 1 } }] }),
        json!({ "nodes": [{ "id": "a", "node": "CountUserNode", "only_if": { "from": "a", "output": "", "is": 1 } }] }),
        json!({ "nodes": [node("a"), node("b")], "connections": [{ "from": "a", "output": "x", "to": "b", "parameter": "limit" }] }),
        json!({ "nodes": [node("a"), node("b")], "connections": [{ "from": "a", "output": "count", "to": "b", "parameter": "filter.logins.$regex" }] }),
    ] {
        refused(&router, "Workflow", body.to_string()).await;
    }
}

crate::cases![
    bodies_that_are_no_json_of_ours_are_refused,
    numbers_at_the_edges_are_exact_or_refused,
    hostile_names_operators_and_cursors_are_refused,
    workflows_that_are_none_are_refused_without_sql,
];
