use std::pin::Pin;

pub async fn create(db: &mut toasty::Db, tenant: &str) -> toasty::Result<Thing> {
    toasty::create!(Thing {
        id: "thing-1",
        organization_id: tenant,
        email: "jo@acme.com",
        name: "Jo",
        note: "a note",
        logins: 0,
        score: 0.5,
        active: false,
        created_at: Timestamp::now(),
        updated_at: Timestamp::now(),
    })
    .exec(db)
    .await
}

pub async fn read(db: &mut toasty::Db, id: &str) -> toasty::Result<Thing> {
    Thing::get_by_id(db, id).await
}

pub async fn update(db: &mut toasty::Db, id: &str) -> toasty::Result<()> {
    let changed = Thing::update_by_id(id).name("Joan").logins(2).updated_at(Timestamp::now());
    changed.exec(db).await?;
    Ok(())
}

pub async fn list(db: &mut toasty::Db, tenant: &str) -> toasty::Result<Vec<Thing>> {
    let filter = Thing::fields().active().eq(true).and(Thing::fields().name().starts_with("J"));
    Thing::filter_by_organization_id(tenant)
        .filter(filter)
        .order_by(Thing::fields().created_at().desc())
        .limit(10)
        .exec(db)
        .await
}

pub async fn delete(db: &mut toasty::Db, id: &str) -> toasty::Result<()> {
    Thing::delete_by_id(db, id).await
}

/// Polled behind a pointer, so that the futures are compiled here.
pub fn all<'a>(
    db: &'a mut toasty::Db,
    tenant: &'a str,
    id: &'a str,
) -> Pin<Box<dyn Future<Output = toasty::Result<usize>> + Send + 'a>> {
    Box::pin(async move {
        create(db, tenant).await?;
        read(db, id).await?;
        update(db, id).await?;
        let found = list(db, tenant).await?.len();
        delete(db, id).await?;
        Ok(found)
    })
}
