use ennead::prelude::*;

pub struct Org;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[references(Org)]
    pub org_id: String,
}

fn main() {}
