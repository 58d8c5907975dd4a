use chrono::{DateTime, Local};

use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    pub a: DateTime<Local>,
    pub b: std::time::SystemTime,
}

fn main() {}
