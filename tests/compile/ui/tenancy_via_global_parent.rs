use ennead::prelude::*;

#[model(global)]
pub struct Parent {
    #[key]
    pub id: String,
}

#[model(tenant(via = parent_id))]
pub struct Plan {
    #[key]
    pub id: String,
    #[references(Parent)]
    pub parent_id: String,
}

fn main() {}
