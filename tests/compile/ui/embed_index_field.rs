use ennead::prelude::*;

#[model(embed)]
pub struct Meta {
    pub note: Option<String>,
}

#[model(global, index(nothing))]
pub struct Plan {
    #[embed]
    pub meta: Meta,
    #[key]
    pub id: String,
}

fn main() {}
