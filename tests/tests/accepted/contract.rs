//! The models of the guide, with every shape of tenancy.
use chrono::{DateTime, Utc};
use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Active,
    Invited,
    Suspended,
}

#[model(tenant_root, table = "organizations")]
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    #[key]
    pub id: String,
    pub name: String,
    #[unique]
    pub slug: String,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

#[model(table = "users", index(organization_id, created_at desc), index(email, where = "status = 'active'"))]
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    #[key(prefix = "user-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    #[hidden]
    pub password_hash: String,
    #[default(Status::Invited)]
    pub status: Status,
    pub last_login_at: Option<DateTime<Utc>>,
    #[default(false)]
    pub mfa_enabled: bool,
    #[default(0)]
    pub logins: i64,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

/// Referenced by a table without a tenant column, so its key is global.
#[model(table = "dashboards", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Dashboard {
    #[key]
    pub id: uuid::Uuid,
    #[tenant]
    pub tenant_id: String,
    pub name: String,
    pub config: serde_json::Value,
}

#[model(table = "workflows", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    #[key]
    pub id: uuid::Uuid,
    #[tenant]
    pub tenant_id: String,
    pub name: String,
}

/// Belongs to its dashboard's tenant and has no column of its own.
#[model(table = "widgets", tenant(via = dashboard_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct Widget {
    #[key]
    pub id: uuid::Uuid,
    #[references(Dashboard, on_delete = cascade)]
    pub dashboard_id: uuid::Uuid,
    #[references(Workflow)]
    pub source_workflow_id: uuid::Uuid,
    pub layout: serde_json::Value,
}

#[model(global, table = "plans")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
    pub price: rust_decimal::Decimal,
}

#[test]
fn accepted() {
    let _ = ennead::schema![Organization, User, Dashboard, Workflow, Widget, Plan];
    let _ = User::create(NewUser { email: String::new(), name: String::new(), password_hash: String::new() })
        .set(User::LAST_LOGIN_AT, Some(Utc::now()));
    let _ = Widget::create(NewWidget {
        dashboard_id: uuid::Uuid::nil(),
        source_workflow_id: uuid::Uuid::nil(),
        layout: serde_json::json!({}),
    });
    let _ = Plan::create(NewPlan { id: "basic".into(), price: rust_decimal::Decimal::ONE });
}
