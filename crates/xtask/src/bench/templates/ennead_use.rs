use std::pin::Pin;

async fn five(tenant: &Tenant, id: &str) -> Result<usize, Error> {
    let new = NewThing { email: "jo@acme.com".into(), name: "Jo".into(), logins: 0, score: 0.5 };
    let created = Thing::create(new).set(Thing::NOTE, "a note").run(tenant).await?;
    let read = Thing::read(id).run(tenant).await?;
    let updated = Thing::update(id).set(Thing::NAME, "Joan").set(Thing::LOGINS, 2).run(tenant).await?;
    let listed = Thing::list()
        .filter(Thing::ACTIVE.eq(true).and(Thing::NAME.starts_with("J")))
        .order_by(Thing::CREATED_AT.desc())
        .limit(10)
        .run(tenant)
        .await?;
    Thing::delete(id).run(tenant).await?;
    Ok(created.id.len() + read.id.len() + updated.id.len() + listed.len())
}

/// A pointer to the future, so that it is compiled here and must be `Send`, as in a server.
pub fn boxed<'a>(
    tenant: &'a Tenant,
    id: &'a str,
) -> Pin<Box<dyn Future<Output = Result<usize, Error>> + Send + 'a>> {
    Box::pin(five(tenant, id))
}
