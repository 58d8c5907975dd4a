use ennead::prelude::*;

#[model(key = "global")]
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
    #[references(User)]
    pub user_id: String,
}

fn main() {}
