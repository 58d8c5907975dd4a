//! Changes at paths of JSON columns, and comparisons of two paths.

pub mod by_name;
pub mod kept;
mod oracle;
pub mod quotas;
pub mod random;
pub mod refused;
pub mod typed;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ennead::Json;
use ennead::prelude::*;
use serde_json::{Value, json};

#[model(table = "accounts")]
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub code: String,
    #[default(json!({}))]
    pub data: Value,
    pub note: Option<Value>,
    #[default(Json(BTreeMap::new()))]
    pub quota: Json<BTreeMap<String, i64>>,
    #[default(Json(BTreeMap::new()))]
    pub usage: Json<BTreeMap<String, i64>>,
    #[default(json!({ "kept": true }))]
    #[validate(custom = keeps)]
    pub ruled: Value,
    #[immutable]
    #[default(json!({}))]
    pub origin: Value,
    #[default(0)]
    pub number: i64,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
    #[version]
    pub version: i64,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// One whose JSON nobody is told by name.
#[model(table = "vaults")]
#[derive(Debug, Clone, PartialEq)]
pub struct Vault {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[hidden]
    #[default(json!({}))]
    pub secret: Value,
    #[default(json!({}))]
    pub open: Value,
}

fn keeps(value: &Value) -> Result<(), String> {
    if value.get("kept").is_some() { Ok(()) } else { Err("must keep what is kept".into()) }
}

fn schema() -> Schema {
    ennead::schema![Account, Vault]
}

fn account(id: &str) -> NewAccount {
    NewAccount { id: id.into(), code: format!("code-{id}") }
}

fn of(id: &str, data: Value) -> ennead::op::Create<Account> {
    Account::create(account(id)).set(Account::DATA, data)
}

async fn data(tenant: &Tenant, id: &str) -> Value {
    Account::read(id).run(tenant).await.unwrap().data
}

async fn rows(tenant: &Tenant) -> Vec<Account> {
    Account::list().with_deleted().order_by(Account::ID.asc()).run(tenant).await.unwrap()
}

pub const ALL: &[&[crate::Case]] =
    &[typed::CASES, refused::CASES, kept::CASES, quotas::CASES, by_name::CASES, random::CASES];
