use ennead::prelude::*;

#[model]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

#[model]
pub struct Share {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(User, cross_tenant)]
    pub with_id: String,
}

fn main() {}
