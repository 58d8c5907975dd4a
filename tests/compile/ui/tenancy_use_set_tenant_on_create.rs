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

/// Attack 12: the tenant of a new row comes from the scope.
fn main() {
    let _ = User::create(NewUser { name: String::new() }).set(User::ORGANIZATION_ID, "bravo");
}
