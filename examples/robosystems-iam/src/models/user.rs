//! People with an account.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::Value;

use crate::common::{Secret, Times};

/// A person with an account. Users are of no graph: they own and join many.
#[model(
    global,
    audited,
    no_hard_delete,
    table = "users",
    index(name, where = "deleted_at IS NULL"),
    index(metadata, method = gin, dialect = postgres)
)]
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    #[key(ulid, prefix = "user_")]
    pub id: String,
    #[unique]
    #[validate(email, length(max = 255))]
    pub email: String,
    #[validate(length(min = 1, max = 255))]
    pub name: String,
    #[hidden]
    pub password_hash: Secret,
    #[default(UserStatus::Active)]
    pub status: UserStatus,
    #[default(false)]
    pub email_verified: bool,
    pub last_login_at: Option<DateTime<Utc>>,
    /// The language that the user reads, as in `en-GB`.
    #[validate(length(min = 2, max = 35))]
    pub locale: Option<String>,
    #[default(Value::Object(serde_json::Map::new()))]
    pub metadata: Value,
    #[embed]
    pub times: Times,
    /// A deleted user stays, since ledgers name them; the e-mail address is free again.
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserStatus {
    Active,
    Suspended,
}
