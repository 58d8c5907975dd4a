use chrono::{DateTime, Utc};
use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
}

#[model(global, append_only, no_hard_delete)]
pub struct Event {
    #[key]
    pub id: String,
    #[references(Plan, on_delete = cascade)]
    pub plan_id: String,
    #[references(Plan, on_delete = set_null, on_update = cascade, name = other)]
    pub other_plan: Option<String>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[model(embed, append_only, no_hard_delete)]
pub struct Part {
    pub name: String,
}

#[append_only]
#[model(global)]
pub struct Misplaced {
    #[key]
    pub id: String,
}

fn main() {}
