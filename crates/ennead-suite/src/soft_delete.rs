//! `#[deleted_at]`: a delete marks, and what is marked is passed over.

use chrono::{DateTime, Utc};
use ennead::prelude::*;

use crate::Bed;
use crate::accounts::Hands;

#[model(table = "notes")]
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub title: String,
    #[default(0)]
    pub stars: i64,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
    #[version]
    pub version: i64,
}

fn note(id: &str) -> NewNote {
    NewNote { id: id.into(), title: id.to_uppercase() }
}

async fn open(bed: &Bed, ids: &[&str]) -> (Tenant, Hands) {
    let hands = Hands::default();
    let db = bed.db_with(&ennead::schema![Note], Db::builder().clock(hands.clone())).await;
    let acme = db.tenant("acme").unwrap();
    Note::bulk_create(ids.iter().map(|id| note(id))).run(&acme).await.unwrap();
    (acme, hands)
}

async fn ids(list: ennead::op::List<Note>, acme: &Tenant) -> String {
    list.order_by(Note::ID.asc()).run(acme).await.unwrap().into_iter().map(|note| note.id).collect()
}

async fn a_delete_marks_and_reads_pass_over(bed: Bed) {
    let (acme, hands) = open(&bed, &["a", "b", "c"]).await;
    hands.turn_to(10);
    Note::delete("b").run(&acme).await.unwrap();
    assert!(Note::read("b").run(&acme).await.unwrap_err().is_not_found());
    assert_eq!(Note::read("b").optional(&acme).await.unwrap(), None);
    let dead = Note::read("b").with_deleted().run(&acme).await.unwrap();
    assert_eq!(dead.deleted_at, Some(Hands::at(10)));
    assert_eq!((dead.updated_at, dead.version), (Hands::at(10), 2), "a mark is a write");
    assert_eq!(ids(Note::list(), &acme).await, "ac");
    assert_eq!(ids(Note::list().with_deleted(), &acme).await, "abc");
    assert_eq!(ids(Note::list().only_deleted(), &acme).await, "b");
    assert_eq!(ids(Note::list().only_deleted().filter(Note::STARS.gt(0)), &acme).await, "");
    assert_eq!(Note::count().run(&acme).await.unwrap(), 2);
    assert_eq!(Note::count().with_deleted().run(&acme).await.unwrap(), 3);
}

async fn writes_pass_over_what_is_deleted(bed: Bed) {
    let (acme, _) = open(&bed, &["a", "b"]).await;
    Note::delete("b").run(&acme).await.unwrap();
    let set = || Note::update("b").set(Note::STARS, 1);
    assert!(set().run(&acme).await.unwrap_err().is_not_found());
    assert!(set().when(Note::STARS.eq(0)).run(&acme).await.unwrap_err().is_not_found(), "no conflict");
    assert!(Note::bulk_update_each([set()]).run(&acme).await.unwrap_err().is_not_found());
    let all = Note::bulk_update().all_rows().set(Note::STARS, 2).run(&acme).await.unwrap();
    assert_eq!(all.affected, 1);
    assert!(Note::delete("b").run(&acme).await.unwrap_err().is_not_found(), "it is deleted once");
    assert!(Note::delete("b").when(Note::STARS.eq(0)).run(&acme).await.unwrap_err().is_not_found());
    assert_eq!(Note::read("b").with_deleted().run(&acme).await.unwrap().stars, 0);
}

async fn a_conditional_delete_marks_only_what_meets_it(bed: Bed) {
    let (acme, _) = open(&bed, &["a"]).await;
    assert!(Note::delete("a").when(Note::STARS.eq(7)).run(&acme).await.unwrap_err().is_conflict());
    Note::delete("a").when(Note::STARS.eq(0)).run(&acme).await.unwrap();
    assert_eq!(Note::count().run(&acme).await.unwrap(), 0);
}

