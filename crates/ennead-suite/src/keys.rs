//! Keys: how they come about, and what kinds there are.

use ennead::prelude::*;
use ennead::{generate_id, generate_ulid};
use uuid::Uuid;

use crate::Bed;
use crate::accounts::Counted;

#[derive(DbNewtype, Clone, PartialEq, Eq, Debug)]
pub struct BadgeId(pub String);

#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Plain {
    #[key]
    pub id: String,
    pub name: String,
}

#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Prefixed {
    #[key(prefix = "pre-")]
    pub id: BadgeId,
    pub name: String,
}

#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted {
    #[key(ulid)]
    pub id: String,
    pub name: String,
}

#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Unique {
    #[key]
    pub id: Uuid,
    pub name: String,
}

#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Natural {
    #[key(assigned)]
    pub code: String,
    pub name: String,
}

#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    #[key(auto)]
    pub id: i64,
    pub name: String,
}

#[model]
#[derive(Debug, Clone, PartialEq)]
pub struct Invoice {
    #[key(auto, all_tenants)]
    pub id: i64,
    #[tenant]
    pub organization_id: String,
    pub name: String,
}

/// Given keys must be taken too, whatever the type.
#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Small {
    #[key(assigned)]
    pub id: i16,
    pub name: String,
}

fn schema() -> Schema {
    ennead::schema![Plain, Prefixed, Sorted, Unique, Natural, Numbered, Invoice, Small]
}

async fn generated_keys_have_their_form(bed: Bed) {
    let db = bed.db_with(&schema(), Db::builder().ids(Counted::default())).await;
    let name = || "n".to_owned();
    let plain = Plain::create(NewPlain { name: name() }).run(&db).await.unwrap();
    assert_eq!(plain.id, "00000000-0000-0000-0000-000000000001");
    let prefixed = Prefixed::create(NewPrefixed { name: name() }).run(&db).await.unwrap();
    assert_eq!(prefixed.id, BadgeId("pre-00000000000000000000000000000002".into()));
    let sorted = Sorted::create(NewSorted { name: name() }).run(&db).await.unwrap();
    assert_eq!(sorted.id, "00000000000000000000000003");
    let unique = Unique::create(NewUnique { name: name() }).run(&db).await.unwrap();
    assert_eq!(unique.id, Uuid::from_u128(4));
    assert_eq!(Prefixed::read(&prefixed.id).run(&db).await.unwrap(), prefixed);
    assert_eq!(Unique::read(unique.id).run(&db).await.unwrap(), unique);
}

async fn given_keys_are_kept(bed: Bed) {
    let db = bed.db(&schema()).await;
    let name = || "n".to_owned();
    let plain = Plain::create(NewPlain { name: name() }).set(Plain::ID, "x").run(&db).await.unwrap();
    assert_eq!(plain.id, "x");
    let id = BadgeId("elsewhere-1".into());
    let prefixed = Prefixed::create(NewPrefixed { name: name() }).set(Prefixed::ID, id.clone());
    assert_eq!(prefixed.run(&db).await.unwrap().id, id);
    let id = Uuid::new_v4();
    let unique = Unique::create(NewUnique { name: name() }).set(Unique::ID, id).run(&db).await.unwrap();
    assert_eq!(unique.id, id);
    let natural = Natural::create(NewNatural { code: "DE".into(), name: name() }).run(&db).await.unwrap();
    assert_eq!(Natural::read("DE").run(&db).await.unwrap(), natural);
    let small = Small::create(NewSmall { id: i16::MIN, name: name() }).run(&db).await.unwrap();
    assert_eq!(Small::read(i16::MIN).run(&db).await.unwrap(), small);
}

