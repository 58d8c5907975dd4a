//! The operations by name, and workflows of them.

use ennead::prelude::*;
use serde_json::{Value as Json, json};

use crate::Bed;

#[model(tenant_root)]
#[derive(Debug)]
pub struct Organization {
    #[key]
    pub id: String,
    pub name: String,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Active,
    Invited,
}

#[model(table = "users")]
#[derive(Debug)]
pub struct User {
    #[key(prefix = "user-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    #[hidden]
    pub password_hash: String,
    #[default(Status::Invited)]
    pub status: Status,
    pub last_login_at: Option<chrono::DateTime<chrono::Utc>>,
    #[default(0)]
    pub logins: i64,
    #[default(serde_json::json!({}))]
    pub settings: Json,
    #[created_at]
    pub created_at: chrono::DateTime<chrono::Utc>,
    #[updated_at]
    pub updated_at: chrono::DateTime<chrono::Utc>,
}

pub fn schema() -> Schema {
    ennead::schema![Organization, User]
}

pub async fn acme(bed: &Bed) -> (Db, Tenant) {
    let db = bed.db(&schema()).await;
    for id in ["org-456", "org-789"] {
        let data = json!({ "data": { "id": id, "name": id } });
        schema()
            .node("CreateOrganizationNode")
            .unwrap()
            .run(&db.across_tenants("sign-up"), data)
            .await
            .unwrap();
    }
    let tenant = db.tenant("org-456").unwrap();
    (db, tenant)
}

pub async fn run(scope: &impl ennead::NodeScope, node: &str, params: Json) -> Result<Json, Error> {
    schema().node(node).unwrap().run(scope, params).await
}

fn new_user(i: usize) -> Json {
    json!({ "email": format!("u{i}@example.com"), "name": format!("User {i}"), "password_hash": "canary-hash" })
}

async fn each_node_gives_what_the_contract_says(bed: Bed) {
    let (_, acme) = acme(&bed).await;
    let created = run(
        &acme,
        "CreateUserNode",
        json!({ "data": {
            "id": "user-123", "organization_id": "org-456", "email": "user@example.com", "name": "John Doe",
            "password_hash": "canary-hash", "status": "active",
            "created_at": "2026-01-02T03:04:05.678901", "updated_at": "2026-01-02T03:04:05.678901",
        } }),
    )
    .await
    .unwrap();
    assert_eq!(created["created_at"], "2026-01-02T03:04:05.678901Z");
    assert_eq!(created.get("password_hash"), None);
    assert_eq!(run(&acme, "ReadUserNode", json!({ "id": "user-123" })).await.unwrap(), created);
    assert_eq!(run(&acme, "UserReadNode", json!({ "email": "user@example.com" })).await.unwrap(), created);
    let data = json!({ "last_login_at": "2026-05-06T07:08:09+02:00", "updated_at": "2026-05-06T07:08:09" });
    let updated = run(&acme, "UpdateUserNode", json!({ "id": "user-123", "data": data })).await.unwrap();
    assert_eq!(updated["last_login_at"], "2026-05-06T05:08:09.000000Z");
    assert_eq!(updated["updated_at"], "2026-05-06T07:08:09.000000Z");
    let flat = run(&acme, "CreateUserNode", new_user(0)).await.unwrap();
    assert!(flat["id"].as_str().unwrap().starts_with("user-"));
    let data: Vec<Json> = (1..=150).map(new_user).collect();
    let bulk = run(&acme, "BulkCreateUserNode", json!({ "data": data })).await.unwrap();
    assert_eq!((bulk["affected"].as_u64(), bulk["ids"].as_array().unwrap().len()), (Some(150), 150));
    let listed =
        run(&acme, "ListUserNode", json!({ "filter": { "status": "invited" }, "order_by": ["-email"] }))
            .await
            .unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 100);
    assert_eq!(listed[0]["email"], "u9@example.com");
    let count = run(&acme, "CountUserNode", json!({ "filter": { "email": { "$starts_with": "u1" } } }))
        .await
        .unwrap();
    assert_eq!(count, json!({ "count": 62 }));
    let params = json!({ "filter": { "email": { "$in": ["u1@example.com", "u2@example.com"] } }, "data": { "status": "active" } });
    assert_eq!(run(&acme, "BulkUpdateUserNode", params).await.unwrap(), json!({ "affected": 2 }));
    let rows = json!([{ "id": "user-123", "name": "Jo" }, { "id": flat["id"], "logins": 7 }]);
    assert_eq!(
        run(&acme, "BulkUpdateUserNode", json!({ "data": rows })).await.unwrap(),
        json!({ "affected": 2 })
    );
    assert_eq!(
        run(&acme, "DeleteUserNode", json!({ "id": "user-123" })).await.unwrap(),
        json!({ "id": "user-123", "deleted": true })
    );
    let ids = json!({ "ids": [bulk["ids"][0], bulk["ids"][1], "nobody"] });
    assert_eq!(run(&acme, "BulkDeleteUserNode", ids).await.unwrap(), json!({ "affected": 2 }));
    let upsert = json!({
        "data": new_user(0),
        "on_conflict": { "on": ["email"], "update": ["name"], "add": { "logins": 1 } },
    });
    assert_eq!(run(&acme, "UpsertUserNode", upsert).await.unwrap()["logins"], 8);
}

