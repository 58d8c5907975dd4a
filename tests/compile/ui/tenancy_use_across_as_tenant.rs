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

/// The bypass is no tenant, and a tenant makes none.
async fn attack(acme: Tenant) -> Result<(), Error> {
    acme.across_tenants("why not");
    TenantContext::scope(acme.db().across_tenants("why not"), async {}).await;
    Ok(())
}

fn main() {}
