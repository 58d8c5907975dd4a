//! Keys of every type, given and generated.

use ennead::__private::OnCreate;
use ennead::__private::class::Equatable;
use ennead::op::Create;
use ennead::prelude::*;
use ennead::{Column, FieldType, GlobalModel, IntoKey, IntoValue, MutableModel, RemovableModel};
use uuid::Uuid;

use super::models::{Code, Mark, Number};
use crate::Bed;

macro_rules! models {
    ($($model:ident $type:ident;)*) => {$(
        #[model(global)]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $model {
            #[key(assigned)]
            pub id: $type,
            pub name: String,
        }
        impl Keyed<$type> for $model {
            const ID: Column<Self, $type, OnCreate> = $model::ID;
            const NAME: Column<Self, String> = $model::NAME;
            fn made(id: $type, name: &str) -> Self {
                Self { id, name: name.to_owned() }
            }
        }
    )*};
}

/// What the case needs to know of these models.
trait Keyed<K>: GlobalModel + MutableModel + RemovableModel + Clone + PartialEq + std::fmt::Debug {
    const ID: Column<Self, K, OnCreate>;
    const NAME: Column<Self, String>;
    fn made(id: K, name: &str) -> Self;
}

models! {
    ByText String;
    ByUuid Uuid;
    BySmall i16;
    ByMedium i32;
    ByLarge i64;
    ByCode Code;
    ByNumber Number;
    ByMark Mark;
}

async fn all_operations<M, K>(db: &Db, keys: Vec<K>)
where
    M: Keyed<K>,
    Create<M>: From<M>,
    K: IntoKey<M::Key> + IntoValue<K> + FieldType<Class: Equatable> + Clone,
    for<'k> &'k K: IntoKey<M::Key>,
{
    for key in &keys {
        let row = Create::from_row(M::made(key.clone(), "one")).run(db).await.unwrap();
        assert_eq!(row, M::made(key.clone(), "one"));
        assert_eq!(M::read(key).run(db).await.unwrap(), row);
        let changed = M::update(key).set(M::NAME, "two").run(db).await.unwrap();
        assert_eq!(changed, M::made(key.clone(), "two"));
        assert_eq!(M::list().filter(M::ID.eq(key.clone())).run(db).await.unwrap(), [changed]);
        M::delete(key).run(db).await.unwrap();
        assert!(M::read(key.clone()).run(db).await.unwrap_err().is_not_found());
    }
    let rows: Vec<M> = keys.iter().map(|key| M::made(key.clone(), "many")).collect();
    assert_eq!(M::bulk_create(rows.clone()).returning(db).await.unwrap(), rows);
    let again = M::bulk_create(rows.clone()).run(db).await.unwrap_err();
    assert!(again.is_unique_violation());
    assert_eq!(again.fields(), ["id"]);
    assert_eq!(M::count().filter(M::ID.in_(keys.clone())).run(db).await.unwrap(), keys.len() as u64);
    let updates = keys.iter().map(|key| M::update(key).set(M::NAME, "each"));
    assert_eq!(M::bulk_update_each(updates).run(db).await.unwrap().affected, keys.len() as u64);
    let upsert = M::bulk_create(rows.clone()).on_conflict(M::ID).update(M::NAME);
    assert_eq!(upsert.returning(db).await.unwrap(), rows);
    assert_eq!(M::bulk_delete().keys(keys.iter()).run(db).await.unwrap().affected, keys.len() as u64);
    assert_eq!(M::count().run(db).await.unwrap(), 0);
}

async fn keys_of_every_type_name_their_row(bed: Bed) {
    let schema = ennead::schema![ByText, ByUuid, BySmall, ByMedium, ByLarge, ByCode, ByNumber, ByMark];
    let db = bed.db(&schema).await;
    let texts = || crate::draw::ODD_TEXTS.iter().filter(|text| !text.is_empty()).map(|&text| text.to_owned());
    all_operations::<ByText, _>(&db, texts().collect()).await;
    let uuids = || [Uuid::nil(), Uuid::max(), Uuid::from_u128(7)].into_iter();
    all_operations::<ByUuid, _>(&db, uuids().collect()).await;
    all_operations::<BySmall, _>(&db, vec![i16::MIN, -1, 0, 1, i16::MAX]).await;
    all_operations::<ByMedium, _>(&db, vec![i32::MIN, -1, 0, 1, i32::MAX]).await;
    all_operations::<ByLarge, _>(&db, vec![i64::MIN, -1, 0, 1, i64::MAX]).await;
    all_operations::<ByCode, _>(&db, texts().map(Code).collect()).await;
    all_operations::<ByNumber, _>(&db, vec![Number(i64::MIN), Number(0), Number(i64::MAX)]).await;
    all_operations::<ByMark, _>(&db, uuids().map(Mark).collect()).await;
}

