use std::pin::Pin;

pub async fn create(tenant: &Tenant) -> Result<Thing, Error> {
    let new = NewThing { email: "jo@acme.com".into(), name: "Jo".into(), logins: 0, score: 0.5 };
    Thing::create(new).set(Thing::NOTE, "a note").run(tenant).await
}

pub async fn read(tenant: &Tenant, id: &str) -> Result<Thing, Error> {
    Thing::read(id).run(tenant).await
}

pub async fn update(tenant: &Tenant, id: &str) -> Result<Thing, Error> {
    Thing::update(id).set(Thing::NAME, "Joan").set(Thing::LOGINS, 2).run(tenant).await
}

pub async fn list(tenant: &Tenant) -> Result<Vec<Thing>, Error> {
    let filter = Thing::ACTIVE.eq(true).and(Thing::NAME.starts_with("J"));
    Thing::list().filter(filter).order_by(Thing::CREATED_AT.desc()).limit(10).run(tenant).await
}

pub async fn delete(tenant: &Tenant, id: &str) -> Result<(), Error> {
    Thing::delete(id).run(tenant).await
}

/// Polled behind a pointer, so that the futures are compiled here.
pub fn all<'a>(
    tenant: &'a Tenant,
    id: &'a str,
) -> Pin<Box<dyn Future<Output = Result<usize, Error>> + Send + 'a>> {
    Box::pin(async move {
        create(tenant).await?;
        read(tenant, id).await?;
        update(tenant, id).await?;
        let found = list(tenant).await?.len();
        delete(tenant, id).await?;
        Ok(found)
    })
}
