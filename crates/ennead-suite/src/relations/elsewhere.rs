//! Relations by name where nodes are used: in workflows, and over HTTP.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::request::Parts;
use ennead::http::Caller;
use ennead::prelude::*;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use super::{filled, models};
use crate::Bed;
use crate::tenancy::recorder::statements;

/// Paths lead into what is included, and connections into what is said about it.
async fn in_workflows(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let schema = models();
    let mut workflow = WorkflowBuilder::new();
    let include = json!({ "owner": {}, "tasks": { "order_by": "id", "include": "above" } });
    workflow.add_node("ReadProjectNode", "project", json!({ "id": "p1", "include": include }));
    workflow.add_node("ReadAccountNode", "owner", json!({}));
    workflow.add_connection("project", "owner.id", "owner", "id");
    workflow.add_node("ReadTaskNode", "task", json!({}));
    workflow.add_connection("project", "tasks.1.above.id", "task", "id");
    let said =
        json!({ "include": { "tasks": { "filter": { "position": {} }, "limit": 1 } }, "order_by": "id" });
    workflow.add_node("ListProjectNode", "some", said);
    workflow.add_connection("project", "tasks.0.position", "some", "include.tasks.filter.position.$lt");
    workflow.add_node("CountProjectNode", "count", json!({ "filter": { "tasks": { "$some": {} } } }));
    workflow.add_connection("project", "tasks.0.title", "count", "filter.tasks.$some.title");
    let each = workflow.add_node("UpdateTaskNode", "each", json!({ "add": { "position": 10 } }));
    each.for_each("project", "tasks", "id", "id");
    // One after the other: the last changes what others read.
    let built = workflow.transactional().build(&schema).unwrap();
    let results = Runtime::new(&schema).execute(&built, &acme).await.unwrap();
    assert_eq!((&results["owner"]["name"], &results["task"]["id"]), (&json!("ann"), &json!("t1")));
    let first = |at: usize| results["some"][at]["tasks"][0]["id"].clone();
    assert_eq!((first(0), first(1), first(2)), (json!("t2"), json!("t4"), Json::Null));
    assert_eq!(results["count"]["count"], 1);
    assert_eq!(results["each"].as_array().unwrap().len(), 3);
}

