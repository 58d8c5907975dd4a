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

/// Attack 39: a tenant reads a global model and writes it not.
async fn attack(acme: Tenant) -> Result<(), Error> {
    Plan::update("free").set(Plan::NAME, "x").run(&acme).await?;
    Plan::create(NewPlan { id: String::new(), name: String::new() }).run(&acme).await?;
    Plan::delete("free").run(&acme).await?;
    acme.transaction(async |tx| Plan::bulk_delete().all_rows().run(tx).await).await?;
    Ok(())
}

fn main() {}
