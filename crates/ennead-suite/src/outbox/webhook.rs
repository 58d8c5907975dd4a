//! The whole way to receivers over HTTP: endpoints of two tenants, a signature that each checks, one that is down.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use chrono::Utc;
use ennead::outbox::signature::Secrets;
use ennead::outbox::{Deliver, OutboxEvent, Undelivered, emit};
use ennead::prelude::*;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::receiver::{Agent, NewAgent, outbox, stored};
use crate::Bed;
use crate::accounts::Hands;

#[model(table = "outbox_endpoints")]
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub address: String,
    pub topics: Vec<String>,
    #[hidden]
    pub secret: String,
    #[default(true)]
    pub is_active: bool,
}

/// Makes the agent, and tells each endpoint that wants to know.
async fn create_agent(tenant: &Tenant, name: &str) -> Result<Agent, Error> {
    tenant
        .transaction(async |tx| {
            let agent = Agent::create(NewAgent { name: name.into() }).run(tx).await?;
            let wants = Endpoint::IS_ACTIVE.eq(true).and(Endpoint::TOPICS.contains("agent.created"));
            let endpoints = Endpoint::list().filter(wants).run(tx).await?;
            emit("agent.created", json!({ "id": agent.id, "name": name }))
                .to(endpoints.into_iter().map(|endpoint| endpoint.id))
                .run(tx)
                .await?;
            Ok(agent)
        })
        .await
}

/// Posts events to their endpoints, each with the endpoint's own secret.
struct Webhooks {
    db: Db,
}

impl Webhooks {
    async fn post(&self, event: &OutboxEvent) -> Result<u16, Undelivered> {
        let (Some(tenant), Some(endpoint)) = (event.tenant_id(), &event.destination) else {
            return Err(Undelivered::for_good("no endpoint"));
        };
        let tenant = self.db.tenant(&tenant)?;
        let Some(endpoint) = Endpoint::read(endpoint).optional(&tenant).await? else {
            return Err(Undelivered::for_good("the endpoint is gone"));
        };
        let body = event.body();
        let signature = Secrets::new(&endpoint.secret)?.sign(Utc::now(), body.as_bytes());
        let sent = post(&endpoint.address, &signature, &body).await;
        sent.map_err(|error| Undelivered::new(error.kind().to_string()))
    }
}

impl Deliver for Webhooks {
    async fn deliver(&self, event: &OutboxEvent) -> Result<(), Undelivered> {
        match self.post(event).await? {
            200..300 => Ok(()),
            status => Err(Undelivered::new(status.to_string())),
        }
    }
}

/// As small as a client can be.
async fn post(address: &str, signature: &str, body: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "POST /hook HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nx-signature: {signature}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let status = std::str::from_utf8(&answer).ok().and_then(|text| text.split(' ').nth(1)?.parse().ok());
    status.ok_or_else(|| std::io::ErrorKind::InvalidData.into())
}

/// A receiver of webhooks, in nothing but its secrets beholden to the sender.
#[derive(Clone)]
struct Hook {
    secrets: Arc<Mutex<Secrets>>,
    got: Arc<Mutex<Vec<Json>>>,
}

impl Hook {
    fn new(secret: &str) -> Self {
        Self { secrets: Arc::new(Mutex::new(Secrets::new(secret).unwrap())), got: Arc::default() }
    }

    async fn serve(&self, address: Option<SocketAddr>) -> SocketAddr {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(address.unwrap_or(any)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = axum::Router::new().route("/hook", axum::routing::post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    fn names(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        let mut names: Vec<String> =
            got.iter().map(|event| event["payload"]["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }
}

async fn take(State(hook): State<Hook>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = headers.get("x-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secrets = hook.secrets.lock().unwrap().clone();
    if secrets.verify(header, &body, Utc::now(), Duration::from_secs(300)).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    hook.got.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    StatusCode::NO_CONTENT
}

const SECRETS: [&str; 3] =
    ["whsec-of-the-first-endpoint", "whsec-of-the-second-endpoint", "whsec-of-the-third-endpoint"];

async fn endpoint(tenant: &Tenant, id: &str, address: SocketAddr, secret: &str) {
    let topics = vec!["agent.created".to_owned()];
    let new = NewEndpoint { address: address.to_string(), topics, secret: secret.into() };
    Endpoint::create(new).set(Endpoint::ID, id).run(tenant).await.unwrap();
}

async fn endpoints_receive_what_their_tenant_does_signed(bed: Bed) {
    let hands = Hands::default();
    let schema = ennead::schema![Agent, Endpoint, OutboxEvent];
    let db = bed.db_with(&schema, Db::builder().clock(hands.clone())).await;
    let (acme, other) = (db.tenant("acme").unwrap(), db.tenant("other").unwrap());
    let hooks = SECRETS.map(Hook::new);
    // The second one of acme is down: nobody listens at its address.
    let nobody = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let down = nobody.local_addr().unwrap();
    drop(nobody);
    endpoint(&acme, "first", hooks[0].serve(None).await, SECRETS[0]).await;
    endpoint(&acme, "second", down, SECRETS[1]).await;
    endpoint(&other, "first", hooks[2].serve(None).await, SECRETS[2]).await;
    create_agent(&acme, "a").await.unwrap();
    create_agent(&acme, "b").await.unwrap();
    create_agent(&acme, "b").await.unwrap_err();
    create_agent(&other, "c").await.unwrap();
    let outbox = || outbox(&db).timeout(Duration::from_secs(5));
    let sent = outbox().deliver_due(Webhooks { db: db.clone() }).await.unwrap();
    assert_eq!((sent.delivered, sent.failed), (3, 2));
    assert_eq!(hooks.each_ref().map(Hook::names), [vec!["a", "b"], vec![], vec!["c"]]);
    let failed: Vec<_> = stored(&db).await.into_iter().filter_map(|event| event.last_error).collect();
    assert_eq!(failed, ["connection refused", "connection refused"]);

    // It comes up, with another secret: it refuses until the sender has that too, or it takes the old one as well.
    hooks[1].serve(Some(down)).await;
    *hooks[1].secrets.lock().unwrap() = Secrets::new("whsec-that-is-new-everywhere").unwrap();
    hands.turn_to(10);
    let sent = outbox().deliver_due(Webhooks { db: db.clone() }).await.unwrap();
    assert_eq!((sent.delivered, sent.failed), (0, 2));
    assert_eq!(stored(&db).await[1].last_error.as_deref(), Some("401"));
    let both = Secrets::new("whsec-that-is-new-everywhere").unwrap().or(SECRETS[1]).unwrap();
    *hooks[1].secrets.lock().unwrap() = both;
    hands.turn_to(30);
    let sent = outbox().deliver_due(Webhooks { db: db.clone() }).await.unwrap();
    assert_eq!((sent.delivered, sent.failed), (2, 0));
    assert_eq!(hooks.each_ref().map(Hook::names), [vec!["a", "b"], vec!["a", "b"], vec!["c"]]);

    // An endpoint that went takes its events with it.
    create_agent(&acme, "d").await.unwrap();
    Endpoint::delete("second").run(&acme).await.unwrap();
    let sent = outbox().deliver_due(Webhooks { db: db.clone() }).await.unwrap();
    assert_eq!((sent.delivered, sent.dead), (1, 1));
}

crate::cases![endpoints_receive_what_their_tenant_does_signed];
