use ennead::prelude::*;

#[model(key = "globl")]
pub struct Plan {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

fn main() {}
