//! Soft deletion along references: what goes with a marked row, what keeps it, and the way back.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::json;

use crate::Bed;
use crate::accounts::Hands;
use crate::tenancy::recorder::statements;

#[model(table = "soft_folders")]
#[derive(Debug, Clone, PartialEq)]
pub struct Folder {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Folder, on_delete = cascade, name = parent, inverse = folders)]
    pub parent_id: Option<String>,
    #[references(Folder, on_delete = set_null, name = twin, inverse = twins)]
    pub twin_id: Option<String>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
    #[version]
    pub version: i64,
}

#[model(table = "soft_documents")]
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Folder, on_delete = cascade)]
    pub folder_id: String,
    #[unique]
    pub number: Option<i64>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[model(table = "soft_pages")]
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Document, on_delete = cascade)]
    pub document_id: String,
    #[references(Folder, on_delete = cascade)]
    pub pinned_id: Option<String>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// It keeps its document.
#[model(table = "soft_loans")]
#[derive(Debug)]
pub struct Loan {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Document, on_delete = restrict)]
    pub document_id: String,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// It would go with its page, and cannot be marked.
#[model(table = "soft_stamps")]
#[derive(Debug)]
pub struct Stamp {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Page, on_delete = cascade)]
    pub page_id: String,
}

/// It says nothing about its folder's deletion.
#[model(table = "soft_marks")]
#[derive(Debug)]
pub struct Mark {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Folder)]
    pub folder_id: String,
}

fn schema() -> Schema {
    ennead::schema![Folder, Document, Page, Loan, Stamp, Mark]
}

async fn document(id: &str, folder: &str, at: &Tenant) {
    let new = NewDocument { id: id.into(), folder_id: folder.into() };
    Document::create(new).run(at).await.unwrap();
}

async fn page(id: &str, document: &str, at: &Tenant) {
    Page::create(NewPage { id: id.into(), document_id: document.into() }).run(at).await.unwrap();
}

/// Folders a > b > c, each with a document that has two pages; and d beside them. All tenants have the same keys.
async fn open(bed: &Bed) -> (Tenant, Tenant, Hands) {
    let hands = Hands::default();
    let db = bed.db_with(&schema(), Db::builder().clock(hands.clone())).await;
    let (acme, other) = (db.tenant("acme").unwrap(), db.tenant("other").unwrap());
    for at in [&acme, &other] {
        for (id, parent) in [("a", None), ("b", Some("a")), ("c", Some("b")), ("d", None)] {
            let new = Folder::create(NewFolder { id: id.into() });
            new.set(Folder::PARENT_ID, parent.map(str::to_owned)).run(at).await.unwrap();
            document(id, id, at).await;
            page(&format!("{id}1"), id, at).await;
            page(&format!("{id}2"), id, at).await;
        }
    }
    hands.turn_to(10);
    (acme, other, hands)
}

/// The living folders, documents and pages.
async fn living(at: &Tenant) -> String {
    let folders = Folder::list().order_by(Folder::ID.asc()).run(at).await.unwrap();
    let documents = Document::list().order_by(Document::ID.asc()).run(at).await.unwrap();
    let pages = Page::list().order_by(Page::ID.asc()).run(at).await.unwrap();
    let list = |ids: Vec<String>| ids.join("");
    format!(
        "{} {} {}",
        list(folders.into_iter().map(|row| row.id).collect()),
        list(documents.into_iter().map(|row| row.id).collect()),
        list(pages.into_iter().map(|row| row.id).collect())
    )
}

const ALL: &str = "abcd abcd a1a2b1b2c1c2d1d2";