/// What is wrong is told before anything runs.
async fn checked_workflows(_: Bed) {
    let schema = models();
    let wrong = |include: Json, output: &str, parameter: &str| {
        let mut workflow = WorkflowBuilder::new();
        workflow.add_node("ReadProjectNode", "project", json!({ "id": "p1", "include": include }));
        workflow.add_node("ListTaskNode", "tasks", json!({}));
        workflow.add_connection("project", output, "tasks", parameter);
        workflow.build(&schema).map(|_| ()).map_err(|error| error.to_string())
    };
    for (include, output, parameter, told) in [
        (json!("owner"), "ownr.id", "filter.id", r#"gives no field "ownr"; did you mean "owner"?"#),
        (json!("owner"), "owner.nmae", "filter.id", r#"gives no field "nmae"; did you mean "name"?"#),
        (json!("owner"), "tasks.0.id", "filter.id", r#"gives no "tasks": say so with `include`"#),
        (json!("owner"), "owner.plan.name", "filter.title", r#"gives no "plan": say so with `include`"#),
        (json!("tasks"), "tasks.0.position", "filter.title", "is i64, and the parameter"),
        (json!("tasks"), "tasks.0.position", "filter.project.owner.name", "is i64, and the parameter"),
        (json!("tasks"), "tasks.0.title", "include.below.filter.position", "takes i64"),
        (json!("taks"), "id", "filter.id", r#"unknown relation; did you mean "tasks"?"#),
        (json!("tasks"), "tasks.0.title", "include.belw.filter.title", r#"did you mean "below"?"#),
    ] {
        let error = wrong(include.clone(), output, parameter).unwrap_err();
        assert!(error.contains(told), "{include} {output} {parameter}: {error}");
    }
    for (output, parameter) in [
        ("tasks.0.title", "filter.project.name"),
        ("tasks.0.above.position", "include.below.filter.position.$gt"),
        ("owner.plan.id", "include.project.filter.owner.plan_id"),
        ("tasks", "filter.id.$in"),
        ("tasks.0", "include.below.filter"),
        ("owner", "filter.project.owner"),
        ("tasks.1.position", "include.below.limit"),
        ("name", "include"),
    ] {
        wrong(json!(["tasks.above", "owner.plan"]), output, parameter)
            .unwrap_or_else(|error| panic!("{parameter}: {error}"));
    }
}

fn served(db: &Db, nodes: &[&str]) -> axum::Router {
    ennead::http::router(models(), db.clone(), async |request: &Parts| {
        let actor = request.headers.get("x-actor").and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Caller::of("acme")?.acting_as(actor))
    })
    .nodes(nodes.iter().copied())
    .authorize(|caller, node, params| match caller.actor.as_deref() {
        Some("reader") => node != "ListTaskNode",
        Some("careful") => params.get("with_deleted").is_none() && !params.to_string().contains("secret"),
        _ => true,
    })
    .build()
    .unwrap()
}

async fn post(router: &axum::Router, actor: &str, path: &str, body: Json) -> (u16, Json) {
    let request = Request::post(path).header("content-type", "application/json").header("x-actor", actor);
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap())
}

/// A relation is there where its rows are served, and followed by whom `authorize` lets read them.
async fn over_http(bed: Bed) {
    let (db, _) = filled(&bed).await;
    let few = served(&db, &["ListProjectNode", "ReadAccountNode"]);
    let list = "/nodes/ListProjectNode";
    let (status, rows) = post(&few, "writer", list, json!({ "order_by": "id", "include": "owner" })).await;
    assert_eq!((status, &rows[0]["owner"]["id"]), (200, &json!("ann")), "{rows}");
    for (params, told) in [
        (json!({ "include": "tasks" }), r#"unknown relation; known are owner, auditor"#),
        (json!({ "include": "owner.owned.tasks" }), "unknown relation"),
        (json!({ "include": "owner.plan" }), "unknown relation; known are owned, audited"),
        (json!({ "filter": { "tasks": { "$exists": true } } }), "unknown field or relation"),
        (json!({ "filter": { "owner": { "plan": {} } } }), "unknown field or relation"),
    ] {
        let (status, problem) = post(&few, "writer", list, params.clone()).await;
        assert_eq!(status, 400, "{params}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(told), "{params}: {problem}");
    }
    let document = Request::get("/openapi.json").body(Body::empty()).unwrap();
    let document = few.clone().oneshot(document).await.unwrap();
    let document: Json =
        serde_json::from_slice(&to_bytes(document.into_body(), usize::MAX).await.unwrap()).unwrap();
    let schemas = &document["components"]["schemas"];
    assert!(schemas["ListProjectNodeFilter"]["properties"]["owner"].is_object());
    assert!(schemas["ListProjectNodeFilter"]["properties"]["tasks"].is_null());
    assert!(schemas["RelatedAccountFilter"]["properties"]["name"].is_object());
    assert!(schemas["RelatedTaskFilter"].is_null() && !document.to_string().contains("#/$defs"));
    // Who may not list the tasks may not have them beside projects, nor ask about them.
    let all = served(
        &db,
        &["ListProjectNode", "ReadProjectNode", "ListTaskNode", "ReadAccountNode", "CreateTaskNode"],
    );
    let asked = [
        json!({ "include": "tasks" }),
        json!({ "include": ["owner", { "tasks": { "limit": 1 } }] }),
        json!({ "filter": { "$not": { "tasks": { "$some": { "title": "x" } } } } }),
    ];
    for params in asked {
        let mut refused = None;
        let sent =
            statements(async { refused = Some(post(&all, "reader", list, params.clone()).await) }).await;
        let (status, problem) = refused.unwrap();
        assert_eq!((status, sent.len()), (403, 0), "{params}: {problem}");
        assert_eq!(post(&all, "writer", list, params).await.0, 200);
    }
    // In workflows too, and where a connection brings the name.
    let step = |params: Json| json!({ "id": "list", "node": "ListProjectNode", "params": params });
    let workflow = json!({ "nodes": [step(json!({ "include": "tasks" }))] });
    assert_eq!(post(&all, "reader", "/workflows", workflow.clone()).await.0, 403);
    assert_eq!(post(&all, "writer", "/workflows", workflow).await.0, 200);
    let brought = json!({
        "nodes": [{ "id": "task", "node": "CreateTaskNode", "params": { "project_id": "p1", "title": "tasks" } }, step(json!({}))],
        "connections": [{ "from": "task", "output": "title", "to": "list", "parameter": "include" }],
    });
    let (status, problem) = post(&all, "reader", "/workflows", brought.clone()).await;
    assert_eq!(status, 403, "{problem}");
    assert_eq!(post(&all, "writer", "/workflows", brought).await.0, 200);
    // What is said about the rows is there to be judged.
    for (said, status) in [
        (json!({ "tasks": {} }), 200),
        (json!({ "tasks": { "with_deleted": true } }), 403),
        (json!({ "tasks": { "filter": { "title": "secret" } } }), 403),
    ] {
        let params = json!({ "id": "p1", "include": said });
        assert_eq!(
            post(&all, "careful", "/nodes/ReadProjectNode", params.clone()).await.0,
            status,
            "{params}"
        );
    }
    let asked = json!({ "filter": { "tasks": { "$some": { "title": "secret" } } } });
    assert_eq!(post(&all, "careful", list, asked).await.0, 403);
}

crate::cases![in_workflows, checked_workflows, over_http];
