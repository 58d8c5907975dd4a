//! Migrations on databases with rows.

use std::sync::Mutex;
use std::time::Duration;

use ennead::migrate::{self, DraftOptions, Hints, MigrationState, Version};
use ennead::prelude::*;

use super::models::{Folder, ROWS, after, before, rewrite, run};
use crate::Bed;
use crate::observer::Observer;

async fn rows_are_kept_up_and_down(bed: Bed) {
    crate::watch::knows(&before::schema());
    crate::watch::knows(&after::schema());
    let folder = Folder::both(&bed);
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    let migrations = folder.read();
    let runner = migrations.runner(&db);
    assert_eq!(runner.up_to(Version(1)).await.unwrap(), [Version(1)]);
    assert!(runner.verify().await.unwrap().is_empty(), "{:?}", runner.verify().await);
    run(&db, ROWS).await;
    assert_eq!(runner.up().await.unwrap(), [Version(2)]);
    assert_eq!(runner.up().await.unwrap(), []);
    let drift = runner.verify().await.unwrap();
    assert!(drift.is_empty(), "{:?} {:?}", drift.changes, drift.unmodelled);
    let all = after::Person::list().order_by(after::Person::ID.asc()).run(&db).await.unwrap();
    let kept: Vec<(i64, &str, i64, i64)> =
        all.iter().map(|person| (person.id, person.email.as_str(), person.age, person.city_id)).collect();
    assert_eq!(kept, [(10, "a@x", 18, 1), (20, "b@x", 18, 2), (30, "c@x", 18, 2)]);
    assert_eq!(runner.down(1).await.unwrap(), [Version(2)]);
    assert!(runner.verify().await.unwrap().is_empty());
    let all = before::Person::list().order_by(before::Person::ID.asc()).run(&db).await.unwrap();
    let kept: Vec<(i64, &str)> = all.iter().map(|person| (person.id, person.mail.as_str())).collect();
    assert_eq!(kept, [(10, "a@x"), (20, "b@x"), (30, "c@x")]);
    assert_eq!(runner.up().await.unwrap(), [Version(2)]);
    assert_eq!(runner.down_to(None).await.unwrap(), [Version(2), Version(1)]);
    let left = migrate::introspect(&db).await.unwrap();
    assert!(migrate::diff(&left, &migrate::Snapshot::empty(db.dialect()), &Hints::default()).is_empty());
    let log: Vec<String> = runner
        .history()
        .await
        .unwrap()
        .iter()
        .map(|entry| format!("{} {}", entry.action, entry.version))
        .collect();
    assert_eq!(log, ["up 1", "up 2", "down 2", "up 2", "down 2", "down 1"]);
    let mut observer = Observer::new(&url).await;
    observer.sees_no_open_transaction().await;
}

async fn the_status_names_where_a_database_stands(bed: Bed) {
    let folder = Folder::both(&bed);
    let db = Db::connect(&bed.url().await).await.unwrap();
    let migrations = folder.read();
    let runner = migrations.runner(&db).applied_by("suite 1.0");
    let status = runner.status().await.unwrap();
    assert_eq!((status.current, status.migrations.len()), (None, 2));
    let pending: Vec<String> =
        runner.pending_up(None).await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(pending, ["0001_initial", "0002_ages"]);
    runner.up_to(Version(1)).await.unwrap();
    let status = runner.status().await.unwrap();
    let current = status.current.unwrap();
    assert_eq!((current.version, current.name.as_str()), (Version(1), "initial"));
    assert_eq!(current.applied_by.as_deref(), Some("suite 1.0"));
    assert!(current.applied_at.unwrap().ends_with('Z'));
    let states: Vec<MigrationState> = status.migrations.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [MigrationState::Applied, MigrationState::Pending]);
    assert_eq!(status.refused, None);
    rewrite(&folder.file("0001_initial", &bed, "up"), |text| text + "-- a word\n");
    let status = folder.read().runner(&db).status().await.unwrap();
    assert_eq!(status.migrations[0].state, MigrationState::Edited);
    assert!(status.refused.unwrap().contains("migrate bless 0001"));
}

