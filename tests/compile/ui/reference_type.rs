use ennead::prelude::*;

#[model(global)]
pub struct Org {
    #[key]
    pub id: uuid::Uuid,
}

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[references(Org)]
    pub org_id: bool,
}

fn main() {}
