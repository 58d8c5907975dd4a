//! Access to repositories that many users share.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;

use super::user::User;
use crate::common::Times;

/// A user's access to a shared repository. A shared repository is of no graph, so neither is this.
#[model(
    global,
    table = "user_repositories",
    unique(user_id, repository_type, repository_name),
    index(repository_type, access_level, where = "is_active = true"),
    index(expires_at, where = "is_active = true AND expires_at IS NOT NULL"),
    index(metadata, method = gin, dialect = postgres)
)]
#[derive(Debug, Clone, PartialEq)]
pub struct UserRepository {
    #[key(ulid, prefix = "ur_")]
    pub id: String,
    #[references(User, inverse = repositories)]
    pub user_id: String,
    pub repository_type: RepositoryType,
    #[validate(length(min = 1, max = 60))]
    pub repository_name: String,
    #[default(RepositoryAccessLevel::Read)]
    pub access_level: RepositoryAccessLevel,
    #[default(RepositoryPlan::Starter)]
    pub repository_plan: RepositoryPlan,
    #[default(true)]
    pub is_active: bool,
    pub expires_at: Option<DateTime<Utc>>,
    #[column(precision = 10, scale = 2)]
    #[validate(range(min = 0))]
    pub monthly_price: Decimal,
    #[references(User, name = granter, inverse = granted_repositories)]
    pub granted_by: Option<String>,
    #[default(Value::Object(serde_json::Map::new()))]
    pub metadata: Value,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum RepositoryType {
    Sec,
    Industry,
    Economic,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum RepositoryAccessLevel {
    Read,
    Write,
    Admin,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum RepositoryPlan {
    Starter,
    Advanced,
    Unlimited,
}
