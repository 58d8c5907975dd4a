//! What is written comes back, whichever operation wrote it.

use ennead::op::Create;
use ennead::prelude::*;

use super::models::{Arrays, Everything};
use crate::draw::Draw;
use crate::{Bed, array_columns, ordered_columns, unordered_columns};

const ROWS: i64 = 60;

/// Says which rows and fields differ, rather than printing all.
#[track_caller]
fn assert_rows<T: PartialEq + std::fmt::Debug>(found: &[T], wanted: &[T]) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        if found != wanted {
            let (found, wanted) = (format!("{found:#?}"), format!("{wanted:#?}"));
            let lines = found.lines().zip(wanted.lines()).filter(|(found, wanted)| found != wanted).take(6);
            panic!("found and wanted differ in {:#?}", lines.collect::<Vec<_>>());
        }
    }
}

async fn all(db: &Db) -> Vec<Everything> {
    Everything::list().order_by(Everything::ID.asc()).run(db).await.unwrap()
}

async fn create_gives_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let rows = Everything::many(&mut Draw::default(), ROWS);
    for row in &rows {
        let stored = Create::from_row(row.clone()).run(&db).await.unwrap();
        assert_rows(std::slice::from_ref(&stored), std::slice::from_ref(row));
    }
    for row in &rows {
        assert_rows(&[Everything::read(row.id).run(&db).await.unwrap()], std::slice::from_ref(row));
    }
    assert_rows(&all(&db).await, &rows);
}

async fn bulk_create_gives_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let rows = Everything::many(&mut Draw::default(), ROWS);
    let stored = Everything::bulk_create(rows.clone()).returning(&db).await.unwrap();
    assert_rows(&stored, &rows);
    assert_rows(&all(&db).await, &rows);
}

async fn bulk_create_streams_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let rows = Everything::many(&mut Draw::default(), ROWS);
    let done =
        Everything::bulk_create_stream(futures_util::stream::iter(rows.clone())).run(&db).await.unwrap();
    assert_eq!(done.affected, ROWS as u64);
    assert_rows(&all(&db).await, &rows);
}

/// However many rows a bulk has: few and many go to Postgres in different ways.
async fn bulks_of_every_size_give_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything, Arrays]).await;
    let draw = &mut Draw::default();
    for size in [2, 63, 64, 65, 150] {
        let rows = Everything::many(draw, size);
        assert_eq!(Everything::bulk_create(rows.clone()).run(&db).await.unwrap().affected, size as u64);
        assert_rows(&all(&db).await, &rows);
        Everything::bulk_delete().all_rows().run(&db).await.unwrap();
        let rows = Arrays::many(draw, size as u128);
        assert_eq!(Arrays::bulk_create(rows.clone()).run(&db).await.unwrap().affected, size as u64);
        assert_rows(&all_arrays(&db).await, &rows);
        Arrays::bulk_delete().all_rows().run(&db).await.unwrap();
    }
    // What the database refuses leaves nothing, and a connection that goes on.
    let rows = Everything::many(draw, 150);
    let taken = Create::from_row(rows[140].clone()).run(&db).await.unwrap();
    let refused = Everything::bulk_create(rows).run(&db).await.unwrap_err();
    assert!(refused.is_unique_violation(), "{refused}");
    assert_eq!(refused.fields(), ["id"]);
    assert_rows(&all(&db).await, &[taken]);
}

/// Two lists of rows with the same keys.
fn two(draw: &mut Draw) -> (Vec<Everything>, Vec<Everything>) {
    (Everything::many(draw, ROWS), Everything::many(draw, ROWS))
}

/// An update of all fields to those of a row.
fn change(row: &Everything) -> ennead::op::Update<Everything> {
    macro_rules! set {
        ($(($field:ident $column:ident))*) => {
            |update: ennead::op::Update<Everything>| update$(.set(Everything::$column, row.$field.clone()))*
        };
    }
    let update = unordered_columns!(set)(ordered_columns!(set)(Everything::update(row.id)));
    update
        .set(Everything::PLACE.street, row.place.street.clone())
        .set(Everything::PLACE.house, row.place.house)
}

async fn update_gives_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let (old, new) = two(&mut Draw::default());
    Everything::bulk_create(old).run(&db).await.unwrap();
    for row in &new {
        let stored = change(row).run(&db).await.unwrap();
        assert_rows(std::slice::from_ref(&stored), std::slice::from_ref(row));
    }
    assert_rows(&all(&db).await, &new);
}

async fn bulk_update_each_gives_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let (old, new) = two(&mut Draw::default());
    Everything::bulk_create(old).run(&db).await.unwrap();
    let done = Everything::bulk_update_each(new.iter().map(change)).run(&db).await.unwrap();
    assert_eq!(done.affected, ROWS as u64);
    assert_rows(&all(&db).await, &new);
}

