use ennead::prelude::*;

#[model]
pub struct Invoice {
    #[key(all_tenants)]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

fn main() {}
