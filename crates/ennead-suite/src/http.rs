//! The nodes over HTTP.

use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{Request, StatusCode};
use ennead::http::Caller;
use ennead::prelude::*;
use ennead::{Error, ErrorKind};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::Bed;
use crate::nodes::{User, acme, schema};

fn served(db: &Db) -> axum::Router {
    ennead::http::router(schema(), db.clone(), async |request: &Parts| {
        match request.headers.get("x-tenant").and_then(|value| value.to_str().ok()) {
            Some(tenant) => Ok(Caller::of(tenant)?.acting_as("somebody")),
            None => Err(Error::new(ErrorKind::TenantMissing, "say who you are")),
        }
    })
    .nodes(["CreateUserNode", "UserReadNode", "ListUserNode", "BulkCreateUserNode", "DeleteUserNode"])
    .nodes(["BulkDeleteUserNode"])
    .security(json!({ "type": "http", "scheme": "bearer" }))
    .authorize(|caller, node, _| caller.actor.as_deref() == Some("somebody") && node != "DeleteUserNode")
    .max_body(20_000)
    .max_batch(3)
    .build()
    .unwrap()
}

async fn send(
    router: &axum::Router,
    method: &str,
    path: &str,
    tenant: Option<&str>,
    body: &str,
) -> (StatusCode, Json) {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if let Some(tenant) = tenant {
        request = request.header("x-tenant", tenant);
    }
    let response = router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (status, kind) = (response.status(), response.headers()["content-type"].to_str().unwrap().to_owned());
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let json: Json = serde_json::from_slice(&bytes).unwrap();
    if status.is_success() {
        assert_eq!(kind, "application/json");
    } else {
        assert_eq!((kind.as_str(), &json["status"]), ("application/problem+json", &json!(status.as_u16())));
    }
    (status, json)
}

const NEW: &str = r#"{"data": {"email": "jo@example.com", "name": "Jo", "password_hash": "canary-hash"}}"#;

async fn served_nodes_run_in_the_callers_scope(bed: Bed) {
    let (db, tenant) = acme(&bed).await;
    let router = served(&db);
    let (status, created) = send(&router, "POST", "/nodes/CreateUserNode", Some("org-456"), NEW).await;
    assert_eq!((status, &created["organization_id"]), (StatusCode::OK, &json!("org-456")));
    let read = json!({ "id": created["id"] }).to_string();
    let (status, row) = send(&router, "POST", "/nodes/ReadUserNode", Some("org-456"), &read).await;
    assert_eq!((status, &row), (StatusCode::OK, &created));
    let (status, problem) = send(&router, "POST", "/nodes/UserReadNode", Some("org-789"), &read).await;
    assert_eq!((status, &problem["model"]), (StatusCode::NOT_FOUND, &json!("User")));
    let (status, problem) = send(&router, "POST", "/nodes/CreateUserNode", Some("org-456"), NEW).await;
    assert_eq!((status, &problem["fields"]), (StatusCode::CONFLICT, &json!(["organization_id", "email"])));
    assert!(!problem.to_string().contains("jo@example.com"));
    let workflow = json!({ "nodes": [
        { "id": "many", "node": "BulkCreateUserNode", "params": { "data": [
            { "email": "a", "name": "a", "password_hash": "h" }, { "email": "b", "name": "b", "password_hash": "h" },
        ] } },
        { "id": "each", "node": "ReadUserNode", "for_each": { "from": "many", "output": "ids", "item": "", "parameter": "id" } },
    ] });
    let (status, done) = send(&router, "POST", "/workflows", Some("org-456"), &workflow.to_string()).await;
    assert_eq!(
        (status, done["results"]["each"].as_array().map(Vec::len)),
        (StatusCode::OK, Some(2)),
        "{done}"
    );
    assert_eq!(User::count().run(&tenant).await.unwrap(), 3);
}