async fn a_database_that_was_there_before_is_taken_over(bed: Bed) {
    let folder = Folder::both(&bed);
    crate::watch::knows(&after::schema());
    let db = bed.db(&before::schema()).await;
    run(&db, ROWS).await;
    let migrations = folder.read();
    let runner = migrations.runner(&db);
    runner.up().await.unwrap_err();
    assert_eq!(runner.baseline(Version(1)).await.unwrap(), [Version(1)]);
    let error = runner.baseline(Version(2)).await.unwrap_err();
    assert!(error.is_conflict() && error.to_string().contains("migrate status"), "{error}");
    assert!(runner.verify().await.unwrap().is_empty());
    assert_eq!(runner.up().await.unwrap(), [Version(2)]);
    assert_eq!(after::Person::count().run(&db).await.unwrap(), 3);
}

async fn what_was_done_beside_the_migrations_is_found(bed: Bed) {
    let folder = Folder::both(&bed);
    let db = Db::connect(&bed.url().await).await.unwrap();
    let migrations = folder.read();
    migrations.up(&db).await.unwrap();
    run(&db, "ALTER TABLE people ADD COLUMN extra text; DROP INDEX ix_cities_name").await;
    let drift = migrations.runner(&db).verify().await.unwrap();
    let told = format!("{:?}", drift.changes);
    assert!(told.contains("AddColumn") && told.contains("DropIndex"), "{told}");
    assert_eq!(drift.changes.len(), 2, "{told}");
}

/// What rows get in a new column may be asked of the database, and the same on both.
async fn a_fill_may_be_a_subquery(bed: Bed) {
    let db = Db::connect(&bed.url().await).await.unwrap();
    run(&db, "CREATE TABLE t (a bigint NOT NULL)").await;
    run(&db, "INSERT INTO t (a) VALUES (1), (2), (7)").await;
    let from = migrate::introspect(&db).await.unwrap();
    let mut to = from.clone();
    let column = migrate::snapshot::Column { name: "b".into(), ..to.tables[0].columns[0].clone() };
    to.tables[0].columns.push(column);
    let value = "(SELECT max(a) FROM t)".to_owned();
    let fills = vec![migrate::Fill { table: migrate::Name::new("t"), column: "b".into(), value }];
    let options = migrate::PlanOptions { online: bed.is_postgres(), fills };
    let steps = migrate::plan(&migrate::diff(&from, &to, &Hints::default()), &options);
    migrate::apply(&db, &steps).await.unwrap();
    let made = migrate::introspect(&db).await.unwrap();
    assert!(migrate::diff(&made, &to, &Hints::default()).is_empty());
    // A row with another value would be refused here.
    run(&db, "CREATE TABLE all_seven (b bigint NOT NULL CHECK (b = 7))").await;
    run(&db, "INSERT INTO all_seven SELECT b FROM t").await;
}

/// Tables in which a migration parks rows belong to no schema, and are no drift.
mod wide {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    use ennead::prelude::*;
    use rust_decimal::Decimal;
    use uuid::Uuid;

    #[derive(DbEnum, Clone, Copy, PartialEq, Debug)]
    pub enum Mood {
        Calm,
        Wild,
    }

    #[model(global, table = "things")]
    pub struct Thing {
        #[key(assigned)]
        pub id: i64,
        pub label: String,
        pub other: Uuid,
        pub at: DateTime<Utc>,
        pub local: NaiveDateTime,
        pub day: NaiveDate,
        pub time: NaiveTime,
        pub exact: Decimal,
        #[column(precision = 10, scale = 2)]
        pub price: Decimal,
        pub open: bool,
        pub ratio: f64,
        pub bytes: Vec<u8>,
        pub json: serde_json::Value,
        pub tags: Vec<String>,
        pub mood: Mood,
    }
}

