use ennead::prelude::*;

#[model(tenant_root)]
pub struct Parent {
    #[key]
    pub id: String,
}

#[model(tenant(via = parent_id))]
pub struct Plan {
    #[key]
    pub id: String,
    #[references(Parent)]
    pub parent_id: Option<String>,
}

fn main() {}