async fn a_restored_row_is_back(bed: Bed) {
    let (acme, hands) = open(&bed, &["a"]).await;
    assert!(Note::restore("a").run(&acme).await.unwrap_err().is_not_found(), "it lives");
    Note::delete("a").run(&acme).await.unwrap();
    hands.turn_to(20);
    let back = Note::restore("a").run(&acme).await.unwrap();
    assert_eq!((back.deleted_at, back.updated_at), (None, Hands::at(20)));
    assert_eq!(Note::read("a").run(&acme).await.unwrap(), back);
    assert!(Note::restore("nobody").run(&acme).await.unwrap_err().is_not_found());
    let other = acme.db().tenant("other").unwrap();
    Note::delete("a").run(&acme).await.unwrap();
    assert!(Note::restore("a").run(&other).await.unwrap_err().is_not_found());
}

async fn unique_means_unique_among_the_living(bed: Bed) {
    let (acme, _) = open(&bed, &["a"]).await;
    let twin = || Note::create(NewNote { id: "b".into(), title: "A".into() });
    let error = twin().run(&acme).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!(error.constraint(), Some("uq_notes_organization_id_title"));
    assert_eq!(error.fields(), ["organization_id", "title"]);
    Note::delete("a").run(&acme).await.unwrap();
    twin().run(&acme).await.unwrap();
    let error = Note::restore("a").run(&acme).await.unwrap_err();
    assert!(error.is_unique_violation(), "its title was taken meanwhile: {error:?}");
    assert_eq!(error.constraint(), Some("uq_notes_organization_id_title"));
    assert_eq!(ids(Note::list().only_deleted(), &acme).await, "a");
    Note::delete("b").run(&acme).await.unwrap();
    Note::restore("a").run(&acme).await.unwrap();
    let error = Note::create(note("b")).run(&acme).await.unwrap_err();
    assert_eq!(error.constraint(), Some("pk_notes"), "a key stays taken: {error:?}");
}

async fn a_hard_delete_removes(bed: Bed) {
    let (acme, _) = open(&bed, &["a", "b", "c"]).await;
    Note::delete("a").run(&acme).await.unwrap();
    Note::delete("a").hard().run(&acme).await.unwrap();
    Note::delete("b").hard().run(&acme).await.unwrap();
    assert_eq!(ids(Note::list().with_deleted(), &acme).await, "c");
    assert!(Note::delete("a").hard().run(&acme).await.unwrap_err().is_not_found());
}

async fn a_bulk_delete_marks(bed: Bed) {
    let (acme, hands) = open(&bed, &["a", "b", "c", "d", "e"]).await;
    hands.turn_to(30);
    assert_eq!(Note::bulk_delete().keys(["a", "nobody"]).run(&acme).await.unwrap().affected, 1);
    assert_eq!(Note::bulk_delete().keys(["a", "b"]).run(&acme).await.unwrap().affected, 1, "a is deleted");
    assert_eq!(Note::bulk_delete().filter(Note::TITLE.le("C")).run(&acme).await.unwrap().affected, 1);
    assert_eq!(Note::bulk_delete().all_rows().run(&acme).await.unwrap().affected, 2);
    assert_eq!(ids(Note::list().only_deleted(), &acme).await, "abcde");
    assert_eq!(Note::read("e").with_deleted().run(&acme).await.unwrap().updated_at, Hands::at(30));
    assert_eq!(Note::bulk_delete().keys(["a", "b"]).hard().run(&acme).await.unwrap().affected, 2);
    assert_eq!(Note::bulk_delete().all_rows().hard().run(&acme).await.unwrap().affected, 3);
    assert_eq!(Note::count().with_deleted().run(&acme).await.unwrap(), 0);
}

async fn a_model_without_the_field_restores_nothing(bed: Bed) {
    let db = crate::accounts::open(&bed).await;
    let error = crate::accounts::User::restore("a").run(&db.tenant("acme").unwrap()).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
}

crate::cases![
    a_delete_marks_and_reads_pass_over,
    writes_pass_over_what_is_deleted,
    a_conditional_delete_marks_only_what_meets_it,
    a_restored_row_is_back,
    unique_means_unique_among_the_living,
    a_hard_delete_removes,
    a_bulk_delete_marks,
    a_model_without_the_field_restores_nothing,
];
