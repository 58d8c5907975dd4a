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

/// Attacks 49 and 51: a column is a constant, and no name.
fn main() {
    let _ = User::list().filter(User::PASSWORD.eq("x"));
    let _ = User::list().filter("organization_id = 'bravo'");
    let _ = User::list().order_by("organization_id");
}
