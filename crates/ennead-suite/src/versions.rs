//! Optimistic locks: a write that names the version that its row had, in every way in.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::{Value as Json, json};

use crate::Bed;

#[model(table = "sheets")]
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[unique]
    pub code: i64,
    #[default(0)]
    pub total: i64,
    #[version]
    pub revision: i64,
}

/// Whose deletion is a mark.
#[model(table = "sheet_notes")]
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[version]
    pub version: i64,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Nobody counts the writes of it.
#[model(table = "sheet_labels")]
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    pub text: String,
}

fn schema() -> Schema {
    ennead::schema![Sheet, Note, Label]
}

fn sheet(id: &str, code: i64) -> NewSheet {
    NewSheet { id: id.into(), code }
}

async fn open(bed: &Bed) -> (Db, Tenant) {
    let db = bed.db(&schema()).await;
    let acme = db.tenant("acme").unwrap();
    (db, acme)
}

/// What an error tells: the row, the version that was expected, the one that was found.
fn told(error: &Error) -> Vec<(Option<usize>, i64, i64)> {
    assert!(error.is_conflict(), "{error:?}");
    assert_eq!(error.http_status(), 409);
    error.version_conflicts().iter().map(|one| (one.row, one.expected, one.found)).collect()
}

async fn a_write_of_a_row_that_was_changed_tells_both_versions(bed: Bed) {
    let (_, acme) = open(&bed).await;
    Sheet::create(sheet("a", 1)).run(&acme).await.unwrap();
    for total in 1..=3 {
        Sheet::update("a").set(Sheet::TOTAL, total).expect_version(total).run(&acme).await.unwrap();
    }
    let lost = Sheet::update("a").set(Sheet::TOTAL, 9).expect_version(2).run(&acme).await.unwrap_err();
    assert_eq!(told(&lost), [(None, 2, 4)]);
    assert_eq!(
        lost.to_string(),
        "Sheet: changed since it was read: the row has version 4, not 2; read it again"
    );
    assert_eq!((lost.model(), lost.fields()), (Some("Sheet"), &["revision"][..]));
    let lost = Sheet::delete("a").expect_version(7).run(&acme).await.unwrap_err();
    assert_eq!(told(&lost), [(None, 7, 4)]);
    // A condition on the version is the same lock.
    let update = Sheet::update("a").set(Sheet::TOTAL, 9).when(Sheet::REVISION.eq(1));
    assert_eq!(told(&update.run(&acme).await.unwrap_err()), [(None, 1, 4)]);
    assert_eq!(Sheet::read("a").run(&acme).await.unwrap().total, 3);

    // With the right version something else is why.
    let unmet = Sheet::update("a").set(Sheet::TOTAL, 9).when(Sheet::TOTAL.eq(7)).expect_version(4);
    assert_eq!(told(&unmet.run(&acme).await.unwrap_err()), []);
    let gone = Sheet::update("b").set(Sheet::TOTAL, 9).expect_version(1).run(&acme).await.unwrap_err();
    assert!(gone.is_not_found());
    Sheet::delete("a").expect_version(4).run(&acme).await.unwrap();
}

async fn a_row_that_was_read_locks_by_itself(bed: Bed) {
    let (_, acme) = open(&bed).await;
    let first = Sheet::create(sheet("a", 1)).run(&acme).await.unwrap();
    let second = first.update_row().set(Sheet::TOTAL, 1).run(&acme).await.unwrap();
    assert_eq!(second.revision, 2);
    let lost = first.update_row().set(Sheet::TOTAL, 2).run(&acme).await.unwrap_err();
    assert_eq!(told(&lost), [(None, 1, 2)]);
    assert_eq!(told(&first.delete_row().run(&acme).await.unwrap_err()), [(None, 1, 2)]);
    second.delete_row().run(&acme).await.unwrap();

    let note = Note::create(NewNote { id: "n".into() }).run(&acme).await.unwrap();
    note.delete_row().run(&acme).await.unwrap();
    assert!(note.delete_row().run(&acme).await.unwrap_err().is_not_found(), "a marked row is not there");
    let marked = Note::read("n").with_deleted().run(&acme).await.unwrap();
    assert_eq!(told(&note.delete_row().hard().run(&acme).await.unwrap_err()), [(None, 1, 2)]);
    marked.delete_row().hard().run(&acme).await.unwrap();

    // Without versions it is a write by key.
    let label = Label::create(NewLabel { id: "l".into(), text: "x".into() }).run(&acme).await.unwrap();
    label.update_row().set(Label::TEXT, "y").run(&acme).await.unwrap();
    label.update_row().set(Label::TEXT, "z").run(&acme).await.unwrap();
    let none = Label::update("l").set(Label::TEXT, "z").expect_version(1).run(&acme).await.unwrap_err();
    assert!(none.is_invalid_input() && none.to_string().contains("no #[version] field"), "{none}");
    label.delete_row().run(&acme).await.unwrap();
}

