use ennead::prelude::*;

#[model]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

#[model(key = "global")]
pub struct Board {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

/// Attack 40 and 42: a second reference of a row that belongs through a parent, too, needs a global key.
#[model(tenant(via = board_id))]
pub struct Widget {
    #[key]
    pub id: String,
    #[references(Board)]
    pub board_id: String,
    #[references(User)]
    pub author_id: String,
}

fn main() {}
