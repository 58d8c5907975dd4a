//! The nodes over HTTP: an [axum](https://docs.rs/axum) router, an OpenAPI document of the same JSON Schemas, and errors
//! as problem details (RFC 9457).
//!
//! The tenant comes from the extractor that the application gives, never from the body. Only the nodes that it lists are
//! served, and `authorize` answers 403 before any SQL.
//!
//! ```no_run
//! use ennead::http::Caller;
//! use ennead::prelude::*;
//!
//! # #[model] struct Note { #[key] id: String, #[tenant] tenant_id: String, text: String }
//! # async fn serve(db: Db) -> Result<(), Error> {
//! let router = ennead::http::router(ennead::schema![Note], db, async |request: &axum::http::request::Parts| {
//!     let tenant = request.headers.get("x-tenant").and_then(|value| value.to_str().ok()).unwrap_or_default();
//!     Caller::of(tenant)
//! })
//! .nodes(["CreateNoteNode", "ReadNoteNode", "ListNoteNode"])
//! .build()?;
//! # let _: axum::Router = router;
//! # Ok(()) }
//! ```

mod openapi;
mod problem;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use ennead_core::{Actor, Error, IntoTenantId, TenantId};
use serde_json::{Value, json};

use crate::db::Db;
use crate::node::Node;
use crate::node::relations::Relation;
use crate::schema::Schema;
use crate::scopes::Tenant;
use crate::strict::parse_json;
use crate::workflow::{Runtime, WorkflowBuilder};

pub use problem::Problem;

/// Who calls, and for which tenant.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Caller {
    /// The tenant in whose scope every node of the request runs.
    pub tenant: TenantId,
    /// Who it is, for [`NodeRouter::authorize`].
    pub actor: Option<String>,
    /// Who acts, as the audit records it.
    pub audited: Option<Actor>,
    /// What they may do, where an API key says so.
    pub scopes: Vec<String>,
}

impl Caller {
    /// A caller of a tenant.
    ///
    /// # Errors
    /// `is_invalid_input` for a tenant's id that is none.
    pub fn of(tenant: impl IntoTenantId) -> Result<Self, Error> {
        Ok(Self { tenant: tenant.into_tenant_id()?, actor: None, audited: None, scopes: Vec::new() })
    }

    /// Says who it is.
    #[must_use]
    pub fn acting_as(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Says who acts, for the audit: what the request writes is recorded with it.
    #[must_use]
    pub fn audited_as(mut self, actor: Actor) -> Self {
        self.audited = Some(actor);
        self
    }

    /// Says what they may do.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Vec<String>) -> Self {
        self.scopes = scopes;
        self
    }

    /// Whether they may do this: it is among the [`scopes`](Self::scopes).
    #[must_use]
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    /// The scope in which the request's nodes run.
    fn scope(&self, db: &Db) -> Result<Tenant, Error> {
        let tenant = db.tenant(&self.tenant)?;
        Ok(match &self.audited {
            Some(actor) => tenant.actor(actor.clone()),
            None => tenant,
        })
    }
}

pub(crate) type Called<'a> = Pin<Box<dyn Future<Output = Result<Caller, Error>> + Send + 'a>>;
type Extract = dyn for<'a> Fn(&'a Parts) -> Called<'a> + Send + Sync;
type Authorize = dyn Fn(&Caller, &str, &Value) -> bool + Send + Sync;

/// Puts the router together: which nodes it serves, who may call them, and its limits.
#[must_use = "`.build()` gives the router"]
pub struct NodeRouter {
    schema: Schema,
    db: Db,
    extract: Arc<Extract>,
    authorize: Arc<Authorize>,
    nodes: Vec<String>,
    security: Option<Value>,
    max_body: usize,
    max_batch: usize,
}

impl std::fmt::Debug for NodeRouter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeRouter").field("db", &self.db).field("nodes", &self.nodes).finish_non_exhaustive()
    }
}

/// A router of this schema's nodes on this database. `tenant_from_request` tells from a request's head who calls; its
/// error is the answer (a missing tenant is 401).
pub fn router<F>(schema: Schema, db: Db, tenant_from_request: F) -> NodeRouter
where
    F: for<'a> AsyncCaller<'a> + Send + Sync + 'static,
{
    db.inner().known.learn(schema.models());
    NodeRouter {
        schema,
        db,
        extract: Arc::new(move |parts| tenant_from_request.call(parts)),
        authorize: Arc::new(|_, _, _| true),
        nodes: Vec::new(),
        security: None,
        max_body: 1024 * 1024,
        max_batch: 10_000,
    }
}

