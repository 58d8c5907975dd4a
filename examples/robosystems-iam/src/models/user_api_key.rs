//! Keys by which programs act for a user.

use chrono::{DateTime, Utc};
use ennead::prelude::*;

use super::user::User;
use crate::common::{Secret, Times};

/// A key of a user. The key itself is told once, when it is made; here is its hash.
#[model(
    global,
    audited,
    table = "user_api_keys",
    index(user_id, name, where = "is_active = true AND deleted_at IS NULL"),
    index(expires_at, where = "is_active = true AND expires_at IS NOT NULL")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct UserApiKey {
    #[key(ulid, prefix = "uak_")]
    pub id: String,
    #[references(User, on_delete = cascade, inverse = api_keys)]
    pub user_id: String,
    #[validate(length(min = 1, max = 100))]
    pub name: String,
    /// The beginning of the key, so that its owner can tell it from others.
    #[validate(length(max = 12))]
    pub prefix: String,
    #[hidden]
    #[unique]
    pub key_hash: Secret,
    #[default(true)]
    pub is_active: bool,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    #[embed]
    pub times: Times,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}