async fn a_bulk_update_tells_every_row_that_was_changed(bed: Bed) {
    let (_, acme) = open(&bed).await;
    Sheet::bulk_create([sheet("a", 1), sheet("b", 2), sheet("c", 3), sheet("d", 4)])
        .run(&acme)
        .await
        .unwrap();
    let seen = Sheet::list().order_by(Sheet::ID.asc()).run(&acme).await.unwrap();
    Sheet::update("b").set(Sheet::TOTAL, 1).run(&acme).await.unwrap();
    Sheet::bulk_update().filter(Sheet::ID.eq("d")).set(Sheet::TOTAL, 1).run(&acme).await.unwrap();
    let write = |rows: &[Sheet]| {
        let update = |sheet: &Sheet| match sheet.code % 2 {
            0 => sheet.update_row().set(Sheet::TOTAL, 10),
            _ => sheet.update_row().set(Sheet::CODE, sheet.code + 10).set(Sheet::TOTAL, 11),
        };
        Sheet::bulk_update_each(rows.iter().map(update).collect::<Vec<_>>())
    };
    let lost = write(&seen).run(&acme).await.unwrap_err();
    assert_eq!(told(&lost), [(Some(1), 1, 2), (Some(3), 1, 2)]);
    assert!(lost.to_string().contains("row 1 has version 2, not 1, row 3 has version 2, not 1"), "{lost}");
    let after = Sheet::list().order_by(Sheet::ID.asc()).run(&acme).await.unwrap();
    assert!(after.iter().all(|sheet| sheet.total < 2), "none is changed: {after:?}");

    let done = write(&after).run(&acme).await.unwrap();
    assert_eq!(done.affected, 4);
    let revisions: Vec<i64> = Sheet::list()
        .order_by(Sheet::ID.asc())
        .run(&acme)
        .await
        .unwrap()
        .iter()
        .map(|sheet| sheet.revision)
        .collect();
    assert_eq!(revisions, [2, 3, 2, 3]);

    // A row with a version beside one without; one that is missing is told first.
    let mixed =
        [Sheet::update("a").set(Sheet::TOTAL, 5).expect_version(1), Sheet::update("b").set(Sheet::TOTAL, 5)];
    assert_eq!(told(&Sheet::bulk_update_each(mixed).run(&acme).await.unwrap_err()), [(Some(0), 1, 2)]);
    let missing =
        [Sheet::update("a").set(Sheet::TOTAL, 5).expect_version(1), Sheet::update("z").set(Sheet::TOTAL, 5)];
    assert!(Sheet::bulk_update_each(missing).run(&acme).await.unwrap_err().is_not_found());
    let none = [Label::update("l").set(Label::TEXT, "z").expect_version(1)];
    assert!(Label::bulk_update_each(none).run(&acme).await.unwrap_err().to_string().contains("#[version]"));
}

async fn an_upsert_changes_the_row_with_that_version_only(bed: Bed) {
    let (db, acme) = open(&bed).await;
    let upsert = |version: i64| {
        Sheet::create(sheet("a", 1))
            .on_conflict(Sheet::CODE)
            .update_add(Sheet::TOTAL, 1)
            .expect_version(version)
    };
    assert_eq!(upsert(5).run(&acme).await.unwrap().revision, 1, "a row that is not there is created");
    assert_eq!(told(&upsert(5).run(&acme).await.unwrap_err()), [(None, 5, 1)]);
    let changed = upsert(1).run(&acme).await.unwrap();
    assert_eq!((changed.total, changed.revision), (1, 2));
    assert_eq!(told(&upsert(1).run(&acme).await.unwrap_err()), [(None, 1, 2)]);
    assert_eq!(Sheet::read("a").run(&acme).await.unwrap().total, 1);
    // Another tenant's row is not met.
    let other = db.tenant("other").unwrap();
    assert_eq!(upsert(9).run(&other).await.unwrap().revision, 1);
    let none = Label::create(NewLabel { id: "l".into(), text: "x".into() }).on_conflict(Label::ID);
    let none = none.update(Label::TEXT).expect_version(1).run(&acme).await.unwrap_err();
    assert!(none.is_invalid_input() && none.to_string().contains("#[version]"), "{none}");
}

