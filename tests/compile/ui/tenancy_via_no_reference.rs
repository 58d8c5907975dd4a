use ennead::prelude::*;

#[model(tenant(via = parent_id))]
pub struct Plan {
    #[key]
    pub id: String,
    pub parent_id: String,
}

fn main() {}
