//! Identity and billing of a platform of graph databases: users with keys and limits, graphs with credits, subscriptions,
//! usage, backups and connections, and shared repositories with credits of their own.

#![allow(
    missing_docs,
    reason = "a field whose name says all has no comment: comments become the tables' own"
)]

mod accounts;
mod common;
mod credits;
mod graphs;
mod limits;
#[path = "../migrations/mod.rs"]
pub mod migrations;
mod models {
    pub(crate) mod connection_credentials;
    pub(crate) mod graph;
    pub(crate) mod graph_backup;
    pub(crate) mod graph_credits;
    pub(crate) mod graph_subscription;
    pub(crate) mod graph_usage_tracking;
    pub(crate) mod user;
    pub(crate) mod user_api_key;
    pub(crate) mod user_graph;
    pub(crate) mod user_limits;
    pub(crate) mod user_repository;
    pub(crate) mod user_repository_credits;
    pub(crate) mod user_usage_tracking;
}

use ennead::prelude::*;
use ennead::{Key, KeyRing};

pub use accounts::{grant_repository, issue_key, sign_up, user_of_key};
pub use common::{CreditTransactionType, Secret, Times};
pub use credits::{CreditError, GraphAccount, RepositoryAccount};
pub use graphs::{GraphOrder, create_graph};
pub use limits::{LimitError, count_graph_usage, count_usage};
pub use models::connection_credentials::*;
pub use models::graph::*;
pub use models::graph_backup::*;
pub use models::graph_credits::*;
pub use models::graph_subscription::*;
pub use models::graph_usage_tracking::*;
pub use models::user::*;
pub use models::user_api_key::*;
pub use models::user_graph::*;
pub use models::user_limits::*;
pub use models::user_repository::*;
pub use models::user_repository_credits::*;
pub use models::user_usage_tracking::*;

/// The keys of encrypted credentials: out of `IAM_KEY` (the base64 of 32 bytes), or else a key that everybody knows, for the page.
///
/// # Errors
/// `is_configuration` where the variable holds no key.
pub fn keys() -> Result<KeyRing, Error> {
    let key = match std::env::var("IAM_KEY") {
        Ok(text) => Key::from_base64("iam", &text)?,
        Err(_) => Key::new("everybodys", [7; 32])?,
    };
    Ok(KeyRing::new(key))
}

/// All models, in the order of the model page.
#[must_use]
pub fn schema() -> Schema {
    ennead::schema![
        User,
        UserApiKey,
        UserLimits,
        UserUsageTracking,
        Graph,
        UserGraph,
        GraphCredits,
        GraphCreditTransaction,
        Plan,
        GraphSubscription,
        GraphUsageTracking,
        GraphBackup,
        ConnectionCredentials,
        UserRepository,
        UserRepositoryCredits,
        UserRepositoryCreditTransaction,
    ]
}
