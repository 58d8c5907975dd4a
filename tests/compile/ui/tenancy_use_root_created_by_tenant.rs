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

/// Attack 38: a tenant creates and deletes no tenants.
async fn attack(acme: Tenant) -> Result<(), Error> {
    Organization::create(NewOrganization { name: String::new() }).run(&acme).await?;
    Organization::bulk_create([NewOrganization { name: String::new() }]).run(&acme).await?;
    Organization::delete("bravo").run(&acme).await?;
    Organization::bulk_delete().all_rows().run(&acme).await?;
    Ok(())
}

fn main() {}