mod narrow {
    use ennead::prelude::*;

    #[model(global, table = "things")]
    pub struct Thing {
        #[key(assigned)]
        pub id: i64,
    }
}

/// The way back knows no values, but it knows the types.
async fn columns_that_come_back_hold_what_their_types_read(bed: Bed) {
    let (folder, options) = (Folder::new(&bed), DraftOptions::default());
    crate::watch::knows(&ennead::schema![wide::Thing]);
    folder.add(&ennead::schema![wide::Thing], "wide", &options);
    folder.add(&ennead::schema![narrow::Thing], "narrow", &options);
    let db = Db::connect(&bed.url().await).await.unwrap();
    let migrations = folder.read();
    migrations.up(&db).await.unwrap();
    narrow::Thing::create(narrow::NewThing { id: 7 }).run(&db).await.unwrap();
    migrations.runner(&db).down(1).await.unwrap();
    let thing = wide::Thing::read(7).run(&db).await.unwrap();
    assert_eq!((thing.other, thing.at), (uuid::Uuid::nil(), chrono::DateTime::UNIX_EPOCH));
    assert_eq!((thing.local.and_utc(), thing.day), (thing.at, thing.at.date_naive()));
    assert_eq!((thing.time, thing.mood), (chrono::NaiveTime::MIN, wide::Mood::Calm));
    assert!(thing.exact.is_zero() && thing.price.is_zero() && !thing.open && thing.ratio == 0.0);
    assert!(thing.label.is_empty() && thing.bytes.is_empty() && thing.tags.is_empty());
    assert_eq!(thing.json, serde_json::json!({}));
    // Filters and orders read them as well.
    let found = wide::Thing::list().filter(wide::Thing::AT.eq(thing.at).and(wide::Thing::DAY.eq(thing.day)));
    assert_eq!(found.run(&db).await.unwrap().len(), 1);
}

async fn parked_rows_are_no_drift(bed: Bed) {
    let folder = Folder::both(&bed);
    let db = Db::connect(&bed.url().await).await.unwrap();
    let migrations = folder.read();
    migrations.up(&db).await.unwrap();
    run(&db, "CREATE TABLE ennead_parked_people (id text PRIMARY KEY, mail text UNIQUE)").await;
    assert!(migrations.runner(&db).verify().await.unwrap().is_empty());
    run(&db, "CREATE TABLE parked_people (id text PRIMARY KEY)").await;
    assert_eq!(migrations.runner(&db).verify().await.unwrap().changes.len(), 1);
}

/// All of it on an empty database: up with rows, down, and up again.
async fn migrations_are_tried_to_and_fro(bed: Bed) {
    let folder = Folder::both(&bed);
    let db = Db::connect(&bed.url().await).await.unwrap();
    let migrations = folder.read();
    let trial = migrations.runner(&db).trial().await.unwrap();
    assert_eq!((trial.without_rows.len(), trial.lost.len()), (0, 0), "{trial:?}");
    // Two tables of the first and one of the second migration, twice.
    assert_eq!(trial.rows, 18);
    let error = migrations.runner(&db).trial().await.unwrap_err();
    assert!(error.is_invalid_input(), "{error}");
    // One that does other than its snapshot says, and whose way down forgets something.
    folder.by_hand(&bed, "more", "CREATE TABLE more (id integer)", "SELECT 1");
    let other = Db::connect(&bed.url().await).await.unwrap();
    let error = folder.read().runner(&other).trial().await.unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains("0003_more leads elsewhere than its snapshot.json says")
            && told.contains("CREATE TABLE"),
        "{told}"
    );
}

