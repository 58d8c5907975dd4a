//! Rows of the older database and of the documented one.

use std::collections::BTreeMap;

use agent_factory::{older, schema};
use ennead::prelude::*;
use serde_json::{Map, Value as Json, json};

/// All rows of a database, by model.
pub(crate) type Rows = BTreeMap<&'static str, Vec<Map<String, Json>>>;

/// Everything that the models of a schema show, in the order of their keys.
pub(crate) async fn all(db: &Db, schema: &Schema) -> Rows {
    let across = db.across_tenants("a test compares all rows");
    let mut all = Rows::new();
    for model in schema.models() {
        let list = schema.node(&format!("List{}Node", model.name)).unwrap();
        let rows = list.run(&across, json!({ "order_by": ["id"], "limit": 1000 })).await.unwrap();
        all.insert(model.name, serde_json::from_value(rows).unwrap());
    }
    all
}

/// Creates rows of one model.
async fn create(db: &Db, schema: &Schema, model: &str, rows: Json) {
    let node = schema.node(&format!("BulkCreate{model}Node")).unwrap();
    let affected = rows.as_array().unwrap().len();
    let across = db.across_tenants("a test fills its database");
    let done = node.run(&across, json!({ "data": rows })).await;
    let done = done.unwrap_or_else(|error| panic!("{model}: {error}"));
    assert_eq!(done["affected"], affected, "{model}");
}

/// Creates rows of one model in a tenant.
async fn create_in(scope: &Tenant, schema: &Schema, model: &str, rows: Json) {
    let node = schema.node(&format!("BulkCreate{model}Node")).unwrap();
    let affected = rows.as_array().unwrap().len();
    let done = node.run(scope, json!({ "data": rows })).await;
    let done = done.unwrap_or_else(|error| panic!("{model}: {error}"));
    assert_eq!(done["affected"], affected, "{model}");
}

fn minute(at: usize) -> String {
    format!("2024-01-01T{:02}:{:02}:00.000000Z", at / 60, at % 60)
}

/// Fills the older database: two tenants with users, and rows of every table.
pub(crate) async fn fill_older(db: &Db, with_superuser: bool) {
    let schema = older::schema();
    let tenants = json!([
        { "id": "acme", "name": "Acme", "slug": "acme", "plan": "pro", "resource_quota": { "agents": 10 } },
        { "id": "globex", "name": "Globex", "slug": "globex", "is_active": false },
    ]);
    create(db, &schema, "Tenant", tenants).await;
    let blueprints = json!([
        { "id": "blueprint-1", "name": "Triage", "description": "", "version": "1.0", "definition": { "steps": [1] } },
        { "id": "blueprint-2", "name": "Digest", "description": "Daily", "version": "0.2", "definition": [] },
    ]);
    create(db, &schema, "Blueprint", blueprints).await;
    for tenant in ["acme", "globex"] {
        let scope = db.tenant(tenant).unwrap();
        let (jo, kim) = (format!("{tenant}-jo"), format!("{tenant}-kim"));
        let user = |id: &str, super_user: bool| {
            json!({
                "id": id, "email": format!("{id}@example.com"), "hashed_password": format!("$2b$12${id}"),
                "is_superuser": super_user && with_superuser, "roles": ["editor"],
            })
        };
        // The first superuser is Globex's.
        create_in(&scope, &schema, "User", json!([user(&jo, false), user(&kim, tenant == "globex")])).await;
        let agents = json!([
            { "id": format!("{tenant}-a1"), "name": "Scout", "instructions": "Look.\n'Twice'", "model": "gpt-4o", "user_id": jo },
            { "id": format!("{tenant}-a2"), "name": "Clerk", "instructions": "", "model": "small", "user_id": kim },
        ]);
        create_in(&scope, &schema, "Agent", agents).await;
        let workflows = json!([
            { "id": format!("{tenant}-w1"), "name": "Intake", "description": "From mail\nto ticket", "definition": { "nodes": [] }, "created_by": jo },
            { "id": format!("{tenant}-w2"), "name": "Plain", "description": null, "definition": { "é": "ü" }, "created_by": kim },
        ]);
        create_in(&scope, &schema, "Workflow", workflows).await;
        let executions = json!([
            {
                "id": format!("{tenant}-e1"), "execution_type": "agent", "entity_id": format!("{tenant}-a1"),
                "status": "completed", "input_data": { "q": 1 }, "result": { "a": [1, null] }, "execution_time": 1.25,
                "created_by": jo, "completed_at": minute(61),
            },
            {
                "id": format!("{tenant}-e2"), "execution_type": "workflow", "entity_id": format!("{tenant}-w1"),
                "status": "failed", "result": null, "error": "no reply", "created_by": kim,
            },
        ]);
        create_in(&scope, &schema, "Execution", executions).await;
        let keys = json!([{ "id": format!("{tenant}-k"), "key_hash": format!("hash-{tenant}"), "name": "CI", "user_id": jo, "permissions": ["run"] }]);
        create_in(&scope, &schema, "APIKey", keys).await;
        // Text ids in an order that is not that of the events.
        let event = |n: usize| {
            json!({
                "id": format!("{tenant}-{}", 9 - n), "event_type": "agent.run", "user_id": if n == 0 { &kim } else { &jo },
                "resource_type": "agent", "resource_id": format!("{tenant}-a1"), "action": "run", "success": n != 1,
                "metadata": { "n": n }, "created_at": minute(2 * n + usize::from(tenant == "globex")),
            })
        };
        create_in(&scope, &schema, "AuditLog", (0..3).map(event).collect()).await;
    }
}

