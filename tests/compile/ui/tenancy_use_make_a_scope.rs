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

/// A scope is made by the database only.
fn attack(acme: Tenant) {
    let _ = Tenant { ..acme };
    let _ = AcrossTenants::new();
}

struct Mine;
impl ennead::Scope<User> for Mine {}

fn main() {}