#[model(global, table = "auto_small")]
#[derive(Debug, Clone, PartialEq)]
pub struct AutoSmall {
    #[key(auto)]
    pub id: i16,
    pub name: String,
}

#[model(global, table = "auto_medium")]
#[derive(Debug, Clone, PartialEq)]
pub struct AutoMedium {
    #[key(auto)]
    pub id: i32,
    pub name: String,
}

#[model(global, table = "auto_large")]
#[derive(Debug, Clone, PartialEq)]
pub struct AutoLarge {
    #[key(auto)]
    pub id: i64,
    pub name: String,
}

async fn keys_that_the_database_counts_rise_and_are_not_used_again(bed: Bed) {
    let db = bed.db(&ennead::schema![AutoSmall, AutoMedium, AutoLarge]).await;
    let one = AutoSmall::create(NewAutoSmall { name: "a".into() }).run(&db).await.unwrap();
    let two = AutoSmall::create(NewAutoSmall { name: "b".into() }).run(&db).await.unwrap();
    assert_eq!((one.id, two.id), (1, 2));
    let one = AutoMedium::create(NewAutoMedium { name: "a".into() }).run(&db).await.unwrap();
    assert_eq!(one.id, 1);

    let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let new = names.iter().map(|name| NewAutoLarge { name: name.clone() });
    let rows = AutoLarge::bulk_create(new).returning(&db).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), (1..=100).collect::<Vec<_>>());
    assert_eq!(rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>(), names);
    AutoLarge::delete(100_i64).run(&db).await.unwrap();
    let next = AutoLarge::create(NewAutoLarge { name: "next".into() }).run(&db).await.unwrap();
    assert_eq!(next.id, 101, "the key of a deleted row is not used again");
}

#[model(global, table = "gen_text")]
#[derive(Debug, Clone, PartialEq)]
pub struct GenText {
    #[key(prefix = "row-")]
    pub id: String,
    pub name: String,
}

#[model(global, table = "gen_uuid")]
#[derive(Debug, Clone, PartialEq)]
pub struct GenUuid {
    #[key]
    pub id: Uuid,
    pub name: String,
}

#[model(global, table = "gen_ulid")]
#[derive(Debug, Clone, PartialEq)]
pub struct GenUlid {
    #[key(ulid)]
    pub id: String,
    pub name: String,
}

async fn generated_keys_are_new_and_rise(bed: Bed) {
    let db = bed.db(&ennead::schema![GenText, GenUuid, GenUlid]).await;
    let names = || (0..500).map(|number: i32| number.to_string());
    let texts = GenText::bulk_create(names().map(|name| NewGenText { name })).returning(&db).await.unwrap();
    let uuids = GenUuid::bulk_create(names().map(|name| NewGenUuid { name })).returning(&db).await.unwrap();
    let ulids = GenUlid::bulk_create(names().map(|name| NewGenUlid { name })).returning(&db).await.unwrap();
    assert!(texts.is_sorted_by(|one, two| one.id < two.id));
    assert!(uuids.is_sorted_by(|one, two| one.id < two.id));
    assert!(ulids.is_sorted_by(|one, two| one.id < two.id));
    assert!(texts.iter().all(|row| row.id.starts_with("row-")));
    assert!(uuids.iter().all(|row| row.id.get_version_num() == 7));
    assert!(ulids.iter().all(|row| row.id.len() == 26));
    let given =
        GenText::create(NewGenText { name: "g".into() }).set(GenText::ID, "mine").run(&db).await.unwrap();
    assert_eq!(given.id, "mine");
}

crate::cases![
    keys_of_every_type_name_their_row,
    keys_that_the_database_counts_rise_and_are_not_used_again,
    generated_keys_are_new_and_rise,
];