async fn what_goes_with_a_row_is_marked_at_the_same_moment(bed: Bed) {
    let (acme, other, _) = open(&bed).await;
    Folder::delete("b").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "ad ad a1a2d1d2");
    assert_eq!(living(&other).await, ALL, "the same keys of another tenant stay");
    let at = Folder::read("b").with_deleted().run(&acme).await.unwrap().deleted_at;
    assert_eq!(at, Some(Hands::at(10)));
    for page in Page::list().only_deleted().run(&acme).await.unwrap() {
        assert_eq!(page.deleted_at, at);
    }
    let grandchild = Document::read("c").with_deleted().run(&acme).await.unwrap();
    assert_eq!((grandchild.deleted_at, grandchild.updated_at), (at, Hands::at(10)));
    assert_eq!(Folder::read("c").with_deleted().run(&acme).await.unwrap().version, 2, "a mark is a write");
    let back = Folder::restore("b").run(&acme).await.unwrap();
    assert_eq!((back.deleted_at, back.version), (None, 3));
    assert_eq!(living(&acme).await, ALL);
    assert_eq!(living(&other).await, ALL);
}

async fn a_bulk_delete_marks_what_goes_with_its_rows(bed: Bed) {
    let (acme, other, _) = open(&bed).await;
    let done = Folder::bulk_delete().filter(Folder::ID.in_(["c", "d"])).run(&acme).await.unwrap();
    assert_eq!(done.affected, 2, "its own rows");
    assert_eq!(living(&acme).await, "ab ab a1a2b1b2");
    assert_eq!(Folder::bulk_delete().keys(["a", "d", "nobody"]).run(&other).await.unwrap().affected, 2);
    assert_eq!(living(&other).await, "  ");
    Folder::restore("c").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "abc abc a1a2b1b2c1c2", "d is another root of the same moment");
    let across = acme.db().across_tenants("all at once");
    let done = Folder::bulk_delete().filter(Folder::ID.eq("b")).run(&across).await.unwrap();
    assert_eq!(done.affected, 1, "the other tenant's is deleted already");
    assert_eq!(living(&acme).await, "a a a1a2");
    assert!(Folder::restore("b").run(&across).await.unwrap_err().is_invalid_input(), "two tenants have one");
    Folder::restore("b").in_tenant("acme").run(&across).await.unwrap();
    assert_eq!(living(&acme).await, "abc abc a1a2b1b2c1c2");
    assert_eq!(living(&other).await, "  ");
    let error = Folder::restore("b").run(&other).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "its parent is deleted: {error:?}");
}

async fn rows_of_several_tenants_are_followed_each_in_its_own(bed: Bed) {
    let (acme, other, _) = open(&bed).await;
    Document::delete("c").run(&other).await.unwrap();
    let across = acme.db().across_tenants("all at once");
    assert_eq!(Document::bulk_delete().filter(Document::ID.eq("c")).run(&across).await.unwrap().affected, 1);
    assert_eq!(living(&acme).await, "abcd abd a1a2b1b2d1d2");
    Document::restore("c").in_tenant("other").run(&across).await.unwrap();
    assert_eq!(living(&other).await, ALL);
    assert_eq!(living(&acme).await, "abcd abd a1a2b1b2d1d2");
    assert_eq!(
        Folder::bulk_delete().filter(Folder::ID.in_(["a", "d"])).run(&across).await.unwrap().affected,
        4
    );
    assert_eq!((living(&acme).await, living(&other).await), ("  ".into(), "  ".into()));
}

async fn a_restore_leaves_what_was_deleted_on_its_own(bed: Bed) {
    let (acme, _, hands) = open(&bed).await;
    // The clock stands still between the two, and yet they are told apart.
    Page::delete("b1").run(&acme).await.unwrap();
    Folder::delete("b").run(&acme).await.unwrap();
    hands.turn_to(20);
    Folder::restore("b").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "abcd abcd a1a2b2c1c2d1d2");
    Page::restore("b1").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, ALL);
    Document::delete("b").run(&acme).await.unwrap();
    Folder::delete("a").run(&acme).await.unwrap();
    Folder::restore("a").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "abcd acd a1a2c1c2d1d2");
    Document::restore("b").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, ALL);
}

