use ennead::prelude::*;

#[model]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

fn main() {
    let _ = NewUser { organization_id: String::new() };
}
