use ennead::prelude::*;

pub struct Meta {
    pub note: String,
}

#[model(global)]
pub struct Plan {
    #[embed]
    pub meta: Meta,
    #[key]
    pub id: String,
}

fn main() {}
