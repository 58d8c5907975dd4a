//! Attacks by the JSON face: what a client or a workflow can write, and no typed operation can.

use ennead::prelude::*;
use ennead::{Runtime, WorkflowBuilder};
use serde_json::{Value as Json, json};

use super::requests::Hall;
use super::town::*;
use crate::Bed;

async fn run(town: &Town, node: &str, params: Json) -> Result<Json, Error> {
    let outcome = schema().node(node).unwrap().run(&town.a, params).await;
    town.safe(outcome)
}

/// All of it refused as invalid, before any SQL; the victim's rows stand as they were, and none of one's own was made.
async fn all_invalid(bed: &Bed, asked: Vec<(&str, Json)>) {
    let town = Town::new(bed).await;
    let (before, users) = (town.victim().await, User::count().run(&town.across).await.unwrap());
    let sent = crate::tenancy::recorder::statements(async {
        for (node, params) in asked {
            let error = town.refused(run(&town, node, params.clone()).await);
            assert!(error.is_invalid_input() || error.is_validation(), "{node} {params}: {error}");
            assert!(!error.to_string().contains("bravo"), "the error names the other tenant: {error}");
        }
    })
    .await;
    assert_eq!(sent, [""; 0], "no statement is sent");
    assert_eq!(town.victim().await, before);
    assert_eq!(User::count().run(&town.across).await.unwrap(), users);
}

fn new_user() -> Json {
    json!({ "id": "new", "email": "new@a.com", "name": "new" })
}

fn with(mut row: Json, name: &str, value: Json) -> Json {
    row[name] = value;
    row
}

async fn attack_07_by_name_set_the_tenant(bed: Bed) {
    let upsert = |conflict: Json| ("UpsertUserNode", json!({ "data": new_user(), "on_conflict": conflict }));
    let mut asked = vec![
        ("UpdateUserNode", json!({ "id": "a-user", "add": { "organization_id": 1 } })),
        ("BulkUpdateUserNode", json!({ "all_rows": true, "data": { "organization_id": "bravo" } })),
        ("BulkUpdateUserNode", json!({ "all_rows": true, "data": { "organization_id": "bravo" } })),
        ("BulkUpdateUserNode", json!({ "data": [{ "id": "a-user", "organization_id": "bravo" }] })),
        ("UpdateOrganizationNode", json!({ "id": "acme", "data": { "id": "bravo" } })),
        ("UpdateUserNode", json!({ "id": "a-user", "data": { "id": "b-user" } })),
        upsert(json!({ "on": ["id"], "update": ["organization_id"] })),
        upsert(json!({ "on": ["id"], "update": ["id"] })),
        upsert(json!({ "on": ["id"], "add": { "organization_id": 1 } })),
        upsert(json!({ "on": ["organization_id"], "update": ["name"] })),
        upsert(json!({ "on": ["name"], "ignore": true })),
    ];
    for odd in
        [json!("bravo"), json!("ACME"), json!("acme "), json!(""), json!(null), json!(1), json!(["acme"])]
    {
        asked.push(("UpdateUserNode", json!({ "id": "a-user", "data": { "organization_id": odd } })));
    }
    all_invalid(&bed, asked).await;
}

async fn attack_12_by_name_create_with_other_tenant(bed: Bed) {
    let mut asked = vec![(
        "BulkCreateUserNode",
        json!({ "data": [
            with(new_user(), "organization_id", json!("acme")),
            with(with(new_user(), "id", json!("new-2")), "organization_id", json!("bravo")),
        ] }),
    )];
    for odd in [json!("bravo"), json!("Acme"), json!("acme\u{0}"), json!(" acme"), json!(true), json!({})] {
        let row = with(new_user(), "organization_id", odd);
        asked.push(("CreateUserNode", row.clone()));
        asked.push(("CreateUserNode", json!({ "data": row })));
        asked.push((
            "UpsertUserNode",
            json!({ "data": row, "on_conflict": { "on": ["id"], "ignore": true } }),
        ));
    }
    asked.push(("CreateOrganizationNode", json!({ "id": "bravo", "name": "x", "slug": "x" })));
    asked.push(("DeleteOrganizationNode", json!({ "id": "bravo" })));
    asked.push(("CreatePlanNode", json!({ "id": "x", "name": "x" })));
    all_invalid(&bed, asked).await;
    // One's own may be said.
    let town = Town::new(&bed).await;
    let row = with(new_user(), "organization_id", json!("acme"));
    assert_eq!(
        run(&town, "CreateUserNode", json!({ "data": row })).await.unwrap()["organization_id"],
        "acme"
    );
}

