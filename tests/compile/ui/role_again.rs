use chrono::{DateTime, Utc};

use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[created_at]
    pub a: DateTime<Utc>,
    #[created_at]
    pub b: DateTime<Utc>,
}

fn main() {}
