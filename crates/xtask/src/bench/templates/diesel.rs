use chrono::{DateTime, Utc};
use diesel::prelude::*;

diesel::table! {
    things (id) {
        id -> Text,
        organization_id -> Text,
        email -> Text,
        name -> Text,
        note -> Nullable<Text>,
        logins -> BigInt,
        score -> Double,
        active -> Bool,
        created_at -> TimestamptzSqlite,
        updated_at -> TimestamptzSqlite,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = things, check_for_backend(diesel::sqlite::Sqlite))]
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