async fn bulk_update_gives_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let (old, new) = two(&mut Draw::default());
    Everything::bulk_create(old).run(&db).await.unwrap();
    for row in new.iter().take(20) {
        macro_rules! set {
            ($(($field:ident $column:ident))*) => {
                |update: ennead::op::BulkUpdate<Everything>| {
                    update$(.set(Everything::$column, row.$field.clone()))*
                }
            };
        }
        let update = Everything::bulk_update().filter(Everything::ID.in_([row.id, -1]));
        let update = unordered_columns!(set)(ordered_columns!(set)(update))
            .set(Everything::PLACE.street, row.place.street.clone())
            .set(Everything::PLACE.house, row.place.house);
        let stored = update.returning(&db).await.unwrap();
        assert_rows(&stored, std::slice::from_ref(row));
    }
}

async fn upsert_gives_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let (old, new) = two(&mut Draw::default());
    Everything::bulk_create(old.into_iter().step_by(2)).run(&db).await.unwrap();
    macro_rules! take {
        ($(($field:ident $column:ident))*) => {
            |upsert: ennead::op::Upsert<Everything>| upsert$(.update(Everything::$column))*
        };
    }
    for row in &new {
        let upsert =
            Create::from_row(row.clone()).on_conflict(Everything::ID).update(Everything::PLACE.street);
        let upsert = unordered_columns!(take)(ordered_columns!(take)(upsert)).update(Everything::PLACE.house);
        let stored = upsert.run(&db).await.unwrap();
        assert_rows(std::slice::from_ref(&stored), std::slice::from_ref(row));
    }
    assert_rows(&all(&db).await, &new);
}

async fn bulk_upsert_gives_what_was_given(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let (old, new) = two(&mut Draw::default());
    Everything::bulk_create(old.into_iter().step_by(2)).run(&db).await.unwrap();
    macro_rules! take {
        ($(($field:ident $column:ident))*) => {
            |upsert: ennead::op::BulkUpsert<Everything>| upsert$(.update(Everything::$column))*
        };
    }
    let upsert = Everything::bulk_create(new.clone())
        .on_conflict(Everything::ID)
        .update((Everything::PLACE.street, Everything::PLACE.house));
    let stored = unordered_columns!(take)(ordered_columns!(take)(upsert)).returning(&db).await.unwrap();
    assert_rows(&stored, &new);
    assert_rows(&all(&db).await, &new);
}

async fn all_arrays(db: &Db) -> Vec<Arrays> {
    Arrays::list().order_by(Arrays::ID.asc()).run(db).await.unwrap()
}

fn change_arrays(row: &Arrays) -> ennead::op::Update<Arrays> {
    macro_rules! set {
        ($(($field:ident $column:ident))*) => {
            Arrays::update(row.id)$(.set(Arrays::$column, row.$field.clone()))*
        };
    }
    array_columns!(set)
}

async fn arrays_come_back_from_every_write(bed: Bed) {
    let db = bed.db(&ennead::schema![Arrays]).await;
    let draw = &mut Draw::default();
    let rows = Arrays::many(draw, 80);
    for row in &rows[..20] {
        let stored = Create::from_row(row.clone()).run(&db).await.unwrap();
        assert_rows(std::slice::from_ref(&stored), std::slice::from_ref(row));
    }
    let stored = Arrays::bulk_create(rows[20..].to_vec()).returning(&db).await.unwrap();
    assert_rows(&stored, &rows[20..]);
    assert_rows(&all_arrays(&db).await, &rows);

    let new = Arrays::many(draw, 80);
    for row in &new[..20] {
        let stored = change_arrays(row).run(&db).await.unwrap();
        assert_rows(std::slice::from_ref(&stored), std::slice::from_ref(row));
    }
    Arrays::bulk_update_each(new[20..].iter().map(change_arrays)).run(&db).await.unwrap();
    assert_rows(&all_arrays(&db).await, &new);

    let newer = Arrays::many(draw, 90);
    macro_rules! take {
        ($(($field:ident $column:ident))*) => {
            Arrays::bulk_create(newer.clone()).on_conflict(Arrays::ID).update([Arrays::TEXTS; 0])
                $(.update(Arrays::$column))*
        };
    }
    let stored = array_columns!(take).returning(&db).await.unwrap();
    assert_rows(&stored, &newer);
    assert_rows(&all_arrays(&db).await, &newer);
}

crate::cases![
    create_gives_what_was_given,
    bulk_create_gives_what_was_given,
    bulk_create_streams_what_was_given,
    bulks_of_every_size_give_what_was_given,
    update_gives_what_was_given,
    bulk_update_each_gives_what_was_given,
    bulk_update_gives_what_was_given,
    upsert_gives_what_was_given,
    bulk_upsert_gives_what_was_given,
    arrays_come_back_from_every_write,
];
