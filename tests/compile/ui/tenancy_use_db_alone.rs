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

/// Attack 52: a tenant's model on `&db`.
async fn attack(db: Db) -> Result<(), Error> {
    User::read("u").run(&db).await?;
    User::list().run(&db).await?;
    User::count().run(&db).await?;
    User::create(NewUser { name: String::new() }).run(&db).await?;
    User::update("u").set(User::NAME, "x").run(&db).await?;
    User::delete("u").run(&db).await?;
    db.transaction(async |tx| User::bulk_delete().all_rows().run(tx).await).await?;
    Ok(())
}

fn main() {}
