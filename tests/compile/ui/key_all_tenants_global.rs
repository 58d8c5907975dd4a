use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(auto, all_tenants)]
    pub id: i64,
}

fn main() {}
