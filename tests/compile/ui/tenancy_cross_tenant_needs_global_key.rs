use ennead::prelude::*;

#[model]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[references(User, cross_tenant)]
    pub user_id: String,
}

fn main() {}
