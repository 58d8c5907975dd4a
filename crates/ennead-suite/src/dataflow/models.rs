//! The models that these cases share.

use chrono::{DateTime, Utc};
use ennead::NodeScope;
use ennead::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::Bed;

#[model(tenant_root, table = "organizations")]
#[derive(Debug)]
pub struct Organization {
    #[key]
    pub id: String,
    pub name: String,
}

/// A tenant's model, with a default that holds a quote, and a table that is not called as the model is.
#[model(table = "df_members", check("credits >= 0", name = "ck_members_credits"))]
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    #[key]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    pub nickname: Option<String>,
    #[default("it's \"so\"; --")]
    pub motto: String,
    #[default(0)]
    pub credits: i64,
    pub small: Option<i32>,
    pub ratio: Option<f64>,
    #[column(precision = 18, scale = 4)]
    pub price: Option<Decimal>,
    pub exact: Option<Decimal>,
    pub seen_at: Option<DateTime<Utc>>,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

/// A model of no tenant.
#[model(global, table = "df_plans")]
#[derive(Debug)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
    pub name: String,
}

pub fn schema() -> Schema {
    ennead::schema![Organization, Member, Plan]
}

/// A database of two tenants, and the first of them.
pub async fn opened(bed: &Bed) -> (Db, Tenant, Tenant) {
    let db = bed.db(&schema()).await;
    for id in ["acme", "globex"] {
        let new = NewOrganization { name: id.into() };
        let across = db.across_tenants("sign-up");
        Organization::create(new).set(Organization::ID, id).run(&across).await.unwrap();
    }
    let (acme, globex) = (db.tenant("acme").unwrap(), db.tenant("globex").unwrap());
    (db, acme, globex)
}

pub async fn run(scope: &impl NodeScope, node: &str, params: Json) -> Result<Json, Error> {
    schema().node(node).unwrap().run(scope, params).await
}

/// A member by name; its key is its name.
pub fn member(name: &str) -> Json {
    json!({ "id": name, "email": format!("{name}@example.com"), "name": name })
}

/// The same for the typed face.
pub fn new_member(name: &str) -> ennead::op::Create<Member> {
    let new = NewMember { email: format!("{name}@example.com"), name: name.into() };
    Member::create(new).set(Member::ID, name)
}

pub async fn create(scope: &impl NodeScope, names: &[&str]) {
    let data: Vec<Json> = names.iter().map(|name| member(name)).collect();
    run(scope, "BulkCreateMemberNode", json!({ "data": data })).await.unwrap();
}

/// The names that a filter finds, in order.
pub async fn found(scope: &impl NodeScope, filter: Json) -> Vec<String> {
    let params = json!({ "filter": filter, "order_by": "name", "limit": 10_000 });
    let rows = run(scope, "ListMemberNode", params).await.unwrap();
    rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

pub async fn count(scope: &impl NodeScope, filter: Json) -> u64 {
    run(scope, "CountMemberNode", json!({ "filter": filter })).await.unwrap()["count"].as_u64().unwrap()
}
