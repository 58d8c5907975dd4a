//! The outbox: events that are written in the transaction of a change, and delivered behind its commit, at least once.
//!
//! [`emit`] writes an event in a scope: where the transaction is rolled back, it was never there. An [`Outbox`] is the dispatcher: it
//! takes what is due, gives it to the application's [`Deliver`], and tries again later what was not delivered. [`signature`] signs
//! what is sent, and checks it at the receiver.
//!
//! ```
//! use ennead::outbox::{self, Outbox, OutboxEvent};
//! use ennead::prelude::*;
//! use serde_json::json;
//!
//! #[model]
//! struct Agent { #[key] id: String, #[tenant] organization_id: String, name: String }
//!
//! # #[cfg(feature = "sqlite")]
//! # #[tokio::main] async fn main() -> Result<(), Error> {
//! let db = Db::connect("sqlite::memory:").await?;
//! ennead::schema![Agent, OutboxEvent].create(&db).await?;
//! let acme = db.tenant("acme")?;
//! acme.transaction(async |tx| {
//!     let agent = Agent::create(NewAgent { name: "Scout".into() }).run(tx).await?;
//!     outbox::emit("agent.created", json!({ "id": agent.id })).run(tx).await?;
//!     Ok::<_, Error>(())
//! })
//! .await?;
//!
//! let sent = Outbox::new(&db).deliver_due(async |event: OutboxEvent| {
//!     assert_eq!(event.topic, "agent.created");
//!     Ok(())
//! }).await?;
//! assert_eq!(sent.delivered, 1);
//! # Ok(()) }
//! # #[cfg(not(feature = "sqlite"))] fn main() {}
//! ```

mod attempt;
mod backoff;
mod claim;
mod dispatch;
mod emit;
mod event;
mod keep;
pub mod signature;

pub use attempt::{Deliver, Undelivered};
pub use dispatch::{Outbox, Sent};
pub use emit::{Emit, emit};
pub use event::{NewOutboxEvent, OutboxEvent};
