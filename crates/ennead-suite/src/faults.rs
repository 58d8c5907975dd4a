//! Faults of the database below: a full disk, tables that change at run time, errors inside a transaction.

use ennead::prelude::*;

use crate::item::{Item, NewItem, item, items};
use crate::observer::Observer;
use crate::{Bed, Kind};

async fn a_full_disk_is_an_error_and_nothing_more(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(1).pragma("max_page_count", "40").connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    Item::create(item(1)).run(&db).await.unwrap();
    let large = |id| NewItem { id, name: "x".repeat(1000) };
    let error = Item::bulk_create((10..510).map(large)).run(&db).await.unwrap_err();
    assert_eq!(error.code(), Some("13"), "{error:?}");
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(Item::count().run(&db).await.unwrap(), 1);
    let error = db
        .transaction(async |tx| {
            let mut last = Ok(());
            for id in 10..510 {
                last = Item::create(large(id)).run(tx).await.map(drop);
                if last.is_err() {
                    break;
                }
            }
            assert_eq!(last.unwrap_err().code(), Some("13"));
            let error = Item::create(item(2)).run(tx).await.unwrap_err();
            assert!(error.is_transaction_aborted(), "{error:?}");
            Ok::<_, Error>(())
        })
        .await
        .unwrap_err();
    assert!(error.is_transaction_aborted(), "{error:?}");
    let nested = db
        .transaction(async |tx| {
            let full = tx
                .transaction(async |nested| Item::bulk_create((10..510).map(large)).run(nested).await)
                .await;
            assert_eq!(full.unwrap_err().code(), Some("13"));
            Ok::<_, Error>(())
        })
        .await;
    // SQLite may give up the whole transaction for it; then it says so.
    assert!(nested.is_ok() || nested.is_err_and(|error| error.is_transaction_aborted()));
    Item::create(item(2)).run(&db).await.unwrap();
    assert_eq!(Item::count().run(&db).await.unwrap(), 2);
    assert_eq!(Observer::new(&url).await.text("PRAGMA integrity_check").await, "ok");
}

#[model(global, table = "letters")]
#[derive(Debug)]
pub struct Letter {
    #[key(assigned)]
    pub id: i64,
    pub subject: String,
    pub body: String,
}

fn letter(id: i64) -> NewLetter {
    NewLetter { id, subject: "s".into(), body: "b".into() }
}

/// Letters in a pool whose connections have prepared every statement.
async fn letters(bed: &Bed) -> (Db, Observer) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(1).connect(&url).await.unwrap();
    crate::watch::known(ennead::schema![Letter]).create(&db).await.unwrap();
    for id in 1..4 {
        Letter::create(letter(id)).run(&db).await.unwrap();
        Letter::list().run(&db).await.unwrap();
        Letter::read(1).run(&db).await.unwrap();
        Letter::update(1).set(Letter::BODY, "c").run(&db).await.unwrap();
    }
    (db, Observer::new(&url).await)
}

async fn a_column_that_comes_changes_nothing(bed: Bed) {
    let (db, mut observer) = letters(&bed).await;
    observer.execute("ALTER TABLE letters ADD COLUMN note TEXT").await;
    for id in 4..7 {
        Letter::list().run(&db).await.unwrap();
        Letter::read(1).run(&db).await.unwrap();
        Letter::create(letter(id)).run(&db).await.unwrap();
        Letter::update(1).set(Letter::BODY, "d").run(&db).await.unwrap();
    }
}

async fn a_column_that_goes_is_named(bed: Bed) {
    let (db, mut observer) = letters(&bed).await;
    observer.execute("ALTER TABLE letters DROP COLUMN body").await;
    for _ in 0..3 {
        let short =
            [item_of(&db, 0).await, item_of(&db, 1).await, item_of(&db, 2).await, item_of(&db, 3).await];
        for error in short {
            assert!(error.is_schema_mismatch(), "{error:?}");
            assert_eq!(error.model(), Some("Letter"));
            assert!(error.to_string().contains("body"), "{error}");
        }
    }
    // A count does not read it.
    assert_eq!(Letter::count().run(&db).await.unwrap(), 3);
    let text = if bed.kind() == Kind::Sqlite { "" } else { " COLLATE \"C\"" };
    observer.execute(&format!("ALTER TABLE letters ADD COLUMN body TEXT{text} NOT NULL DEFAULT 'new'")).await;
    for _ in 0..2 {
        assert_eq!(Letter::read(1).run(&db).await.unwrap().body, "new");
        assert_eq!(Letter::list().run(&db).await.unwrap().len(), 3);
    }
}

/// The error of one of the operations that need the column.
async fn item_of(db: &Db, operation: u8) -> Error {
    match operation {
        0 => Letter::list().run(db).await.map(drop),
        1 => Letter::read(1).run(db).await.map(drop),
        2 => Letter::create(letter(9)).run(db).await.map(drop),
        _ => Letter::list().filter(Letter::BODY.eq("b")).run(db).await.map(drop),
    }
    .unwrap_err()
}

async fn a_table_that_goes_and_comes_back(bed: Bed) {
    let (db, mut observer) = letters(&bed).await;
    observer.execute("ALTER TABLE letters RENAME TO other_letters").await;
    for _ in 0..2 {
        let error = Letter::list().run(&db).await.unwrap_err();
        assert!(error.is_schema_mismatch(), "{error:?}");
        assert!(error.to_string().contains("letters"), "{error}");
        let error = Letter::create(letter(9)).run(&db).await.unwrap_err();
        assert!(error.is_schema_mismatch(), "{error:?}");
    }
    observer.execute("ALTER TABLE other_letters RENAME TO letters").await;
    assert_eq!(Letter::list().run(&db).await.unwrap().len(), 3);
    Letter::create(letter(9)).run(&db).await.unwrap();
}