async fn pages_and_projections(bed: Bed) {
    let (_, acme) = acme(&bed).await;
    let data: Vec<Json> = (0..23).map(new_user).collect();
    run(&acme, "BulkCreateUserNode", json!({ "data": data })).await.unwrap();
    let (mut seen, mut cursor) = (Vec::new(), Json::Null);
    loop {
        let params = json!({ "order_by": "name", "limit": 5, "cursor": cursor, "fields": ["email"] });
        let page = run(&acme, "ListUserNode", params).await.unwrap();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item.as_object().unwrap().len(), 1);
            seen.push(item["email"].as_str().unwrap().to_owned());
        }
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 23);
    let error = run(&acme, "ListUserNode", json!({ "cursor": "nonsense" })).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
}

async fn nothing_unknown_is_ignored(bed: Bed) {
    let (db, acme) = acme(&bed).await;
    for (node, params, told) in [
        ("ListUserNode", json!({ "filtre": {} }), "\"filter\""),
        ("ListUserNode", json!({ "filter": { "statuss": "active" } }), "\"status\""),
        ("ListUserNode", json!({ "filter": { "password_hash": "x" } }), "unknown field"),
        ("ListUserNode", json!({ "order_by": ["password_hash"] }), "unknown field"),
        ("ListUserNode", json!({ "fields": ["password_hash"] }), "unknown field"),
        ("ListUserNode", json!({ "filter": { "email": { "$regex": "x" } } }), "unknown operator"),
        ("ListUserNode", json!({ "filter": { "$nor": [] } }), "unknown group"),
        ("ListUserNode", json!({ "filter": { "logins": "1" } }), "expected an integer"),
        ("ListUserNode", json!({ "filter": { "organization_id": "org-789" } }), "another tenant"),
        ("ListUserNode", json!({ "filter": { "organization_id": { "$ne": "org-456" } } }), "another tenant"),
        ("ListUserNode", json!({ "filter": { "$or": [{ "organization_id": null }] } }), "another tenant"),
        ("ListUserNode", json!({ "limit": -1 }), "whole number"),
        ("ListUserNode", json!({ "scope": "org-789" }), "unknown parameter"),
        ("ListUserNode", json!([]), "expected an object"),
        ("CreateUserNode", json!({ "data": { "email": 1 } }), "data.email"),
        ("CreateUserNode", json!({ "data": { "nmae": "x" } }), "\"name\""),
        ("CreateUserNode", json!({ "data": { "email": "x" } }), "is required"),
        ("BulkCreateUserNode", json!({ "data": [new_user(1), { "email": 3 }] }), "data[1].email"),
        ("UpdateUserNode", json!({ "id": "x", "data": { "id": "y" } }), "cannot be changed"),
        (
            "UpdateUserNode",
            json!({ "id": "x", "data": { "organization_id": "org-789" } }),
            "cannot be changed",
        ),
        ("UpdateUserNode", json!({ "id": "x" }), "is required"),
        ("BulkDeleteUserNode", json!({}), "all_rows"),
        ("BulkDeleteUserNode", json!({ "filter": null }), "all_rows"),
        ("BulkUpdateUserNode", json!({ "data": { "name": "x" } }), "filter"),
        ("ReadUserNode", json!({}), "unique field"),
    ] {
        let error = run(&acme, node, params.clone()).await.unwrap_err();
        assert!(error.is_invalid_input(), "{node} {params}: {error:?}");
        assert!(error.to_string().contains(told), "{node} {params}: {error}");
    }
    let other =
        json!({ "data": { "organization_id": "org-789", "email": "x", "name": "x", "password_hash": "x" } });
    assert!(run(&acme, "CreateUserNode", other).await.unwrap_err().is_invalid_input());
    let error = run(&acme, "CreateOrganizationNode", json!({ "data": { "name": "x" } })).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
    assert!(run(&db, "ListUserNode", json!({})).await.unwrap_err().is_tenant_missing());
    assert!(schema().node("CreateUsrNode").unwrap_err().to_string().contains("CreateUserNode"));
}

