//! Who receives webhooks: a server that verifies each signature before it reads anything, and knows an event that comes twice.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use ennead::outbox::signature::Secrets;
use ennead::{Clock, Error};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::clock::StoryClock;
use crate::SIGNATURE;
use crate::http::post;

/// How old a signature may be.
const TOLERANCE: Duration = Duration::from_secs(300);

/// A receiver at an address of its own, up or down.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    desk: Desk,
    /// While it is up.
    server: Option<JoinHandle<()>>,
}

/// What the server knows: nothing of the platform's but the secret that both share.
#[derive(Debug, Clone)]
struct Desk {
    secrets: Secrets,
    clock: StoryClock,
    mail: Arc<Mutex<Mail>>,
}

#[derive(Debug, Default)]
struct Mail {
    /// Events by their ids.
    events: BTreeMap<String, Value>,
    /// How often one came that was there already.
    again: usize,
    /// What the last good request was: its signature and its body.
    last: Option<(String, String)>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

impl Receiver {
    /// A receiver that shares this secret with the platform. It is down.
    ///
    /// # Errors
    /// There is no address for it, or the secret is too short.
    pub async fn new(secret: &str, clock: &StoryClock) -> Result<Self, super::Failure> {
        // An address where nobody listens.
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let secrets: Result<Secrets, Error> = Secrets::new(secret);
        let desk = Desk { secrets: secrets?, clock: clock.clone(), mail: Arc::default() };
        Ok(Self { address, desk, server: None })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Comes up.
    ///
    /// # Errors
    /// Somebody else has its address.
    pub async fn up(&mut self) -> io::Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        let hook = axum::routing::post(receive);
        let router = axum::Router::new().route("/hook", hook).with_state(self.desk.clone());
        self.server = Some(tokio::spawn(async move {
            // It ends with the receiver.
            let _ = axum::serve(listener, router).await;
        }));
        Ok(())
    }

    /// The events that came, each once, by topic: how many.
    #[must_use]
    pub fn topics(&self) -> BTreeMap<String, usize> {
        let mut topics = BTreeMap::new();
        for event in self.desk.mail().events.values() {
            *topics.entry(event["topic"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        topics
    }

    /// How often an event came that was there already.
    #[must_use]
    pub fn again(&self) -> usize {
        self.desk.mail().again
    }

    /// Sends the last good request once more, as somebody who recorded it could: as it was, or with another body. The status of the
    /// answer.
    ///
    /// # Errors
    /// It is down.
    pub async fn replay(&self, another: Option<&str>) -> io::Result<u16> {
        let last = self.desk.mail().last.clone();
        let (signature, body) = last.unwrap_or_default();
        post(&self.url(), &[(SIGNATURE, &signature)], another.unwrap_or(&body)).await
    }
}

impl Desk {
    fn mail(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn receive(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if desk.secrets.verify(signature, &body, desk.clock.now(), TOLERANCE).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let Some(id) = event["id"].as_str().map(str::to_owned) else { return StatusCode::BAD_REQUEST };
    let mut mail = desk.mail();
    mail.last = Some((signature.to_owned(), String::from_utf8_lossy(&body).into_owned()));
    if mail.events.insert(id, event).is_some() {
        mail.again += 1;
    }
    StatusCode::NO_CONTENT
}
