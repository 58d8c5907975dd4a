use std::pin::Pin;

use sea_orm::{QueryOrder, QuerySelect, Set};

async fn five(db: &DatabaseConnection, tenant: &str, id: &str) -> Result<usize, DbErr> {
    let now = chrono::Utc::now();
    let new = ActiveModel {
        id: Set("thing-1".to_owned()),
        organization_id: Set(tenant.to_owned()),
        email: Set("jo@acme.com".to_owned()),
        name: Set("Jo".to_owned()),
        note: Set(Some("a note".to_owned())),
        logins: Set(0),
        score: Set(0.5),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let created = new.insert(db).await?;
    let read = Entity::find_by_id(id).filter(Column::OrganizationId.eq(tenant)).one(db).await?;
    let changed = ActiveModel {
        id: Set(id.to_owned()),
        name: Set("Joan".to_owned()),
        logins: Set(2),
        updated_at: Set(now),
        ..Default::default()
    };
    let updated = changed.update(db).await?;
    let listed = Entity::find()
        .filter(Column::OrganizationId.eq(tenant))
        .filter(Column::Active.eq(true))
        .filter(Column::Name.starts_with("J"))
        .order_by_desc(Column::CreatedAt)
        .limit(10)
        .all(db)
        .await?;
    Entity::delete_by_id(id).filter(Column::OrganizationId.eq(tenant)).exec(db).await?;
    Ok(created.id.len() + usize::from(read.is_some()) + updated.id.len() + listed.len())
}

/// A pointer to the future, so that it is compiled here and must be `Send`, as in a server.
pub fn boxed<'a>(
    db: &'a DatabaseConnection,
    tenant: &'a str,
    id: &'a str,
) -> Pin<Box<dyn Future<Output = Result<usize, DbErr>> + Send + 'a>> {
    Box::pin(five(db, tenant, id))
}
