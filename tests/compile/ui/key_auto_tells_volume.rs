#![deny(deprecated)]
use ennead::prelude::*;

#[model]
pub struct Invoice {
    #[key(auto)]
    pub id: i64,
    #[tenant]
    pub organization_id: String,
}

/// It is meant.
#[model]
pub struct Receipt {
    #[key(auto, all_tenants)]
    pub id: i64,
    #[tenant]
    pub organization_id: String,
}

fn main() {}
