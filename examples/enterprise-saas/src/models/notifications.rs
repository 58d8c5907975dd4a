//! Who is told: other systems by webhooks, users by notifications.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead::{Encrypted, Json};

use super::identity::User;
use super::organizations::Organization;
use crate::common::Times;

/// Webhook configuration.
#[model]
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookEndpoint {
    #[key(prefix = "hook-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    pub name: String,
    pub url: String,
    /// Signs what is sent, so that its receiver can verify it. Encrypted, and hidden as all that is.
    pub secret: Encrypted<String>,
    /// What it is told of: `agent.deployed`, `execution.failed`.
    #[default(Json(Vec::new()))]
    pub events: Json<Vec<String>>,
    #[default(true)]
    pub is_active: bool,
    pub last_triggered_at: Option<DateTime<Utc>>,
    #[default(0)]
    pub failure_count: i32,
    #[embed]
    pub times: Times,
}

/// User notification.
#[model(tenant(via = user_id), index(user_id, is_read))]
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    #[key(prefix = "note-")]
    pub id: String,
    #[references(User, on_delete = cascade, inverse = notifications)]
    pub user_id: String,
    /// What it is about: `approval_request`, `budget_warning`; the list is open.
    pub notification_type: String,
    pub title: String,
    pub message: String,
    /// Where to go from it.
    pub link: Option<String>,
    #[default(false)]
    pub is_read: bool,
    #[embed]
    pub times: Times,
}
