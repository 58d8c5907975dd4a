use std::pin::Pin;

async fn five(db: &mut toasty::Db, tenant: &str, id: &str) -> toasty::Result<usize> {
    let now = Timestamp::now();
    let new = toasty::create!(Thing {
        id: "thing-1",
        organization_id: tenant,
        email: "jo@acme.com",
        name: "Jo",
        note: "a note",
        logins: 0,
        score: 0.5,
        active: false,
        created_at: now,
        updated_at: now,
    });
    let created = new.exec(db).await?;
    let read = Thing::get_by_id(db, id).await?;
    Thing::update_by_id(id).name("Joan").logins(2).updated_at(now).exec(db).await?;
    let filter = Thing::fields().active().eq(true).and(Thing::fields().name().starts_with("J"));
    let listed = Thing::filter_by_organization_id(tenant)
        .filter(filter)
        .order_by(Thing::fields().created_at().desc())
        .limit(10)
        .exec(db)
        .await?;
    Thing::delete_by_id(db, id).await?;
    Ok(created.id.len() + read.id.len() + listed.len())
}

/// A pointer to the future, so that it is compiled here and must be `Send`, as in a server.
pub fn boxed<'a>(
    db: &'a mut toasty::Db,
    tenant: &'a str,
    id: &'a str,
) -> Pin<Box<dyn Future<Output = toasty::Result<usize>> + Send + 'a>> {
    Box::pin(five(db, tenant, id))
}