async fn by_name_it_is_a_parameter(bed: Bed) {
    let (_, acme) = open(&bed).await;
    let schema = schema();
    let run = async |node: &str, params: Json| schema.node(node).unwrap().run(&acme, params).await;
    run("CreateSheetNode", json!({ "id": "a", "code": 1 })).await.unwrap();
    let update = |revision: i64| json!({ "id": "a", "data": { "total": 3 }, "revision": revision });
    assert_eq!(run("UpdateSheetNode", update(1)).await.unwrap()["revision"], 2);
    assert_eq!(told(&run("UpdateSheetNode", update(1)).await.unwrap_err()), [(None, 1, 2)]);
    let each = |revision: i64| json!({ "data": [{ "id": "a", "total": 4, "revision": revision }] });
    assert_eq!(told(&run("BulkUpdateSheetNode", each(1)).await.unwrap_err()), [(Some(0), 1, 2)]);
    assert_eq!(run("BulkUpdateSheetNode", each(2)).await.unwrap(), json!({ "affected": 1 }));
    let upsert = |revision: i64| json!({ "data": { "id": "a", "code": 1 }, "on_conflict": { "on": "code", "update": "total", "revision": revision } });
    assert_eq!(told(&run("UpsertSheetNode", upsert(2)).await.unwrap_err()), [(None, 2, 3)]);
    assert_eq!(run("UpsertSheetNode", upsert(3)).await.unwrap()["total"], 0);
    let delete = |revision: i64| json!({ "id": "a", "revision": revision });
    assert_eq!(told(&run("DeleteSheetNode", delete(3)).await.unwrap_err()), [(None, 3, 4)]);

    for (node, params, text) in [
        (
            "UpdateSheetNode",
            json!({ "id": "a", "data": { "revision": 9 } }),
            "data.revision: is counted by the library: give it beside the key",
        ),
        (
            "UpdateSheetNode",
            json!({ "id": "a", "add": { "revision": 9 } }),
            "add.revision: is counted by the library",
        ),
        (
            "UpdateSheetNode",
            json!({ "id": "a", "data": { "total": 1 }, "revision": "x" }),
            "revision: expected",
        ),
        (
            "UpdateSheetNode",
            json!({ "id": "a", "data": { "total": 1 }, "revisio": 1 }),
            "did you mean \"revision\"?",
        ),
        (
            "UpsertSheetNode",
            json!({ "data": { "id": "a", "code": 1 }, "on_conflict": { "on": "code", "update": "revision" } }),
            "revision cannot be changed",
        ),
        (
            "UpsertSheetNode",
            json!({ "data": { "id": "a", "code": 1 }, "on_conflict": { "on": "code", "ignore": true, "revision": 1 } }),
            "needs no version",
        ),
        (
            "BulkCreateSheetNode",
            json!({ "data": [{ "id": "a", "code": 1 }], "on_conflict": { "on": "code", "update": "total", "revision": 1 } }),
            "a version is of one row",
        ),
        ("UpdateLabelNode", json!({ "id": "a", "data": { "text": "x" }, "version": 1 }), "unknown parameter"),
    ] {
        let error = run(node, params.clone()).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains(text), "{params}: {error}");
    }
    run("DeleteSheetNode", delete(4)).await.unwrap();
}

/// Whether a guess is right is told to those alone who see the row.
async fn a_version_of_another_tenant_is_not_told(bed: Bed) {
    let (db, acme) = open(&bed).await;
    let own = Sheet::create(sheet("a", 1)).run(&acme).await.unwrap();
    let other = db.tenant("other").unwrap();
    for version in [own.revision, 7] {
        let update = Sheet::update("a").set(Sheet::TOTAL, 1).expect_version(version);
        assert!(update.run(&other).await.unwrap_err().is_not_found());
        let each = [Sheet::update("a").set(Sheet::TOTAL, 1).expect_version(version)];
        assert!(Sheet::bulk_update_each(each).run(&other).await.unwrap_err().is_not_found());
        assert!(Sheet::delete("a").expect_version(version).run(&other).await.unwrap_err().is_not_found());
    }
    assert_eq!(Sheet::read("a").run(&acme).await.unwrap(), own);
}

async fn who_reads_again_loses_nothing(bed: Bed) {
    let (_, acme) = open(&bed).await;
    Sheet::create(sheet("a", 1)).run(&acme).await.unwrap();
    let tasks = (0..8).map(|_| {
        let acme = acme.clone();
        tokio::spawn(async move {
            let mut lost = 0;
            for _ in 0..4 {
                loop {
                    let seen = Sheet::read("a").run(&acme).await.unwrap();
                    let write = seen.update_row().set(Sheet::TOTAL, seen.total + 1).run(&acme).await;
                    match write {
                        Ok(_) => break,
                        Err(error) if error.is_conflict() => lost += 1,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            }
            lost
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let end = Sheet::read("a").run(&acme).await.unwrap();
    assert_eq!((end.total, end.revision), (32, 33));
}

crate::cases![
    a_write_of_a_row_that_was_changed_tells_both_versions,
    a_row_that_was_read_locks_by_itself,
    a_bulk_update_tells_every_row_that_was_changed,
    an_upsert_changes_the_row_with_that_version_only,
    by_name_it_is_a_parameter,
    a_version_of_another_tenant_is_not_told,
    who_reads_again_loses_nothing,
];