async fn a_living_row_keeps_what_it_names(bed: Bed) {
    let (acme, other, _) = open(&bed).await;
    let loan = Loan::create(NewLoan { id: "l".into(), document_id: "c".into() }).run(&acme).await.unwrap();
    let hard = Document::delete("c").hard().run(&acme).await.unwrap_err();
    for error in [
        Document::delete("c").run(&acme).await.unwrap_err(),
        Document::bulk_delete().all_rows().run(&acme).await.unwrap_err(),
        schema().node("DeleteDocumentNode").unwrap().run(&acme, json!({ "id": "c" })).await.unwrap_err(),
    ] {
        assert!(error.is_foreign_key_violation() && hard.is_foreign_key_violation(), "{error:?} {hard:?}");
        assert_eq!(
            (error.model(), error.constraint(), error.fields()),
            (hard.model(), hard.constraint(), hard.fields())
        );
        assert_eq!(error.to_string(), hard.to_string());
    }
    let error = Folder::delete("a").run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "also along the way: {error:?}");
    assert_eq!(error.constraint(), Some("fk_soft_loans_tenant_id_document_id"));
    assert_eq!(living(&acme).await, ALL, "nothing half done");
    Folder::delete("a").run(&other).await.unwrap();
    Loan::delete(&loan.id).run(&acme).await.unwrap();
    Folder::delete("a").run(&acme).await.unwrap();
    let error = Loan::restore(&loan.id).run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "its document is deleted: {error:?}");
    assert_eq!((error.model(), error.fields()), (Some("Loan"), &["tenant_id", "document_id"][..]));
    assert!(error.to_string().contains("restore that first"), "{error}");
}

async fn what_cannot_be_marked_keeps_its_parent(bed: Bed) {
    let (acme, _, _) = open(&bed).await;
    Stamp::create(NewStamp { id: "s".into(), page_id: "c2".into() }).run(&acme).await.unwrap();
    let error = Folder::delete("a").run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    assert_eq!((error.model(), error.constraint()), (Some("Page"), Some("fk_soft_stamps_tenant_id_page_id")));
    assert!(error.to_string().contains("Stamp") && error.to_string().contains(".hard()"), "{error}");
    assert_eq!(living(&acme).await, ALL);
    let within = acme.transaction(async |tx| {
        assert!(Page::delete("c2").run(tx).await.unwrap_err().is_foreign_key_violation());
        Page::delete("c1").run(tx).await
    });
    within.await.unwrap();
    assert_eq!(living(&acme).await, "abcd abcd a1a2b1b2c2d1d2", "the transaction goes on");
    Page::delete("c2").hard().run(&acme).await.unwrap();
    assert_eq!(Stamp::count().run(&acme).await.unwrap(), 0);
    Folder::delete("a").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "d d d1d2");
}

async fn what_would_be_nulled_keeps_its_reference(bed: Bed) {
    let (acme, _, _) = open(&bed).await;
    Folder::update("d").set(Folder::TWIN_ID, "a").run(&acme).await.unwrap();
    Folder::delete("a").run(&acme).await.unwrap();
    let twin = Folder::read("d").run(&acme).await.unwrap();
    assert_eq!(twin.twin_id.as_deref(), Some("a"), "so that nothing is lost when it comes back");
    Folder::delete("d").run(&acme).await.unwrap();
    Folder::restore("d").run(&acme).await.unwrap();
    Mark::create(NewMark { id: "m".into(), folder_id: "d".into() }).run(&acme).await.unwrap();
    Folder::delete("d").run(&acme).await.unwrap();
    assert_eq!(Mark::read("m").run(&acme).await.unwrap().folder_id, "d", "nor does one that says nothing");
    let error = Folder::delete("d").hard().run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "for good it cannot go: {error:?}");
}

