use ennead::prelude::*;

#[model(tenant_root)]
pub struct Organization {
    #[key]
    pub id: String,
    pub name: String,
}

#[model]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    pub name: String,
}

#[model(global)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
    pub name: String,
}

/// A filter belongs to its model: no column of another one gets in.
fn main() {
    let _ = User::list().filter(Plan::NAME.eq("x"));
    let _ = User::update("u").set(Plan::NAME, "x");
}
