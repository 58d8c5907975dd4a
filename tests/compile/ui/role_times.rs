use chrono::{DateTime, Utc};

use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[created_at]
    pub created_at: String,
    #[updated_at]
    pub updated_at: Option<DateTime<Utc>>,
    #[deleted_at]
    pub deleted_at: DateTime<Utc>,
}

fn main() {}