async fn attack_44_by_name_hidden_columns(bed: Bed) {
    let filter = |filter: Json| ("ListUserNode", json!({ "filter": filter }));
    let asked = vec![
        filter(json!({ "password_hash": { "$starts_with": "c" } })),
        filter(json!({ "$not": { "password_hash": null } })),
        filter(json!({ "$or": [{ "password_hash": "x" }, {}] })),
        ("ListUserNode", json!({ "order_by": "-password_hash" })),
        ("ListUserNode", json!({ "order_by": [{ "password_hash": "asc" }] })),
        ("ListUserNode", json!({ "fields": ["id", "password_hash"] })),
        ("ReadUserNode", json!({ "password_hash": "x" })),
        ("CountUserNode", json!({ "filter": { "password_hash": "x" } })),
        ("DeleteUserNode", json!({ "id": "a-user", "when": { "password_hash": "x" } })),
    ];
    all_invalid(&bed, asked).await;
    let town = Town::new(&bed).await;
    let own = run(&town, "ReadUserNode", json!({ "id": "a-user" })).await.unwrap();
    assert!(own.get("password_hash").is_none(), "{own}");
}

async fn attack_48_and_51_names_from_outside(bed: Bed) {
    let mut asked = Vec::new();
    for name in [
        "id\" = \"id",
        "\"id\"",
        "id; --",
        "users.id",
        "'x'",
        "rowid",
        "ctid",
        "1",
        "*",
        "",
        "organization_id--",
        "$1",
        "ID",
    ] {
        asked.push(("ListUserNode", json!({ "filter": { name: "x" } })));
        asked.push(("ListUserNode", json!({ "order_by": [name] })));
        asked.push(("ListUserNode", json!({ "fields": [name] })));
        asked.push(("UpdateUserNode", json!({ "id": "a-user", "data": { name: "x" } })));
        asked.push(("CreateUserNode", json!({ "data": with(new_user(), name, json!("x")) })));
        asked.push((
            "UpsertUserNode",
            json!({ "data": new_user(), "on_conflict": { "on": [name], "ignore": true } }),
        ));
    }
    all_invalid(&bed, asked).await;
    // Behind the dot of a JSON field anything is a key, and nothing else.
    let town = Town::new(&bed).await;
    for part in ["n' OR 1=1 --", "{n}", "$.n", "*", "\u{1F}", "n}') IS NOT NULL OR ('"] {
        for operator in [json!("x"), json!({ "$ne": 1 }), json!({ "$exists": true })] {
            let params = json!({ "filter": { format!("data.{part}"): operator } });
            assert_eq!(run(&town, "ListUserNode", params).await.unwrap(), json!([]), "{part}");
        }
    }
}