async fn circles_end(bed: Bed) {
    let (acme, _, _) = open(&bed).await;
    Folder::update("a").set(Folder::PARENT_ID, "c").run(&acme).await.unwrap();
    Folder::update("d").set(Folder::PARENT_ID, "d").run(&acme).await.unwrap();
    Folder::bulk_delete().keys(["b", "d"]).run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "  ");
    Folder::restore("b").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "abc abc a1a2b1b2c1c2");
}

async fn two_ways_to_one_row_need_both_parents(bed: Bed) {
    let (acme, _, hands) = open(&bed).await;
    Page::update("b1").set(Page::PINNED_ID, "d").run(&acme).await.unwrap();
    Folder::delete("b").run(&acme).await.unwrap();
    hands.turn_to(20);
    Folder::delete("d").run(&acme).await.unwrap();
    let error = Folder::restore("b").run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "b1 is pinned to d, which is deleted: {error:?}");
    assert_eq!((error.model(), error.fields()), (Some("Page"), &["tenant_id", "pinned_id"][..]));
    assert_eq!(living(&acme).await, "a a a1a2", "nothing half done");
    Folder::restore("d").run(&acme).await.unwrap();
    Folder::restore("b").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, ALL);
}

async fn a_restore_whose_unique_value_is_taken_brings_nothing_back(bed: Bed) {
    let (acme, _, _) = open(&bed).await;
    Document::update("c").set(Document::NUMBER, 7).run(&acme).await.unwrap();
    Folder::delete("b").run(&acme).await.unwrap();
    Document::update("a").set(Document::NUMBER, 7).run(&acme).await.unwrap();
    let error = Folder::restore("b").run(&acme).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!((error.model(), error.fields()), (Some("Document"), &["tenant_id", "number"][..]));
    assert_eq!(living(&acme).await, "ad ad a1a2d1d2");
    Document::update("a").set(Document::NUMBER, None).run(&acme).await.unwrap();
    Folder::restore("b").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, ALL);
}

async fn by_name_it_is_the_same(bed: Bed) {
    let (acme, other, _) = open(&bed).await;
    let schema = schema();
    let node = |name: &str| schema.node(name).unwrap();
    let gone = node("DeleteFolderNode").run(&acme, json!({ "id": "b" })).await.unwrap();
    assert_eq!(gone, json!({ "id": "b", "deleted": true }));
    assert_eq!(living(&acme).await, "ad ad a1a2d1d2");
    let gone = node("BulkDeleteFolderNode").run(&acme, json!({ "ids": ["a", "d"] })).await.unwrap();
    assert_eq!((gone["affected"].as_u64(), living(&acme).await), (Some(2), "  ".into()));
    assert_eq!(living(&other).await, ALL);
}

/// However many rows: a statement for each reference of each level.
async fn the_number_of_rows_is_no_matter(bed: Bed) {
    let (acme, _, _) = open(&bed).await;
    let mut sent = Vec::new();
    for more in [0, 200] {
        let pages = (0..more).map(|at| NewPage { id: format!("more{at}"), document_id: "d".into() });
        Page::bulk_create(pages).run(&acme).await.unwrap();
        let run = async { Document::delete("d").run(&acme).await.unwrap() };
        sent.push(statements(run).await.len());
        assert_eq!(Page::count().filter(Page::DOCUMENT_ID.eq("d")).run(&acme).await.unwrap(), 0);
        let run = async { assert_eq!(Document::restore("d").run(&acme).await.unwrap().id, "d") };
        sent.push(statements(run).await.len());
        assert_eq!(Page::count().filter(Page::DOCUMENT_ID.eq("d")).run(&acme).await.unwrap(), more + 2);
    }
    assert_eq!((sent[0], sent[1]), (sent[2], sent[3]), "{sent:?}");
    // Two more where the rows are looked at before.
    let more = if ennead::detour::everything_is_witnessed() { 2 } else { 0 };
    assert!(sent[0] <= 4 + more && sent[1] <= 5 + more, "{sent:?}");
}