async fn workflows_wire_nodes(bed: Bed) {
    let (_, acme) = acme(&bed).await;
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("CreateUserNode", "create", json!({ "data": new_user(1) }));
    workflow.add_node("ReadUserNode", "read", json!({}));
    workflow.add_connection("create", "id", "read", "id");
    workflow.add_node("CountUserNode", "late", json!({})).only_if("read", "status", json!("active"));
    workflow.add_node("CountUserNode", "counted", json!({})).only_if(
        "read",
        "status",
        json!({ "$in": ["invited"] }),
    );
    workflow.add_node("BulkCreateUserNode", "many", json!({ "data": [new_user(2), new_user(3)] }));
    workflow.add_node("ReadUserNode", "each", json!({})).for_each("many", "ids", "", "id");
    let built = workflow.build(&schema()).unwrap();
    let results = Runtime::new(&schema()).execute(&built, &acme).await.unwrap();
    assert_eq!(results["read"]["email"], "u1@example.com");
    assert_eq!(results.get("late"), None);
    assert!(results.get("counted").is_some());
    assert_eq!(results["each"].as_array().unwrap().len(), 2);
    let text = workflow.to_json();
    assert_eq!(WorkflowBuilder::from_json(&text).unwrap(), workflow);
    assert_eq!(WorkflowBuilder::from_json(&text).unwrap().to_json(), text);
}

async fn a_failing_node_stops_what_needs_it(bed: Bed) {
    let (_, acme) = acme(&bed).await;
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("CreateUserNode", "first", json!({ "data": new_user(1) }));
    workflow.add_node("ReadUserNode", "missing", json!({ "id": "nobody" }));
    workflow.add_node("DeleteUserNode", "never", json!({}));
    workflow.add_connection("missing", "id", "never", "id");
    let runtime = Runtime::new(&schema());
    let error = runtime.execute(&workflow.build(&schema()).unwrap(), &acme).await.unwrap_err();
    assert!(error.is_not_found() && error.node() == Some("missing"), "{error:?}");
    assert_eq!(error.results().unwrap().keys().collect::<Vec<_>>(), ["first"]);
    assert!(!format!("{error} {error:?}").contains("u1@example.com"));
    assert_eq!(User::count().run(&acme).await.unwrap(), 1);
    workflow.transactional();
    User::bulk_delete().all_rows().run(&acme).await.unwrap();
    let built = workflow.build(&schema()).unwrap();
    assert!(runtime.execute(&built, &acme).await.unwrap_err().is_not_found());
    assert_eq!(User::count().run(&acme).await.unwrap(), 0);
    let done: Result<(), Error> = acme
        .transaction(async |tx| {
            User::create(NewUser { email: "kept".into(), name: "k".into(), password_hash: "h".into() })
                .run(tx)
                .await?;
            assert!(runtime.execute(&built, tx).await.unwrap_err().is_not_found());
            Ok(())
        })
        .await;
    done.unwrap();
    assert_eq!(User::count().run(&acme).await.unwrap(), 1);
}

