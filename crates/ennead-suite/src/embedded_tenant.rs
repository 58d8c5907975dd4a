//! A tenant column that stands in an embedded struct is a tenant column like any other: a mixin of the application's
//! keeps each model that embeds it to its tenant.

use ennead::prelude::*;
use uuid::Uuid;

use crate::Bed;

#[model(embed)]
#[derive(Debug, Clone, PartialEq)]
pub struct TenantMixin {
    #[tenant]
    pub tenant_id: Uuid,
}

#[model(table = "members")]
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    #[key]
    pub id: Uuid,
    #[embed]
    pub tenant: TenantMixin,
    #[unique]
    pub email: String,
    pub name: String,
}

#[model(table = "plans", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    #[embed]
    pub tenant: TenantMixin,
    #[key]
    pub id: Uuid,
    #[references(Member, on_delete = set_null)]
    pub created_by: Option<Uuid>,
}

#[model(table = "tiles", tenant(via = plan_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    #[key]
    pub id: Uuid,
    #[references(Plan, on_delete = cascade)]
    pub plan_id: Uuid,
    #[references(Plan)]
    pub source_id: Uuid,
}

async fn two_tenants(bed: &Bed) -> (Db, Tenant, Tenant) {
    let db = bed.db(&ennead::schema![Member, Plan, Tile]).await;
    let (a, b) = (db.tenant(Uuid::now_v7()).unwrap(), db.tenant(Uuid::now_v7()).unwrap());
    (db, a, b)
}

fn member() -> NewMember {
    NewMember { email: "jo@example.com".into(), name: "Jo".into() }
}

async fn plan(scope: &Tenant) -> Plan {
    Plan::create(NewPlan {}).run(scope).await.unwrap()
}

async fn it_stamps_and_guards_each_operation(bed: Bed) {
    let (_, a, b) = two_tenants(&bed).await;
    let own = Member::create(member()).run(&a).await.unwrap();
    assert_eq!(own.tenant.tenant_id.to_string(), a.id().to_string());
    let other = Member::create(member()).run(&b).await.unwrap();
    assert!(Member::create(member()).run(&a).await.unwrap_err().is_unique_violation());
    assert_eq!(Member::list().run(&a).await.unwrap(), std::slice::from_ref(&own));
    assert_eq!(
        Member::count().filter(Member::TENANT.tenant_id.eq(other.tenant.tenant_id)).run(&a).await.unwrap(),
        0
    );
    assert!(Member::read(other.id).run(&a).await.unwrap_err().is_not_found());
    assert!(Member::update(other.id).set(Member::NAME, "x").run(&a).await.unwrap_err().is_not_found());
    assert!(Member::delete(other.id).run(&a).await.unwrap_err().is_not_found());
    // An upsert finds the row of its own tenant.
    let again = NewMember { name: "Joan".into(), ..member() };
    let again = Member::create(again).on_conflict(Member::EMAIL).update(Member::NAME).run(&a).await.unwrap();
    assert_eq!((again.id, again.name.as_str()), (own.id, "Joan"));
    assert_eq!(Member::bulk_delete().all_rows().run(&a).await.unwrap().affected, 1);
    assert_eq!(Member::read(other.id).run(&b).await.unwrap(), other);
}

async fn a_whole_row_of_another_tenant_is_refused(bed: Bed) {
    let (db, a, b) = two_tenants(&bed).await;
    let row = Member::create(member()).run(&a).await.unwrap();
    Member::delete(row.id).run(&a).await.unwrap();
    assert!(Member::bulk_create([row.clone()]).run(&b).await.unwrap_err().is_invalid_input());
    assert_eq!(Member::bulk_create([row.clone()]).run(&a).await.unwrap().affected, 1);
    assert_eq!(Member::read(row.id).run(&a).await.unwrap(), row);
    let all = db.across_tenants("a test");
    assert!(Member::create(member()).run(&all).await.unwrap_err().is_tenant_missing());
    let made = Member::create(member()).in_tenant(b.id()).run(&all).await.unwrap();
    assert_eq!(made.tenant.tenant_id.to_string(), b.id().to_string());
}

async fn references_hold_the_embedded_tenant(bed: Bed) {
    let (_, a, b) = two_tenants(&bed).await;
    let (own, theirs) = (plan(&a).await, plan(&b).await);
    let stranger = Member::create(member()).run(&b).await.unwrap();
    let error = Plan::update(own.id).set(Plan::CREATED_BY, stranger.id).run(&a).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    assert_eq!(error.fields(), ["tenant_id", "created_by"]);
    // The reference is set to NULL when its row goes, and the tenant is not.
    let friend = Member::create(member()).run(&a).await.unwrap();
    Plan::update(own.id).set(Plan::CREATED_BY, friend.id).run(&a).await.unwrap();
    Member::delete(friend.id).run(&a).await.unwrap();
    assert_eq!(Plan::read(own.id).run(&a).await.unwrap(), own);

    for (plan_id, source_id, at) in
        [(own.id, theirs.id, "source_id"), (theirs.id, own.id, "plan_id"), (theirs.id, theirs.id, "plan_id")]
    {
        let error = Tile::create(NewTile { plan_id, source_id }).run(&a).await.unwrap_err();
        assert!(error.is_foreign_key_violation(), "{error:?}");
        assert_eq!(error.fields(), [at]);
    }
    let tile = Tile::create(NewTile { plan_id: own.id, source_id: own.id }).run(&a).await.unwrap();
    assert!(Tile::read(tile.id).run(&b).await.unwrap_err().is_not_found());
    let error = Tile::update(tile.id).set(Tile::PLAN_ID, theirs.id).run(&a).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    assert_eq!(Tile::list().run(&a).await.unwrap(), [tile]);
}

crate::cases![
    it_stamps_and_guards_each_operation,
    a_whole_row_of_another_tenant_is_refused,
    references_hold_the_embedded_tenant,
];