async fn attack_49_unknown_names(bed: Bed) {
    let asked = vec![
        ("ListUserNode", json!({ "filter": { "ghost": 1 } })),
        ("ListUserNode", json!({ "filter": { "name": { "$regex": "." } } })),
        ("ListUserNode", json!({ "filter": { "name": { "$eq": "x", "$or": [] } } })),
        ("ListUserNode", json!({ "filter": { "$where": "1" } })),
        ("ListUserNode", json!({ "filter": { "name": {} } })),
        ("ListUserNode", json!({ "with_deleted": true })),
        ("ListUserNode", json!({ "include": ["organisation"] })),
        ("CountUserNode", json!({ "where": {} })),
        ("ReadUserNode", json!({})),
        ("BulkDeleteUserNode", json!({})),
        ("BulkDeleteUserNode", json!({ "filter": {} })),
        ("BulkUpdateUserNode", json!({ "filter": {}, "data": { "name": "x" } })),
        ("BulkDeleteUserNode", json!({ "all_rows": "yes" })),
        ("BulkDeleteUserNode", json!({ "all_rows": true, "filter": {} })),
        ("BulkUpdateUserNode", json!({ "data": { "name": "x" } })),
        ("BulkDeleteUserNode", json!({ "keys": ["a-user"] })),
        ("DeleteUserNode", json!({ "id": "a-user", "hard": true })),
        ("ListUserNode", json!({ "limit": -1 })),
        ("ListUserNode", json!({ "limit": "9; DELETE FROM users" })),
    ];
    all_invalid(&bed, asked).await;
}

/// `null` is IS NULL where a field may be empty, and never a condition that is left out.
async fn attack_50_by_name_null_in_a_filter(bed: Bed) {
    let town = Town::new(&bed).await;
    for filter in [
        json!({ "manager_id": { "$ne": null } }),
        json!({ "name": null }),
        json!({ "id": null }),
        json!({ "id": [null] }),
        json!({ "$or": [] }),
        json!({ "$and": [{ "id": null }, {}] }),
        json!({ "data.n": null, "id": "b-user" }),
    ] {
        let rows = run(&town, "ListUserNode", json!({ "filter": filter })).await.unwrap();
        assert_eq!(rows, json!([]), "{filter}");
        let done = run(&town, "BulkDeleteUserNode", json!({ "filter": filter })).await.unwrap();
        assert_eq!(done["affected"], 0, "{filter}");
    }
    let quoted = json!({ "filter": { "data.n\"": "x" } });
    assert!(town.refused(run(&town, "ListUserNode", quoted).await).is_invalid_input());
    assert!(town.refused(run(&town, "ReadUserNode", json!({ "id": null })).await).is_invalid_input());
    assert!(town.refused(run(&town, "ReadUserNode", json!({ "email": null })).await).is_invalid_input());
    assert_eq!(User::count().run(&town.across).await.unwrap(), 4);
}

async fn attack_59_by_name_numbers_written_otherwise(bed: Bed) {
    let db = bed.db(&ennead::schema![Hall]).await;
    let schema = ennead::schema![Hall];
    let one = db.tenant(1_i64).unwrap();
    let hall = |tenant: Json| json!({ "data": { "name": "x", "tenant_id": tenant } });
    for odd in [
        json!("1"),
        json!("01"),
        json!(" 1"),
        json!(1.5),
        json!(true),
        json!(2),
        json!(1e30),
        json!(u64::MAX),
    ] {
        let error = schema.node("CreateHallNode").unwrap().run(&one, hall(odd.clone())).await.unwrap_err();
        assert!(error.is_invalid_input(), "{odd}: {error}");
        let filter = json!({ "filter": { "tenant_id": odd } });
        let error = schema.node("ListHallNode").unwrap().run(&one, filter).await.unwrap_err();
        assert!(error.is_invalid_input(), "{odd}: {error}");
    }
    schema.node("CreateHallNode").unwrap().run(&one, hall(json!(1))).await.unwrap();
    assert_eq!(Hall::count().run(&db.across_tenants("all halls")).await.unwrap(), 1);
}