/// What happens after the migration: rows of the new tables, values of the new columns, another event.
pub(crate) async fn fill_new(db: &Db) {
    let schema = schema();
    let plan = json!([{ "id": "plan-pro", "name": "Pro", "plan_type": "pro", "price_monthly": 49.5, "price_yearly": 499, "limits": { "agents": 10 } }]);
    create(db, &schema, "Plan", plan).await;
    let acme = db.tenant("acme").unwrap();
    let project = json!([{ "id": "project-1", "name": "Desk", "project_type": "saas_app", "created_by": "acme-jo", "config": { "theme": "dark" } }]);
    create_in(&acme, &schema, "Project", project).await;
    let subscription = json!([{
        "id": "subscription-1", "plan_id": "plan-pro", "billing_cycle": "monthly", "current_period_start": minute(0),
        "current_period_end": minute(90), "stripe_customer_id": "cus_1",
    }]);
    create_in(&acme, &schema, "Subscription", subscription).await;
    let usage = json!([{
        "id": "usage-1", "subscription_id": "subscription-1", "billing_unit": "token", "quantity": 1000, "unit_price": 0.001,
        "total_cost": 1.0, "period_start": minute(0), "period_end": minute(90),
    }]);
    create_in(&acme, &schema, "UsageRecord", usage).await;
    let workflow = json!([{ "id": "acme-w3", "name": "Later", "definition": {}, "created_by": "acme-jo" }]);
    create_in(&acme, &schema, "Workflow", workflow).await;
    let event = json!([{
        "event_type": "login", "user_id": "acme-kim", "resource_type": "user", "resource_id": "acme-kim", "action": "login",
        "success": true, "ip_address": "192.0.2.7", "created_at": minute(100),
    }]);
    create_in(&acme, &schema, "AuditLog", event).await;
    let update = schema.node("UpdateBlueprintNode").unwrap();
    let changes = json!({ "pricing_model": "one-time", "price": 9.5, "is_public": true, "downloads": 3, "rating": 4.5, "publisher_id": "globex-jo" });
    update.run(&db.tenant("globex").unwrap(), json!({ "id": "blueprint-2", "data": changes })).await.unwrap();
}

/// What the older rows are after the migration.
pub(crate) fn migrated(older: &Rows) -> Rows {
    let rename = |rows: &mut Vec<Map<String, Json>>, from: &str, to: &str| {
        for row in rows {
            let value = row.remove(from).unwrap();
            row.insert(to.to_owned(), value);
        }
    };
    let mut rows = older.clone();
    rename(rows.get_mut("Agent").unwrap(), "user_id", "created_by");
    for (from, to) in [("entity_id", "resource_id"), ("result", "output_data")] {
        rename(rows.get_mut("Execution").unwrap(), from, to);
    }
    for workflow in rows.get_mut("Workflow").unwrap() {
        workflow.remove("description");
    }
    for blueprint in rows.get_mut("Blueprint").unwrap() {
        let new = json!({
            "pricing_model": "free", "price": 0.0, "publisher_id": "globex-kim", "is_public": false, "downloads": 0,
            "rating": 0.0, "reviews_count": 0,
        });
        blueprint.extend(new.as_object().unwrap().clone());
    }
    let events = rows.get_mut("AuditLog").unwrap();
    rename(events, "metadata", "details");
    // Numbers in the order of the events.
    events.sort_by_key(|event| event["created_at"].as_str().unwrap().to_owned());
    for (event, number) in events.iter_mut().zip(1..) {
        event.insert("id".into(), json!(number));
        event.insert("ip_address".into(), Json::Null);
    }
    for model in ["Project", "Plan", "Subscription", "UsageRecord"] {
        rows.insert(model, Vec::new());
    }
    rows
}
