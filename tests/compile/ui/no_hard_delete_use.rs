use chrono::{DateTime, Utc};
use ennead::prelude::*;

#[model(global, no_hard_delete)]
pub struct Note {
    #[key]
    pub id: String,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[model(global, no_hard_delete)]
pub struct Stone {
    #[key]
    pub id: String,
}

fn main() {
    let _ = Note::delete("a");
    let _ = Note::delete("a").hard();
    let _ = Note::bulk_delete().all_rows().hard();
    let _ = Stone::update("a");
    let _ = Stone::delete("a");
    let _ = Stone::bulk_delete().all_rows();
}
