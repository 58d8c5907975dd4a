//! Keys to services that a graph is filled from.

use chrono::{DateTime, Utc};
use ennead::Encrypted;
use ennead::prelude::*;
use serde_json::Value;

use super::graph::Graph;
use super::user::User;
use crate::common::Times;

/// What a connection of a graph signs in with. The application encrypts it; here are its bytes.
#[model(
    audited,
    table = "connection_credentials",
    unique(connection_id, where = "is_active = true", name = "uq_connection_credentials_active"),
    index(user_id, provider, where = "is_active = true AND deleted_at IS NULL")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionCredentials {
    #[key(ulid, prefix = "cred_")]
    pub id: String,
    #[tenant]
    #[references(Graph, on_delete = cascade, inverse = connection_credentials)]
    pub graph_id: String,
    #[validate(length(min = 1, max = 100))]
    pub connection_id: String,
    pub provider: Provider,
    #[references(User, inverse = connection_credentials)]
    pub user_id: String,
    pub encrypted_credentials: Encrypted<Value>,
    pub expires_at: Option<DateTime<Utc>>,
    #[default(true)]
    pub is_active: bool,
    #[embed]
    pub times: Times,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Provider {
    Quickbooks,
    Plaid,
    Sec,
}