async fn what_is_not_allowed_is_refused_before_any_sql(bed: Bed) {
    let (db, _) = acme(&bed).await;
    let router = served(&db);
    // Closed: whatever still reached the database would be a 503.
    db.close().await;
    let a = Some("org-456");
    let long = format!("{{\"filter\": {{\"name\": \"{}\"}}}}", "x".repeat(30_000));
    let workflow = json!({ "nodes": [{ "id": "x", "node": "CountUserNode" }] }).to_string();
    let four = json!({ "data": [{}, {}, {}, {}] }).to_string();
    for (method, path, tenant, body, wanted) in [
        ("POST", "/nodes/CreateUserNode", None, NEW, 401),
        ("POST", "/nodes/CreateUserNode", Some("no such tenant!"), NEW, 400),
        ("POST", "/nodes/DeleteUserNode", a, r#"{"id": "x"}"#, 403),
        ("POST", "/nodes/CountUserNode", a, "{}", 404),
        ("POST", "/nodes/Nonsense", a, "{}", 404),
        ("GET", "/nodes/CreateUserNode", a, "", 405),
        ("POST", "/nowhere", a, "{}", 404),
        ("POST", "/nodes/ListUserNode", a, "{", 400),
        // No parameters, as `{}`: a node that wants some says so.
        ("POST", "/nodes/ListUserNode", a, "null", 503),
        ("POST", "/nodes/UserReadNode", a, "null", 400),
        ("POST", "/nodes/ListUserNode", a, "[]", 400),
        // What is wrong is told even where no row is meant.
        (
            "POST",
            "/nodes/BulkDeleteUserNode",
            a,
            r#"{"ids": [], "filter": {"name": {"$contains": "\u0000"}}}"#,
            400,
        ),
        ("POST", "/nodes/BulkDeleteUserNode", a, r#"{"ids": [], "filter": {"name": {"$like": "\\"}}}"#, 400),
        ("POST", "/nodes/ListUserNode", a, r#"{"limit": 1, "limit": 2}"#, 400),
        ("POST", "/nodes/ListUserNode", a, r#"{"tenant": "org-789"}"#, 400),
        ("POST", "/nodes/ListUserNode", a, r#"{"filter": {"organization_id": "org-789"}}"#, 400),
        ("POST", "/nodes/ListUserNode", a, &long, 413),
        ("POST", "/nodes/BulkCreateUserNode", a, &four, 413),
        ("POST", "/workflows", a, &workflow, 404),
        ("POST", "/workflows", a, r#"{"nodes": [], "scope": "all"}"#, 400),
        ("POST", "/nodes/ListUserNode", a, "{}", 503),
    ] {
        let (status, problem) = send(&router, method, path, tenant, body).await;
        assert_eq!(status.as_u16(), wanted, "{method} {path}: {problem}");
    }
    let request = Request::builder().method("POST").uri("/nodes/ListUserNode").header("x-tenant", "org-456");
    let response = router.clone().oneshot(request.body(Body::from("{}")).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let request = Request::builder().method("PUT").uri("/nodes/ListUserNode");
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["allow"].to_str().unwrap()), (405, "POST"));
    let request = Request::builder().method("POST").uri("/nodes/ListUserNode");
    let response = router.clone().oneshot(request.body(Body::from("{}")).unwrap()).await.unwrap();
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    assert!(
        ennead::http::router(schema(), db, async |_: &Parts| Caller::of("x"))
            .nodes(["Nonsense"])
            .build()
            .is_err()
    );
}

async fn the_document_speaks_of_what_is_served(bed: Bed) {
    let (db, _) = acme(&bed).await;
    let router = served(&db);
    let (_, nodes) = send(&router, "GET", "/nodes", None, "").await;
    assert_eq!(nodes.as_array().unwrap().len(), 6);
    let (_, document) = send(&router, "GET", "/openapi.json", None, "").await;
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/nodes/ReadUserNode"]["post"].is_object());
    assert!(document["paths"].get("/nodes/CountUserNode").is_none());
    // The scope tells the tenant; where rows come out it is as any other field.
    let schemas = &document["components"]["schemas"];
    let own = |name: &str| schemas[name]["properties"]["organization_id"]["readOnly"] == true;
    assert!(own("ListUserNodeFilter") && !own("ReadUserNodeResult"));
    let (security, scheme) =
        (&document["paths"]["/workflows"]["post"]["security"], json!([{ "caller": [] }]));
    assert_eq!(
        (security, &document["components"]["securitySchemes"]["caller"]["scheme"]),
        (&scheme, &json!("bearer"))
    );
    let text = document.to_string();
    assert!(!text.contains("$defs"), "references into a schema of its own do not resolve in the document");
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

crate::cases![
    served_nodes_run_in_the_callers_scope,
    what_is_not_allowed_is_refused_before_any_sql,
    the_document_speaks_of_what_is_served,
];
