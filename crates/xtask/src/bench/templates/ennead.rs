use chrono::{DateTime, Utc};
use ennead::prelude::*;

#[model(table = "things", index(organization_id, created_at desc))]
pub struct Thing {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    pub note: Option<String>,
    pub logins: i64,
    pub score: f64,
    #[default(false)]
    pub active: bool,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}
