//! An error in an embedded struct is no second error in the model that embeds it.
use ennead::prelude::*;

#[model(embed)]
pub struct Meta {
    pub size: u64,
}

#[model(global)]
pub struct Plan {
    #[embed]
    pub meta: Meta,
    #[key]
    pub id: String,
}

#[model(global)]
pub struct Item {
    #[key]
    pub id: String,
    #[references(Broken)]
    pub broken_id: String,
}

#[model(global)]
pub struct Broken {
    #[key]
    pub id: String,
    pub size: u64,
}

fn main() {
    let _ = Plan::META.size;
}
