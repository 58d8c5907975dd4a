use ennead::prelude::*;

#[model]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

#[model(tenant(via = user_id))]
pub struct Widget {
    #[key]
    pub id: String,
    #[references(User)]
    pub user_id: String,
}

fn main() {}
