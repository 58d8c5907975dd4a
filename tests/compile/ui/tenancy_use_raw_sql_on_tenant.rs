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

/// Attack 62: raw SQL is on `across_tenants` only.
async fn attack(db: Db, acme: Tenant) -> Result<(), Error> {
    acme.execute("DELETE FROM users").await?;
    db.execute("DELETE FROM users").await?;
    acme.transaction(async |tx| tx.execute("DELETE FROM users").await).await
}

fn main() {}
