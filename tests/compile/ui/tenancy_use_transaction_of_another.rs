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

/// Attack 55: the transaction of one tenant takes no other scope.
async fn attack(acme: Tenant, bravo: Tenant) -> Result<(), Error> {
    acme.transaction(async |tx| {
        User::read("u").run(&(tx, &bravo)).await?;
        tx.tenant("bravo")?;
        Ok::<_, Error>(())
    })
    .await
}

fn main() {}
