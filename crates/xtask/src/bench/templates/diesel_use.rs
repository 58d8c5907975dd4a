pub fn five(db: &mut SqliteConnection, tenant: &str, id: &str) -> QueryResult<usize> {
    let new = Thing {
        id: "thing-1".to_owned(),
        organization_id: tenant.to_owned(),
        email: "jo@acme.com".to_owned(),
        name: "Jo".to_owned(),
        note: Some("a note".to_owned()),
        logins: 0,
        score: 0.5,
        active: false,
        created_at: Utc::now(),
        updated_at: Utc::now(),
    };
    let created = diesel::insert_into(things::table)
        .values(new)
        .returning(Thing::as_returning())
        .get_result(db)?;
    let one = things::table.filter(things::id.eq(id).and(things::organization_id.eq(tenant)));
    let read = one.select(Thing::as_select()).first(db)?;
    let updated = diesel::update(one)
        .set((things::name.eq("Joan"), things::logins.eq(2), things::updated_at.eq(Utc::now())))
        .returning(Thing::as_returning())
        .get_result(db)?;
    let listed = things::table
        .filter(things::organization_id.eq(tenant))
        .filter(things::active.eq(true).and(things::name.like("J%")))
        .order(things::created_at.desc())
        .limit(10)
        .select(Thing::as_select())
        .load(db)?;
    diesel::delete(one).execute(db)?;
    Ok(created.id.len() + read.id.len() + updated.id.len() + listed.len())
}