/// Batches are transactions of their own, and each is told.
async fn rows_are_filled_in_batches(bed: Bed) {
    let folder = Folder::new(&bed);
    folder.by_hand(
        &bed,
        "many",
        "CREATE TABLE many (id integer NOT NULL PRIMARY KEY, done integer); \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO many (id) SELECT i FROM n",
        "DROP TABLE many",
    );
    folder.by_hand(
        &bed,
        "fill",
        "-- ennead:batch\nUPDATE many SET done = 1 WHERE id IN (SELECT id FROM many WHERE done IS NULL LIMIT 1000);\n\
         CREATE INDEX ix_many ON many (done)",
        "DROP INDEX ix_many",
    );
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    let (migrations, told) = (folder.read(), Mutex::new(Vec::new()));
    let runner =
        migrations.runner(&db).on_progress(|progress| told.lock().unwrap().push(progress.to_string()));
    runner.up().await.unwrap();
    let told = told.lock().unwrap().join("\n");
    for words in
        ["1000 rows, 1000 so far", "1000 rows, 2000 so far", "500 rows, 2500 so far", "0002_fill: applied in"]
    {
        assert!(told.contains(words), "{told}");
    }
    assert!(told.contains("2/2") && told.contains(" ms CREATE INDEX ix_many"), "{told}");
    let mut observer = Observer::new(&url).await;
    assert_eq!(observer.number("SELECT count(*) FROM many WHERE done = 1").await, 2500);
}

/// One that finds the rows that it has changed would go on for ever.
async fn batches_without_an_end_are_refused(bed: Bed) {
    let folder = Folder::new(&bed);
    folder.by_hand(
        &bed,
        "endless",
        "CREATE TABLE many (id integer NOT NULL PRIMARY KEY, done integer); INSERT INTO many VALUES (1, 0), (2, 0);\n\
         -- ennead:batch\nUPDATE many SET done = done + 1 WHERE id IN (SELECT id FROM many LIMIT 1)",
        "DROP TABLE many",
    );
    let db = Db::connect(&bed.url().await).await.unwrap();
    let error = folder.read().up(&db).await.unwrap_err();
    assert!(error.to_string().contains("Its WHERE must leave them out"), "{error}");
    assert!(error.to_string().contains("1 of its 2 stages are done"), "{error}");
}

/// On a table that others use, a statement waits a moment, and is tried again: nobody waits long behind it.
async fn a_table_in_use_is_waited_for_a_moment_at_a_time(bed: Bed) {
    let folder = Folder::both(&bed);
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    let (migrations, told) = (folder.read(), Mutex::new(Vec::new()));
    migrations.runner(&db).up_to(Version(1)).await.unwrap();
    run(&db, ROWS).await;
    let mut other = Observer::new(&url).await;
    other.execute("BEGIN; SELECT * FROM people").await;
    let short = Duration::from_millis(50);
    let refused = migrations.runner(&db).lock_timeout(short).attempts(2).up().await.unwrap_err();
    assert!(refused.is_timeout(), "{refused}");
    let text = refused.to_string();
    assert!(text.contains("Nothing of 0002_ages was done") && text.contains("migrate up"), "{text}");
    let runner = migrations
        .runner(&db)
        .lock_timeout(short)
        .on_progress(|progress| told.lock().unwrap().push(progress.to_string()));
    let free = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.execute("ROLLBACK").await;
    };
    let (applied, ()) = tokio::join!(runner.up(), free);
    assert_eq!(applied.unwrap(), [Version(2)]);
    assert!(told.lock().unwrap().iter().any(|line| line.contains("attempt 1")), "{told:?}");
}

crate::cases![
    rows_are_kept_up_and_down,
    the_status_names_where_a_database_stands,
    a_database_that_was_there_before_is_taken_over,
    what_was_done_beside_the_migrations_is_found,
    columns_that_come_back_hold_what_their_types_read,
    parked_rows_are_no_drift,
    migrations_are_tried_to_and_fro,
    a_fill_may_be_a_subquery,
    rows_are_filled_in_batches,
    batches_without_an_end_are_refused;
    Postgres: a_table_in_use_is_waited_for_a_moment_at_a_time
];
