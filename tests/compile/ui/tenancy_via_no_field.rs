use ennead::prelude::*;

#[model(tenant_root)]
pub struct Parent {
    #[key]
    pub id: String,
}

#[model(tenant(via = parent))]
pub struct Plan {
    #[key]
    pub id: String,
    #[references(Parent)]
    pub parent_id: String,
}

fn main() {}
