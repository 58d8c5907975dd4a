use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
}

#[model]
pub struct Job {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

async fn show(db: &Db, acme: &Tenant) -> Result<(), Error> {
    let outside = Job::list().for_update().run(acme).await?;
    acme.transaction(async |tx| {
        let inside = Job::list().for_update().skip_locked().first(tx).await?;
        let read_only = Plan::list().for_update().run(tx).await?;
        Ok::<_, Error>(())
    })
    .await?;
    Ok(())
}

fn main() {}
