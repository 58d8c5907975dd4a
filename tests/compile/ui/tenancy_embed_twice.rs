use ennead::prelude::*;

#[model(embed)]
pub struct Meta {
    #[tenant]
    pub organization_id: String,
}

#[model(global)]
pub struct Plan {
    #[embed]
    pub meta: Meta,
    #[key]
    pub id: String,
}

fn main() {}
