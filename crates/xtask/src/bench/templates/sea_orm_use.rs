use std::pin::Pin;

use sea_orm::{QueryOrder, QuerySelect, Set};

pub async fn create(db: &DatabaseConnection, tenant: &str) -> Result<Model, DbErr> {
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
    new.insert(db).await
}

pub async fn read(db: &DatabaseConnection, tenant: &str, id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::OrganizationId.eq(tenant)).one(db).await
}

pub async fn update(db: &DatabaseConnection, id: &str) -> Result<Model, DbErr> {
    let changed = ActiveModel {
        id: Set(id.to_owned()),
        name: Set("Joan".to_owned()),
        logins: Set(2),
        updated_at: Set(chrono::Utc::now()),
        ..Default::default()
    };
    changed.update(db).await
}

pub async fn list(db: &DatabaseConnection, tenant: &str) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::OrganizationId.eq(tenant))
        .filter(Column::Active.eq(true).and(Column::Name.starts_with("J")))
        .order_by_desc(Column::CreatedAt)
        .limit(10)
        .all(db)
        .await
}

pub async fn delete(db: &DatabaseConnection, tenant: &str, id: &str) -> Result<u64, DbErr> {
    let gone = Entity::delete_by_id(id).filter(Column::OrganizationId.eq(tenant)).exec(db).await?;
    Ok(gone.rows_affected)
}

/// Polled behind a pointer, so that the futures are compiled here.
pub fn all<'a>(
    db: &'a DatabaseConnection,
    tenant: &'a str,
    id: &'a str,
) -> Pin<Box<dyn Future<Output = Result<usize, DbErr>> + Send + 'a>> {
    Box::pin(async move {
        create(db, tenant).await?;
        read(db, tenant, id).await?;
        update(db, id).await?;
        let found = list(db, tenant).await?.len();
        delete(db, tenant, id).await?;
        Ok(found)
    })
}
