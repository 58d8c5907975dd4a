use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
pub struct Thing {
    pub id: String,
    pub organization_id: String,
    pub email: String,
    pub name: String,
    pub note: Option<String>,
    pub logins: i64,
    pub score: f64,
    pub active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
