//! The way from the older database to the documented one: up, down and up again, with rows, on both databases.

use std::collections::BTreeSet;

use agent_factory::{migrations, older, schema};
use ennead::migrate::{self, DraftOptions, Hints, Migrations, Version};
use ennead::prelude::*;
use serde_json::{Value as Json, json};

use crate::database::Database;
use crate::rows::{Rows, all, fill_new, fill_older, migrated};

const OLDER: Version = Version(1);

#[tokio::test]
async fn rows_come_up_go_down_and_come_up_again_on_sqlite() {
    let database = Database::sqlite().await;
    rows_come_up_go_down_and_come_up_again(&database.db).await;
    database.drop().await;
}

#[tokio::test]
async fn rows_come_up_go_down_and_come_up_again_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    rows_come_up_go_down_and_come_up_again(&database.db).await;
    database.drop().await;
}

async fn rows_come_up_go_down_and_come_up_again(db: &Db) {
    let migrations = migrations::all().unwrap();
    let runner = migrations.runner(db);
    runner.up_to(OLDER).await.unwrap();
    holds(db, &older::schema()).await;
    fill_older(db, true).await;
    let before = all(db, &older::schema()).await;
    assert!(before.values().all(|rows| rows.len() >= 2), "there is something of everything");

    // Up: renamed columns keep their values, events get numbers, blueprints their defaults and the first superuser.
    runner.up().await.unwrap();
    holds(db, &schema()).await;
    assert!(runner.verify().await.unwrap().is_empty());
    same(&all(db, &schema()).await, &migrated(&before));
    fill_new(db).await;
    let after = all(db, &schema()).await;
    assert_eq!(after["AuditLog"].last().unwrap()["id"], 7, "it counts on behind the numbers that were given");
    assert_eq!(after["Blueprint"][1]["rating"], 4.5);

    // Down: the older rows are as they were, texts of ids and descriptions too; what came since is there as far as it fits.
    runner.down(1).await.unwrap();
    holds(db, &older::schema()).await;
    assert!(runner.verify().await.unwrap().is_empty());
    let mut back = all(db, &older::schema()).await;
    let event = take(&mut back, "AuditLog", "7");
    assert_eq!((&event["user_id"], &event["metadata"]), (&json!("acme-kim"), &json!({})));
    assert_eq!(take(&mut back, "Workflow", "acme-w3")["description"], Json::Null);
    same_but_for_times(&back, &before);

    // Up again: nothing of the new columns and tables was lost, and every event has the number that it had.
    runner.up().await.unwrap();
    holds(db, &schema()).await;
    same(&all(db, &schema()).await, &after);

    // And what refers to rows that went in between stays away.
    runner.down(1).await.unwrap();
    let gone = "DELETE FROM api_keys; DELETE FROM workflows WHERE created_by LIKE '%-jo'; \
        DELETE FROM agents WHERE user_id LIKE '%-jo'; DELETE FROM executions WHERE created_by LIKE '%-jo'; \
        DELETE FROM audit_logs WHERE user_id LIKE '%-jo'; DELETE FROM users WHERE id LIKE '%-jo'";
    db.across_tenants("a test").execute(gone).await.unwrap();
    runner.up().await.unwrap();
    holds(db, &schema()).await;
    let rest = all(db, &schema()).await;
    assert_eq!((rest["Project"].len(), rest["Plan"].len(), rest["UsageRecord"].len()), (0, 1, 1));
    assert_eq!(rest["Blueprint"][1]["publisher_id"], "globex-kim");
    runner.down_to(None).await.unwrap();
    assert_eq!(migrate::introspect(db).await.unwrap().tables, []);
}

#[tokio::test]
async fn without_a_publisher_nothing_is_done_on_sqlite() {
    let database = Database::sqlite().await;
    without_a_publisher_nothing_is_done(&database.db).await;
    database.drop().await;
}

#[tokio::test]
async fn without_a_publisher_nothing_is_done_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    without_a_publisher_nothing_is_done(&database.db).await;
    database.drop().await;
}

/// Blueprints need a publisher, and no superuser is there to be it.
async fn without_a_publisher_nothing_is_done(db: &Db) {
    let migrations = migrations::all().unwrap();
    let runner = migrations.runner(db);
    runner.up_to(OLDER).await.unwrap();
    fill_older(db, false).await;
    let before = all(db, &older::schema()).await;
    let refused = runner.up().await.unwrap_err();
    assert!(refused.to_string().contains("0002_the_documented_tables"), "{refused}");
    same(&all(db, &older::schema()).await, &before);
    holds(db, &older::schema()).await;
    // It can be put right, and run again.
    db.across_tenants("a test")
        .execute("UPDATE users SET is_superuser = true WHERE id = 'globex-kim'")
        .await
        .unwrap();
    runner.up().await.unwrap();
    assert_eq!(all(db, &schema()).await["Blueprint"][0]["publisher_id"], "globex-kim");
}

#[test]
fn the_migrations_come_from_the_older_tables_to_the_models() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let migrations = Migrations::read(folder).unwrap();
    let names: Vec<String> = migrations.all().iter().map(|migration| migration.folder()).collect();
    assert_eq!(names, ["0001_the_older_tables", "0002_the_documented_tables"]);
    for dialect in [ennead::Dialect::Postgres, ennead::Dialect::Sqlite] {
        let first = migrations.all()[0].snapshot(dialect).unwrap();
        let diff = migrate::diff(first, &older::schema().snapshot(dialect).unwrap(), &Hints::default());
        assert!(diff.is_empty(), "{dialect}: {:?}", diff.changes);
    }
    let next = migrations.draft(&schema(), "next", &DraftOptions::default()).unwrap();
    assert!(next.is_empty(), "`migrate new` would write something");
    let embedded = migrations::all().unwrap();
    assert_eq!(embedded.head().unwrap().checksum(), migrations.head().unwrap().checksum());
}

/// The database has these tables, and no others but those that are parked.
async fn holds(db: &Db, schema: &Schema) {
    let wanted = migrate::normalised(db, &schema.snapshot(db.dialect()).unwrap()).await.unwrap();
    let diff = migrate::diff(&migrate::introspect(db).await.unwrap(), &wanted, &Hints::default());
    assert!(diff.is_empty(), "{:#?} {:?}", diff.changes, diff.unmodelled);
}

#[track_caller]
fn same(rows: &Rows, wanted: &Rows) {
    assert_eq!(rows.keys().collect::<BTreeSet<_>>(), wanted.keys().collect::<BTreeSet<_>>());
    for (model, wanted) in wanted {
        assert_eq!(rows[model], *wanted, "{model}");
    }
}

/// As `same`, where a row was changed since and tells when.
#[track_caller]
fn same_but_for_times(rows: &Rows, wanted: &Rows) {
    let timeless = |rows: &Rows| {
        let mut rows = rows.clone();
        for row in rows.values_mut().flatten() {
            row.remove("updated_at");
        }
        rows
    };
    same(&timeless(rows), &timeless(wanted));
}

/// Takes a row out.
#[track_caller]
fn take(rows: &mut Rows, model: &str, id: &str) -> serde_json::Map<String, Json> {
    let rows = rows.get_mut(model).unwrap();
    let at = rows.iter().position(|row| row["id"] == id).unwrap_or_else(|| panic!("no {model} {id}"));
    rows.remove(at)
}