/// Nothing beside the parameters chooses a scope, and no workflow does.
async fn attack_64_a_scope_in_json(bed: Bed) {
    let mut asked = Vec::new();
    for name in ["scope", "tenant", "tenant_id", "in_tenant", "across_tenants", "$scope", "reason", "as"] {
        for value in [json!("bravo"), json!("across_tenants"), json!(null), json!({ "tenant": "bravo" })] {
            for (node, params) in [
                ("ListUserNode", json!({})),
                ("CountUserNode", json!({ "filter": {} })),
                ("ReadUserNode", json!({ "id": "b-user" })),
                ("UpdateUserNode", json!({ "id": "b-user", "data": { "name": "x" } })),
                ("DeleteUserNode", json!({ "id": "b-user" })),
                ("CreateUserNode", json!({ "data": new_user() })),
                ("CreateUserNode", new_user()),
                ("BulkDeleteUserNode", json!({ "all_rows": true })),
            ] {
                asked.push((node, with(params, name, value.clone())));
            }
        }
    }
    for name in ["=", "$ne", "$in", "$like"] {
        let told = if name == "=" { json!("bravo") } else { json!({ name: ["acme", "bravo"] }) };
        asked.push(("ListUserNode", json!({ "filter": { "organization_id": told } })));
        asked.push(("BulkDeleteUserNode", json!({ "filter": { "$or": [{ "organization_id": told }, {}] } })));
        asked.push(("CountUserNode", json!({ "filter": { "$not": { "organization_id": told } } })));
    }
    all_invalid(&bed, asked).await;
    let town = Town::new(&bed).await;
    for (node, params) in [
        ("ReadUserNode", json!({ "id": "b-user" })),
        ("ReadUserNode", json!({ "email": "b-user@b.com" })),
        ("ReadOrganizationNode", json!({ "slug": "b-slug" })),
        ("ReadPinNode", json!({ "label": "b-label" })),
        ("UpdateWidgetNode", json!({ "id": "b-widget", "data": { "title": "x" } })),
        ("DeleteWidgetNode", json!({ "id": "b-widget" })),
    ] {
        assert!(town.refused(run(&town, node, params).await).is_not_found(), "{node}");
    }
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("ListUserNode", "list", json!({}));
    workflow.add_node("ReadUserNode", "read", json!({ "id": "b-user" }));
    let text = workflow.to_json();
    let built = workflow.build(&schema()).unwrap();
    let failed = Runtime::new(&schema()).execute(&built, &town.a).await.unwrap_err();
    assert!(!format!("{failed:?} {failed}").contains(&town.canary));
    for beside in [r#""scope":"across_tenants","#, r#""tenant":"bravo","#] {
        let odd = text.replacen('{', &format!("{{{beside}"), 1);
        assert!(WorkflowBuilder::from_json(&odd).is_err(), "a workflow that names a scope: {odd}");
    }
}

/// A list of one's own rows where others share theirs: the tenant's column, said in JSON, is a condition like any other.
async fn the_tenant_in_a_filter_leaves_out_what_others_share(bed: Bed) {
    let town = Town::new(&bed).await;
    let share = Template::update("b-template").set(Template::IS_PUBLIC, true).set(Template::BODY, "for all");
    share.run(&town.b).await.unwrap();
    let listed = |filter: Json| run(&town, "ListTemplateNode", json!({ "filter": filter }));
    assert_eq!(listed(json!({})).await.unwrap().as_array().unwrap().len(), 2);
    let own = listed(json!({ "organization_id": "acme" })).await.unwrap();
    assert_eq!(own.as_array().unwrap().len(), 1, "{own}");
    let others = listed(json!({ "$not": { "organization_id": "acme" } })).await.unwrap();
    assert_eq!(others[0]["id"], "b-template", "{others}");
}

crate::cases![
    attack_07_by_name_set_the_tenant,
    attack_12_by_name_create_with_other_tenant,
    attack_44_by_name_hidden_columns,
    attack_48_and_51_names_from_outside,
    attack_49_unknown_names,
    attack_50_by_name_null_in_a_filter,
    attack_59_by_name_numbers_written_otherwise,
    attack_64_a_scope_in_json,
    the_tenant_in_a_filter_leaves_out_what_others_share,
];
