use chrono::{DateTime, Utc};

use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[default("x")]
    #[key]
    pub id: String,
    #[created_at]
    #[default(Utc::now())]
    pub at: DateTime<Utc>,
    #[default]
    pub c: i64,
}

fn main() {}