async fn a_database_that_was_not_told_its_models_refuses(bed: Bed) {
    let url = bed.url().await;
    let first = bed.connect(Db::builder(), &url).await.unwrap();
    crate::watch::known(schema()).create(&first).await.unwrap();
    let acme = first.tenant("acme").unwrap();
    Folder::create(NewFolder { id: "a".into() }).run(&acme).await.unwrap();
    let untold = bed.connect(Db::builder(), &url).await.unwrap();
    for error in [
        Folder::delete("a").run(&untold.tenant("acme").unwrap()).await.unwrap_err(),
        Folder::bulk_delete().all_rows().run(&untold.tenant("acme").unwrap()).await.unwrap_err(),
        Folder::restore("a").run(&untold.tenant("acme").unwrap()).await.unwrap_err(),
    ] {
        assert!(error.is_configuration(), "{error:?}");
        assert!(
            error.to_string().contains("soft_documents") && error.to_string().contains(".schema("),
            "{error}"
        );
    }
    assert_eq!(Folder::count().run(&acme).await.unwrap(), 1);
    // Nothing names a loan, so nothing need be told.
    assert!(Loan::delete("nobody").run(&untold.tenant("acme").unwrap()).await.unwrap_err().is_not_found());
    let told = bed.connect(Db::builder().schema(&schema()), &url).await.unwrap();
    Folder::delete("a").run(&told.tenant("acme").unwrap()).await.unwrap();
    assert_eq!(Folder::count().run(&acme).await.unwrap(), 0);
}

#[model(table = "soft_shelves", key = "global")]
#[derive(Debug)]
pub struct Shelf {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Of no tenant, and yet it names a tenant's row.
#[model(global, table = "soft_plaques")]
#[derive(Debug)]
pub struct Plaque {
    #[key(assigned)]
    pub id: String,
    #[references(Shelf, cross_tenant, on_delete = cascade)]
    pub shelf_id: String,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

async fn rows_that_a_tenant_does_not_write_keep_its_own(bed: Bed) {
    let db = bed.db(&ennead::schema![Shelf, Plaque]).await;
    let (acme, across) = (db.tenant("acme").unwrap(), db.across_tenants("set up"));
    for id in ["a", "b"] {
        Shelf::create(NewShelf { id: id.into() }).run(&acme).await.unwrap();
        Plaque::create(NewPlaque { id: id.into(), shelf_id: id.into() }).run(&across).await.unwrap();
    }
    let error = Shelf::delete("a").run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "a tenant marks no rows of others: {error:?}");
    Shelf::delete("a").run(&across).await.unwrap();
    assert_eq!((Shelf::count().run(&acme).await.unwrap(), Plaque::count().run(&db).await.unwrap()), (1, 1));
    Shelf::restore("a").run(&across).await.unwrap();
    assert_eq!((Shelf::count().run(&acme).await.unwrap(), Plaque::count().run(&db).await.unwrap()), (2, 2));
    Plaque::delete("b").run(&db).await.unwrap();
    Shelf::delete("b").run(&acme).await.unwrap();
}

crate::cases![
    what_goes_with_a_row_is_marked_at_the_same_moment,
    a_bulk_delete_marks_what_goes_with_its_rows,
    rows_of_several_tenants_are_followed_each_in_its_own,
    a_restore_leaves_what_was_deleted_on_its_own,
    a_living_row_keeps_what_it_names,
    what_cannot_be_marked_keeps_its_parent,
    what_would_be_nulled_keeps_its_reference,
    circles_end,
    two_ways_to_one_row_need_both_parents,
    a_restore_whose_unique_value_is_taken_brings_nothing_back,
    by_name_it_is_the_same,
    the_number_of_rows_is_no_matter,
    a_database_that_was_not_told_its_models_refuses,
    rows_that_a_tenant_does_not_write_keep_its_own,
];
