use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
}

#[model]
pub struct Account {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(Plan, inverse = accounts)]
    pub plan_id: String,
}

async fn show(db: &Db, acme: &Tenant) -> Result<(), Error> {
    let right = Plan::list().include(Plan::ACCOUNTS).run(acme).await?;
    let another_model = Plan::list().include(Account::PLAN).run(acme).await?;
    let no_tenant = Plan::list().include(Plan::ACCOUNTS).run(db).await?;
    let filter = Plan::list().filter(Account::PLAN.any()).run(acme).await?;
    Ok(())
}

fn main() {}
