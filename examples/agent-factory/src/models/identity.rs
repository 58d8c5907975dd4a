//! Identity and access: tenants, users, API keys.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ennead::Json;
use ennead::prelude::{DbEnum, model};

use crate::common::{Secret, Times};

/// Multi-tenant organization container.
#[model(tenant_root, table = "tenants", unique(slug, name = "ix_tenants_slug"))]
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// Unique tenant identifier
    #[key(prefix = "tenant-")]
    pub id: String,
    /// Tenant/organization name
    pub name: String,
    /// URL-friendly identifier
    pub slug: String,
    /// Active status
    #[default(true)]
    pub is_active: bool,
    /// Current plan
    #[default(PlanType::Free)]
    pub plan: PlanType,
    /// Resource limits (e.g., `{"agents": 10}`)
    #[default(Json(BTreeMap::new()))]
    pub resource_quota: Json<BTreeMap<String, i64>>,
    /// Current usage (e.g., `{"agents": 3}`)
    #[default(Json(BTreeMap::new()))]
    pub usage: Json<BTreeMap<String, i64>>,
    #[embed]
    pub times: Times,
}

/// User accounts within tenants.
#[model(table = "users", key = "global", unique(email, exact, name = "ix_users_email"))]
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Unique user identifier
    #[key(prefix = "user-")]
    pub id: String,
    /// User email address
    pub email: String,
    /// Bcrypt-hashed password
    #[hidden]
    pub hashed_password: Secret,
    /// Account active status
    #[default(true)]
    pub is_active: bool,
    /// Admin privileges
    #[default(false)]
    pub is_superuser: bool,
    /// Associated tenant
    #[tenant]
    #[references(Tenant, inverse = users)]
    pub tenant_id: String,
    /// User roles array
    #[default(Json(Vec::new()))]
    pub roles: Json<Vec<String>>,
    /// User permissions array
    #[default(Json(Vec::new()))]
    pub permissions: Json<Vec<String>>,
    #[embed]
    pub times: Times,
}

/// API authentication keys for programmatic access.
#[model(table = "api_keys", key = "global", unique(key_hash, exact, name = "ix_api_keys_key_hash"))]
#[derive(Debug, Clone, PartialEq)]
pub struct APIKey {
    /// Unique key identifier
    #[key(prefix = "key-")]
    pub id: String,
    /// Hashed API key
    #[hidden]
    pub key_hash: Secret,
    /// Key display name
    pub name: String,
    /// Owner tenant
    #[tenant]
    #[references(Tenant, inverse = api_keys)]
    pub tenant_id: String,
    /// Owner user
    #[references(User, inverse = api_keys)]
    pub user_id: String,
    /// Permissions array
    #[default(Json(Vec::new()))]
    pub permissions: Json<Vec<String>>,
    /// Last usage timestamp
    pub last_used_at: Option<DateTime<Utc>>,
    /// Expiration timestamp
    pub expires_at: Option<DateTime<Utc>>,
    /// Active status
    #[default(true)]
    pub is_active: bool,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlanType {
    Free,
    Pro,
    Enterprise,
}