/// What [`router`] takes: an async closure or function from a request's head to a [`Caller`], or
/// [`ApiKeys::bearer`](crate::api_keys::ApiKeys::bearer).
pub trait AsyncCaller<'a> {
    /// Asks who calls.
    #[doc(hidden)]
    fn call(&self, parts: &'a Parts) -> Called<'a>;
}

impl<'a, F, R> AsyncCaller<'a> for F
where
    F: Fn(&'a Parts) -> R,
    R: Future<Output = Result<Caller, Error>> + Send + 'a,
{
    fn call(&self, parts: &'a Parts) -> Called<'a> {
        Box::pin(self(parts))
    }
}

impl NodeRouter {
    /// Serves these nodes, by either form of their names. None are served unless listed.
    ///
    /// Relations are there where their rows are served: to many, and in conditions, where the List node of the related model is;
    /// to one where its Read or its List node is.
    pub fn nodes<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.nodes.extend(names.into_iter().map(Into::into));
        self
    }

    /// Asks before each node whether the caller may run it with these parameters: `false` is 403, before any SQL.
    ///
    /// A relation that parameters follow is asked about as the node that would read its rows (see [`nodes`](Self::nodes)), with
    /// what the parameters say about them: what an `include` says, or the conditions of a filter.
    pub fn authorize(mut self, may: impl Fn(&Caller, &str, &Value) -> bool + Send + Sync + 'static) -> Self {
        self.authorize = Arc::new(may);
        self
    }

    /// Says how a request proves who calls, as a security scheme of OpenAPI: `{"type": "http", "scheme": "bearer"}`. It stands
    /// in the document, and an HTTP scheme in the challenge of a 401.
    pub fn security(mut self, scheme: Value) -> Self {
        self.security = Some(scheme);
        self
    }

    /// How many bytes a body may hold: 1 MiB unless said.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// How many rows or ids one bulk node takes: 10,000 unless said.
    pub fn max_batch(mut self, rows: usize) -> Self {
        self.max_batch = rows;
        self
    }

    /// Makes the router.
    ///
    /// # Errors
    /// `is_invalid_input` for a name that is no node's.
    pub fn build(self) -> Result<axum::Router, Error> {
        let names = self.nodes.iter().map(|name| self.schema.node(name).map(|node| node.name()));
        let names: Arc<BTreeSet<String>> = Arc::new(names.collect::<Result<_, _>>()?);
        let shown = Arc::clone(&names);
        let schema = Schema {
            relations: self.schema.relations.showing(move |relation| reads(&shown, relation).is_some()),
        };
        let served: BTreeMap<String, Node> =
            names.iter().map(|name| Ok((name.clone(), schema.node(name)?))).collect::<Result<_, Error>>()?;
        let document = openapi::document(served.values(), self.security.as_ref());
        let challenge = self.security.as_ref().and_then(challenge);
        let state = Arc::new(Served {
            schema,
            db: self.db,
            extract: self.extract,
            authorize: self.authorize,
            nodes: served,
            names,
            max_batch: self.max_batch,
            document,
        });
        Ok(axum::Router::new()
            .route("/nodes", get(list))
            .route("/nodes/{name}", post(run))
            .route("/workflows", post(workflow))
            .route("/openapi.json", get(describe))
            .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address"))
            .method_not_allowed_fallback(async || {
                Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address takes another method")
            })
            .layer(DefaultBodyLimit::max(self.max_body))
            .layer(axum::middleware::map_response(move |response: Response| {
                std::future::ready(with_challenge(response, challenge.clone()))
            }))
            .with_state(state))
    }
}

/// The served node that would read the rows of a relation.
fn reads(served: &BTreeSet<String>, relation: Relation) -> Option<String> {
    let node = |operation: &str| Some(format!("{operation}{}Node", relation.model().name));
    let by_key = node("Read").filter(|name| !relation.many && served.contains(name));
    by_key.or_else(|| node("List").filter(|name| served.contains(name)))
}

/// What a 401 asks for: the name of the HTTP scheme.
fn challenge(scheme: &Value) -> Option<HeaderValue> {
    let name = scheme.get("scheme").filter(|_| scheme["type"] == "http")?.as_str()?;
    let (first, rest) = name.split_at_checked(1)?;
    HeaderValue::try_from(first.to_ascii_uppercase() + rest).ok()
}

fn with_challenge(mut response: Response, challenge: Option<HeaderValue>) -> Response {
    if let Some(challenge) = challenge.filter(|_| response.status() == StatusCode::UNAUTHORIZED) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

struct Served {
    schema: Schema,
    db: Db,
    extract: Arc<Extract>,
    authorize: Arc<Authorize>,
    nodes: BTreeMap<String, Node>,
    names: Arc<BTreeSet<String>>,
    max_batch: usize,
    document: Value,
}

impl Served {
    /// The served node of that name, by either form of it.
    fn node(&self, name: &str) -> Result<&Node, Problem> {
        let found = self.schema.node(name).ok().and_then(|node| self.nodes.get(&node.name()));
        found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("no node {name:?} is served here")))
    }

    /// The schema as this caller may go through it.
    fn schema_of(&self, caller: &Caller) -> Schema {
        let (caller, names, authorize) =
            (caller.clone(), Arc::clone(&self.names), Arc::clone(&self.authorize));
        let may = move |relation: Relation, said: &Value| {
            reads(&names, relation).is_some_and(|name| authorize(&caller, &name, said))
        };
        Schema { relations: self.schema.relations.asking(may) }
    }

    fn check(&self, caller: &Caller, node: &Node, params: &Value) -> Result<(), Problem> {
        if !(self.authorize)(caller, &node.name(), params) {
            return Err(Problem::new(StatusCode::FORBIDDEN, format!("{} is not allowed", node.name())));
        }
        let rows = ["data", "ids"].iter().filter_map(|key| params.get(key)?.as_array()).map(Vec::len).max();
        if rows.is_some_and(|rows| rows > self.max_batch) {
            let text = format!("at most {} rows or ids in one request", self.max_batch);
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, text));
        }
        Ok(())
    }
}

