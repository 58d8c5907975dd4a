use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

fn main() {}
