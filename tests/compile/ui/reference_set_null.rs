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
    #[references(Org, on_delete = set_null)]
    pub org_id: uuid::Uuid,
}

fn main() {}