/// Reads a request: who calls, and its body as JSON in which no key stands twice.
async fn read(served: &Served, request: Request) -> Result<(Caller, Value), Problem> {
    let (parts, body) = request.into_parts();
    let caller = (served.extract)(&parts).await?;
    let is_json =
        parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
        });
    if !is_json {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is application/json"));
    }
    let request = Request::from_parts(parts, body);
    let bytes = <Bytes as axum::extract::FromRequest<()>>::from_request(request, &())
        .await
        .map_err(|rejected| Problem::new(rejected.status(), rejected.body_text()))?;
    Ok((caller, parse_json(&bytes)?))
}

async fn run(
    State(served): State<Arc<Served>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (caller, params) = read(&served, request).await?;
    let node = served.node(&name)?;
    served.check(&caller, node, &params)?;
    let tenant = caller.scope(&served.db)?;
    let node = Node { relations: served.schema_of(&caller).relations, ..node.clone() };
    Ok(Json(node.run(&tenant, params).await?).into_response())
}

async fn workflow(State(served): State<Arc<Served>>, request: Request) -> Result<Response, Problem> {
    let (caller, json) = read(&served, request).await?;
    let builder = WorkflowBuilder::from_value(json)?;
    for step in builder.steps() {
        let node = served.node(&step.node)?;
        served.check(&caller, node, &step.params)?;
    }
    let schema = served.schema_of(&caller);
    let workflow = builder.build(&schema)?;
    let tenant = caller.scope(&served.db)?;
    let results = Runtime::new(&schema).execute(&workflow, &tenant).await?;
    let run = results.run_id().to_owned();
    Ok(Json(json!({ "run": run, "results": results.into_json() })).into_response())
}

async fn list(State(served): State<Arc<Served>>) -> Json<Value> {
    let nodes = served.nodes.values().map(|node| {
        let info = node.describe();
        json!({
            "name": info.name,
            "model": info.model,
            "description": info.description,
            "parameters": info.parameters,
            "result": info.result,
        })
    });
    Json(nodes.collect())
}

async fn describe(State(served): State<Arc<Served>>) -> Json<Value> {
    Json(served.document.clone())
}