async fn workflows_are_checked_before_any_sql(_: Bed) {
    let build = |fill: &dyn Fn(&mut WorkflowBuilder)| {
        let mut workflow = WorkflowBuilder::new();
        fill(&mut workflow);
        workflow.build(&schema()).unwrap_err().to_string()
    };
    let told = build(&|w| {
        w.add_node("CreateUzerNode", "a", json!({}));
    });
    assert!(told.contains("\"a\"") && told.contains("CreateUserNode"), "{told}");
    let told = build(&|w| {
        w.add_node("ReadUserNode", "a", json!({}));
    });
    assert!(told.contains("unique field"), "{told}");
    let told = build(&|w| {
        w.add_node("CountUserNode", "count", json!({}));
        w.add_node("ReadUserNode", "read", json!({}));
        w.add_connection("count", "count", "read", "id");
    });
    assert!(told.contains("i64") && told.contains("String"), "{told}");
    let told = build(&|w| {
        w.add_node("ReadUserNode", "read", json!({ "id": "x" }));
        w.add_node("ReadUserNode", "again", json!({}));
        w.add_connection("read", "idd", "again", "id");
    });
    assert!(told.contains("\"id\""), "{told}");
    let told = build(&|w| {
        w.add_node("ReadUserNode", "a", json!({}));
        w.add_node("ReadUserNode", "b", json!({}));
        w.add_connection("a", "id", "b", "id").add_connection("b", "id", "a", "id");
    });
    assert!(told.contains("wait for each other"), "{told}");
    let told = build(&|w| {
        w.add_node("ReadUserNode", "a", json!({ "id": "x" })).add_connection("aa", "id", "a", "id");
    });
    assert!(told.contains("\"aa\"") && told.contains("\"a\""), "{told}");
}

#[derive(serde::Serialize, serde::Deserialize, Debug, Clone, PartialEq)]
pub struct Layout {
    pub columns: u8,
    pub titles: Vec<String>,
}

/// A name of the application's own.
type Sketch = ennead::Json<Layout>;

#[model(global, table = "node_pages")]
#[derive(Debug)]
pub struct Page {
    #[key(assigned)]
    pub id: i64,
    pub layout: ennead::Json<Layout>,
    pub sketch: Option<Sketch>,
}

/// A stored JSON of another shape would fail each typed read that comes after.
async fn json_by_name_has_the_shape_of_its_type(bed: Bed) {
    let schema = ennead::schema![Page];
    let db = bed.db(&schema).await;
    let right = json!({ "columns": 2, "titles": ["a"] });
    let run = async |name: &str, params: Json| schema.node(name).unwrap().run(&db, params).await;
    let created =
        run("CreatePageNode", json!({ "data": { "id": 1, "layout": right, "sketch": null } })).await;
    assert_eq!(created.unwrap()["layout"], right);
    for wrong in [
        json!({}),
        json!({ "columns": 300, "titles": [] }),
        json!({ "columns": 1, "titles": "hush" }),
        json!([1]),
    ] {
        for (name, params, path) in [
            ("CreatePageNode", json!({ "data": { "id": 2, "layout": wrong } }), "data.layout"),
            ("UpdatePageNode", json!({ "id": 1, "data": { "sketch": wrong } }), "data.sketch"),
            (
                "BulkCreatePageNode",
                json!({ "data": [{ "id": 3, "layout": right }, { "id": 4, "layout": wrong }] }),
                "data[1].layout",
            ),
        ] {
            let refused = run(name, params).await.unwrap_err();
            let told = refused.to_string();
            assert!(refused.is_invalid_input() && told.contains(path) && told.contains("shape"), "{told}");
            assert!(!told.contains("hush"), "{told}");
        }
    }
    assert_eq!(Page::count().run(&db).await.unwrap(), 1);
    assert_eq!(Page::read(1).run(&db).await.unwrap().layout.0.titles, ["a"]);
}

crate::cases![
    json_by_name_has_the_shape_of_its_type,
    each_node_gives_what_the_contract_says,
    pages_and_projections,
    nothing_unknown_is_ignored,
    workflows_wire_nodes,
    a_failing_node_stops_what_needs_it,
    workflows_are_checked_before_any_sql,
];
