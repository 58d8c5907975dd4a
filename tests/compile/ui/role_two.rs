use chrono::{DateTime, Utc};

use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[created_at]
    #[updated_at]
    pub at: DateTime<Utc>,
}

fn main() {}
