use ennead::prelude::*;

#[model(embed)]
pub struct Meta {
    pub note: Option<String>,
}

#[model(table = "plans")]
pub struct Plan {
    #[embed]
    pub meta: Meta,
    #[key]
    pub id: String,
}

fn main() {}