async fn every_row_of_a_bulk_gets_a_key_of_its_own(bed: Bed) {
    let db = bed.db(&schema()).await;
    let rows = (0..50).map(|at| NewPlain { name: format!("{at:02}") });
    let made = Plain::bulk_create(rows).returning(&db).await.unwrap();
    let mut ids: Vec<&str> = made.iter().map(|row| row.id.as_str()).collect();
    assert!(ids.is_sorted(), "UUIDv7 keys come in order");
    ids.dedup();
    assert_eq!(ids.len(), 50);
}

async fn the_database_counts_identity_keys(bed: Bed) {
    let db = bed.db(&schema()).await;
    let create = |name: &str| Numbered::create(NewNumbered { name: name.into() });
    let first = create("a").run(&db).await.unwrap();
    let second = create("b").run(&db).await.unwrap();
    assert_eq!((first.id, second.id), (1, 2));
    let more = Numbered::bulk_create([create("c"), create("d")]).returning(&db).await.unwrap();
    assert_eq!(more.iter().map(|row| (row.id, row.name.as_str())).collect::<Vec<_>>(), [(3, "c"), (4, "d")]);
    let given = create("e").set(Numbered::ID, 100).run(&db).await.unwrap();
    assert_eq!(given.id, 100);
    let mixed = Numbered::bulk_create([create("f"), create("g").set(Numbered::ID, 200)]);
    let error = mixed.run(&db).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
    assert_eq!(Numbered::count().run(&db).await.unwrap(), 5);
    let whole = Numbered::bulk_create([Numbered { id: 300, name: "h".into() }]);
    assert_eq!(whole.returning(&db).await.unwrap()[0].id, 300);
}

async fn a_deleted_identity_key_is_not_given_again(bed: Bed) {
    let db = bed.db(&schema()).await;
    let create = || Numbered::create(NewNumbered { name: "a".into() });
    let first = create().run(&db).await.unwrap();
    Numbered::delete(first.id).run(&db).await.unwrap();
    assert_ne!(create().run(&db).await.unwrap().id, first.id);
}

async fn tenants_have_identity_keys(bed: Bed) {
    let db = bed.db(&schema()).await;
    let (a, b) = (db.tenant("a").unwrap(), db.tenant("b").unwrap());
    let create = || Invoice::create(NewInvoice { name: "n".into() });
    let of_a = create().run(&a).await.unwrap();
    create().run(&b).await.unwrap();
    assert_eq!(Invoice::read(of_a.id).run(&a).await.unwrap().organization_id, "a");
    assert_eq!(Invoice::count().run(&b).await.unwrap(), 1);
}

async fn an_upsert_by_an_identity_key_changes_the_row(bed: Bed) {
    let db = bed.db(&schema()).await;
    let row = Numbered::create(NewNumbered { name: "a".into() }).run(&db).await.unwrap();
    let again = Numbered::create(NewNumbered { name: "b".into() }).set(Numbered::ID, row.id);
    let again = again.on_conflict(Numbered::ID).update(Numbered::NAME).run(&db).await.unwrap();
    assert_eq!(again, Numbered { id: row.id, name: "b".into() });
    assert_eq!(Numbered::count().run(&db).await.unwrap(), 1);
}

async fn ids_are_made_without_a_database(_: Bed) {
    let id = generate_id("user-");
    assert!(id.starts_with("user-") && id.len() == 37, "{id}");
    let ulid = generate_ulid("");
    assert!(ulid.len() == 26 && ulid.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()), "{ulid}");
    let mut ids: Vec<String> = (0..200).map(|_| generate_ulid("a")).collect();
    assert!(ids.is_sorted());
    ids.dedup();
    assert_eq!(ids.len(), 200);
}

crate::cases![
    generated_keys_have_their_form,
    given_keys_are_kept,
    every_row_of_a_bulk_gets_a_key_of_its_own,
    the_database_counts_identity_keys,
    a_deleted_identity_key_is_not_given_again,
    tenants_have_identity_keys,
    an_upsert_by_an_identity_key_changes_the_row,
    ids_are_made_without_a_database,
];