async fn a_column_that_changes_its_type_costs_one_error(bed: Bed) {
    let (db, mut observer) = letters(&bed).await;
    observer.execute("ALTER TABLE letters ALTER COLUMN subject TYPE varchar(200)").await;
    let mut failed = 0;
    for _ in 0..5 {
        if let Err(error) = Letter::list().run(&db).await {
            assert!(error.is_schema_mismatch(), "{error:?}");
            failed += 1;
        }
    }
    assert!(failed <= 1, "{failed} of 5 failed");
    // In a transaction too: it fails, and the next one works.
    observer.execute("ALTER TABLE letters ALTER COLUMN subject TYPE text").await;
    let mut failed = 0;
    for _ in 0..5 {
        let result = db.transaction(async |tx| Letter::read(1).run(tx).await).await;
        failed += u8::from(result.is_err());
    }
    assert!(failed <= 1, "{failed} of 5 failed");
    // A type that the model cannot read is an error that names the model, each time.
    observer.execute("ALTER TABLE letters ALTER COLUMN subject TYPE bigint USING 7").await;
    for _ in 0..3 {
        let error = Letter::read(1).run(&db).await.unwrap_err();
        assert!(error.is_schema_mismatch() || error.is_decode(), "{error:?}");
    }
    observer.execute("ALTER TABLE letters ALTER COLUMN subject TYPE text COLLATE \"C\"").await;
    let mut failed = 0;
    for _ in 0..5 {
        failed += u8::from(Letter::read(1).run(&db).await.is_err());
    }
    assert!(failed <= 1, "{failed} of 5 failed");
    Letter::create(letter(9)).run(&db).await.unwrap();
}

async fn lost_prepared_statements_cost_one_error(bed: Bed) {
    let url = bed.url().await;
    let db = Db::builder().max_connections(1).connect(&url).await.unwrap();
    crate::watch::known(ennead::schema![Letter]).create(&db).await.unwrap();
    Letter::create(letter(1)).run(&db).await.unwrap();
    Letter::read(1).run(&db).await.unwrap();
    // A trigger deallocates them, as a pooler between would by giving another session.
    let mut observer = Observer::new(&url).await;
    observer
        .execute(
            "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN EXECUTE 'DEALLOCATE ALL'; RETURN NULL; END $$; \
             CREATE TRIGGER forgetful AFTER DELETE ON letters FOR EACH ROW EXECUTE FUNCTION forget()",
        )
        .await;
    let _ = Letter::delete(1).run(&db).await;
    let mut failed = 0;
    for _ in 0..5 {
        failed += u8::from(Letter::list().run(&db).await.is_err());
    }
    for id in 2..5 {
        failed += u8::from(Letter::create(letter(id)).run(&db).await.is_err());
    }
    assert!(failed <= 1, "{failed} failed");
}

async fn an_error_ends_the_work_of_a_transaction(bed: Bed) {
    let db = bed.db(&items()).await;
    let swallowed = db
        .transaction(async |tx| {
            Item::create(item(1)).run(tx).await?;
            let error = Item::create(item(1)).run(tx).await.unwrap_err();
            assert!(error.is_unique_violation(), "{error:?}");
            for _ in 0..2 {
                let error = Item::create(item(2)).run(tx).await.unwrap_err();
                assert!(error.is_transaction_aborted(), "{error:?}");
                let error = Item::count().run(tx).await.unwrap_err();
                assert!(error.is_transaction_aborted(), "{error:?}");
            }
            Ok::<_, Error>(())
        })
        .await;
    assert!(swallowed.unwrap_err().is_transaction_aborted());
    assert_eq!(Item::count().run(&db).await.unwrap(), 0);
    // An error that never reached the database does not end it, nor does one in a nested transaction.
    db.transaction(async |tx| {
        Item::create(item(1)).run(tx).await?;
        assert!(Item::read(99).run(tx).await.unwrap_err().is_not_found());
        assert!(Item::bulk_create([item(5), item(5)]).run(tx).await.is_err());
        let nested = tx.transaction(async |nested| {
            Item::create(item(2)).run(nested).await?;
            Item::create(item(1)).run(nested).await
        });
        assert!(nested.await.unwrap_err().is_unique_violation());
        Item::create(item(3)).run(tx).await
    })
    .await
    .unwrap();
    let kept: Vec<i64> =
        Item::list().order_by(Item::ID.asc()).run(&db).await.unwrap().iter().map(|row| row.id).collect();
    assert_eq!(kept, [1, 3]);
}

async fn a_bulk_that_fails_at_its_end_leaves_nothing(bed: Bed) {
    let db = bed.db(&items()).await;
    Item::create(item(9_000)).run(&db).await.unwrap();
    let error = Item::bulk_create((1..=9_000).map(item)).run(&db).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    let rows = futures_util::stream::iter((1..=9_000).map(item).collect::<Vec<_>>());
    let error = Item::bulk_create_stream(rows).run(&db).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!(Item::count().run(&db).await.unwrap(), 1);
}

crate::cases![
    an_error_ends_the_work_of_a_transaction, a_bulk_that_fails_at_its_end_leaves_nothing;
    Sqlite: a_full_disk_is_an_error_and_nothing_more, a_column_that_comes_changes_nothing, a_column_that_goes_is_named,
    a_table_that_goes_and_comes_back;
    Postgres: a_column_that_comes_changes_nothing, a_column_that_goes_is_named, a_table_that_goes_and_comes_back,
    a_column_that_changes_its_type_costs_one_error, lost_prepared_statements_cost_one_error
];
