use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
}

#[model(global)]
pub struct Account {
    #[key(assigned)]
    pub id: String,
    #[unique]
    #[references(Plan, inverse = account)]
    pub plan_id: String,
}

async fn show(db: &Db) -> Result<(), Error> {
    let named = Account::list().include(Account::PLAN.limit(1)).run(db).await?;
    let unique = Plan::list().include(Plan::ACCOUNT.limit(1)).run(db).await?;
    let list = Plan::list().include(Account::PLAN.inverse().limit(1)).run(db).await?;
    Ok(())
}

fn main() {}
