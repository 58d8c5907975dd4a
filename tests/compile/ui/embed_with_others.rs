use ennead::prelude::*;

#[model(embed)]
pub struct Meta {
    pub note: Option<String>,
}

#[model(global)]
pub struct Plan {
    #[embed]
    #[hidden]
    pub meta: Meta,
    #[key]
    pub id: String,
}

fn main() {}
