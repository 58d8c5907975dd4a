//! The id of a workflow's run: in its results, its errors and its traces.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ennead::prelude::*;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::Bed;
use crate::deferred::{Club, Player};
use crate::nodes::{acme, schema};

/// The fields of an event or a span.
type Told = HashMap<String, String>;

/// What was traced: for each event its target, and the fields of it and of the spans around it.
#[derive(Clone, Default)]
struct Traces {
    told: Arc<Mutex<Vec<(String, Told)>>>,
    spans: Arc<Mutex<HashMap<u64, Told>>>,
    entered: Arc<Mutex<HashMap<std::thread::ThreadId, Vec<u64>>>>,
    next: Arc<AtomicU64>,
}

struct Fields<'a>(&'a mut Told);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Subscriber for Traces {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("ennead::")
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut fields = HashMap::new();
        attributes.record(&mut Fields(&mut fields));
        self.spans.lock().unwrap().insert(id, fields);
        Id::from_u64(id)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut fields = HashMap::new();
        let spans = self.spans.lock().unwrap();
        let entered = self.entered.lock().unwrap();
        for id in entered.get(&std::thread::current().id()).into_iter().flatten() {
            fields.extend(spans[id].clone());
        }
        event.record(&mut Fields(&mut fields));
        self.told.lock().unwrap().push((event.metadata().target().to_owned(), fields));
    }
    fn enter(&self, span: &Id) {
        let thread = std::thread::current().id();
        self.entered.lock().unwrap().entry(thread).or_default().push(span.into_u64());
    }
    fn exit(&self, span: &Id) {
        let thread = std::thread::current().id();
        let mut entered = self.entered.lock().unwrap();
        let stack = entered.entry(thread).or_default();
        stack.retain(|id| *id != span.into_u64());
    }
}

async fn a_run_has_one_id_in_results_and_traces(bed: Bed) {
    let (_, acme) = acme(&bed).await;
    let mut workflow = WorkflowBuilder::new();
    let data = json!({ "email": "jo@example.com", "name": "Jo", "password_hash": "canary-hash" });
    workflow.add_node("CreateUserNode", "create", json!({ "data": data }));
    workflow.add_node("ReadUserNode", "read", json!({}));
    workflow.add_connection("create", "id", "read", "id");
    let workflow = workflow.build(&schema()).unwrap();
    let runtime = Runtime::new(&schema());
    let traces = Traces::default();
    let results = runtime.execute(&workflow, &acme).with_subscriber(traces.clone()).await.unwrap();
    let told = traces.told.lock().unwrap().clone();
    assert!(told.iter().all(|(_, fields)| fields.get("run").is_some_and(|run| run == results.run_id())));
    let sql: Vec<&str> = told
        .iter()
        .filter(|(target, _)| target == "ennead::sql")
        .map(|(_, fields)| fields["node"].as_str())
        .collect();
    assert_eq!(sql, ["create", "read"], "{told:?}");
    let text = format!("{told:?}");
    assert!(!text.contains("canary") && !text.contains("jo@example.com"), "{text}");
    let again = runtime.execute(&workflow, &acme).await.unwrap_err();
    assert_ne!(again.run_id().unwrap(), results.run_id());
}

async fn a_failed_run_has_its_id_in_the_error_and_traces(bed: Bed) {
    let (db, acme) = acme(&bed).await;
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("CountUserNode", "count", json!({}));
    workflow.add_node("ReadUserNode", "read", json!({ "id": "nobody" }));
    let workflow = workflow.build(&schema()).unwrap();
    let traces = Traces::default();
    let run = Runtime::new(&schema()).execute(&workflow, &acme).with_subscriber(traces.clone()).await;
    let error = run.unwrap_err();
    assert_eq!((error.node(), error.is_not_found()), (Some("read"), true));
    let told = traces.told.lock().unwrap().clone();
    let failed = told.iter().find(|(_, fields)| fields.contains_key("error")).unwrap();
    assert_eq!(failed.1["run"], error.run_id().unwrap());
    // A transaction that cannot begin fails at no node.
    db.close().await;
    let error = Runtime::new(&schema()).transactional().execute(&workflow, &acme).await.unwrap_err();
    assert_eq!(
        (error.node(), error.run_id().is_some(), error.is_connection()),
        (None, true, true),
        "{error}"
    );
}

async fn a_commit_that_fails_has_the_run_and_no_node(bed: Bed) {
    let schema = ennead::schema![Club, Player];
    let across = bed.db(&schema).await.across_tenants("sign-up");
    let mut workflow = WorkflowBuilder::new();
    workflow
        .add_node("CreateClubNode", "club", json!({ "id": "acme", "created_by": "nobody" }))
        .transactional();
    let error = Runtime::new(&schema).execute(&workflow.build(&schema).unwrap(), &across).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error}");
    assert_eq!((error.node(), error.run_id().is_some()), (None, true));
    assert!(error.results().unwrap().is_empty());
}

crate::cases![
    a_run_has_one_id_in_results_and_traces,
    a_failed_run_has_its_id_in_the_error_and_traces,
    a_commit_that_fails_has_the_run_and_no_node,
];
