//! The nodes over HTTP, for clients with a key.

mod access;
mod keys;

use std::io::Write;
use std::net::SocketAddr;

use ennead::prelude::*;
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::serve::keys::Keys;
use crate::{models, workflow};

/// Serves until it is told to stop, and then lets the requests that are under way come to their end.
pub(crate) async fn run(db: &Db, listen: SocketAddr) -> Result<(), Failure> {
    workflow::sign_up_acme(db).await?;
    let keys = Keys::of("org-456");
    let router = router(db, keys.clone())?;
    let listener = TcpListener::bind(listen).await.map_err(Failure::Listen)?;
    let address = listener.local_addr().map_err(Failure::Listen)?;
    announce(address, &keys);
    axum::serve(listener, router).with_graceful_shutdown(stopped()).await.map_err(Failure::Listen)
}

/// The served nodes. Who calls for which tenant is told by the request's key, and by nothing in its body.
fn router(db: &Db, keys: Keys) -> Result<axum::Router, Error> {
    let organizations = db.clone();
    ennead::http::router(models::schema(), db.clone(), move |request: &axum::http::request::Parts| {
        let (caller, organizations) = (keys.caller(request), organizations.clone());
        async move { keys::standing(&organizations, caller?).await }
    })
    .nodes(access::SERVED)
    .authorize(access::may)
    .security(serde_json::json!({ "type": "http", "scheme": "bearer" }))
    .build()
}

/// Prints the address, what is there, and the keys of this run.
fn announce(address: SocketAddr, keys: &Keys) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "listening on http://{address}");
    for (key, caller) in keys.all() {
        let _ = writeln!(out, "  {caller:<18} Authorization: Bearer {key}");
    }
    let _ = writeln!(
        out,
        "  GET /nodes, GET /openapi.json, POST /nodes/NAME, POST /workflows; Ctrl-C ends it, and the keys with it"
    );
    let _ = out.flush();
}

/// Waits for Ctrl-C, or for SIGTERM where there is one.
async fn stopped() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a way to be told, it runs until it is killed.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return interrupt.await };
        tokio::select! {
            () = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
    let _ = writeln!(std::io::stderr(), "stopping: requests under way are answered first");
}
