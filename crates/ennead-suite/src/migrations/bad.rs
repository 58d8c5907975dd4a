//! What goes wrong: each is told with what to do next, and leaves the database as it was.

use std::time::Duration;

use ennead::migrate::{self, DraftOptions, Hints, Migrations, Version};
use ennead::prelude::*;

use super::models::{Folder, ROWS, after, ages, before, rewrite, run};
use crate::Bed;
use crate::observer::Observer;

/// Runs up, and takes the error's text; the database is as it was.
async fn refused(migrations: &Migrations, db: &Db, words: &[&str]) -> String {
    let was = migrate::introspect(db).await.unwrap();
    let status = migrations.runner(db).status().await.unwrap();
    let told = migrations.up(db).await.unwrap_err().to_string();
    for word in words {
        assert!(told.contains(word), "{word}: {told}");
    }
    let is = migrate::introspect(db).await.unwrap();
    assert!(migrate::diff(&was, &is, &Hints::default()).is_empty(), "{told}");
    assert_eq!(migrations.runner(db).status().await.unwrap(), status);
    told
}

async fn first(bed: &Bed) -> (Folder, Db, String) {
    crate::watch::knows(&before::schema());
    let folder = Folder::new(bed);
    folder.add(&before::schema(), "initial", &DraftOptions::default());
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    folder.read().up(&db).await.unwrap();
    (folder, db, url)
}

async fn broken_sql_changes_nothing(bed: Bed) {
    let (folder, db, _) = first(&bed).await;
    run(&db, ROWS).await;
    let good = "DELETE FROM people;\n\nCREATE TABLE one (id integer);\n";
    folder.by_hand(&bed, "one", good, "DROP TABLE one");
    let file = folder.file("0002_one", &bed, "up");
    let next = ["up.sql:4: ", "Nothing of 0002_one was done", "`migrate up`"];
    std::fs::write(&file, format!("{good}UPDATE people SET no_such_column = 1;")).unwrap();
    refused(&folder.read(), &db, &[&next[..], &["no_such_column"]].concat()).await;
    std::fs::write(&file, format!("{good}UPDATE people SETT note = 1;")).unwrap();
    refused(&folder.read(), &db, &[&next[..], &["syntax error"]].concat()).await;
    assert_eq!(before::Person::count().run(&db).await.unwrap(), 3);
    std::fs::write(&file, good).unwrap();
    folder.read().up(&db).await.unwrap();
    assert_eq!(before::Person::count().run(&db).await.unwrap(), 0);
}

async fn files_that_are_no_sql_are_refused_before_any_database(bed: Bed) {
    let folder = Folder::both(&bed);
    let file = folder.file("0002_ages", &bed, "up");
    rewrite(&file, |text| text + "\nSELECT 'never closed\n");
    let told = Migrations::read(&folder.0).unwrap_err().to_string();
    assert!(told.contains("up.sql:") && told.contains("a string is never closed"), "{told}");
    std::fs::write(&file, [0xff, 0xfe, 0x00]).unwrap();
    let told = Migrations::read(&folder.0).unwrap_err().to_string();
    assert!(told.contains("it is no UTF-8 text"), "{told}");
}

async fn an_edited_migration_is_refused_until_it_is_blessed(bed: Bed) {
    let (folder, db, _) = first(&bed).await;
    let file = folder.file("0001_initial", &bed, "up");
    rewrite(&file, |text| text.replace('\n', "\r\n"));
    assert_eq!(folder.read().up(&db).await.unwrap(), [], "line ends are no edit");
    rewrite(&file, |text| text + "-- a word more\n");
    let edited = folder.read();
    refused(
        &edited,
        &db,
        &["0001_initial/", "was edited after it was applied", "`migrate bless 0001`", "version control"],
    )
    .await;
    assert!(edited.runner(&db).down(1).await.unwrap_err().to_string().contains("migrate bless 0001"));
    edited.runner(&db).bless(Version(1)).await.unwrap();
    assert_eq!(edited.up(&db).await.unwrap(), []);
    let error = edited.runner(&db).bless(Version(7)).await.unwrap_err();
    assert!(error.to_string().contains("does not have migration 0007"), "{error}");
}

/// A stage that can never succeed is mended, where those before it are done already.
async fn a_migration_that_is_half_applied_is_mended(bed: Bed) {
    let (folder, db, _) = first(&bed).await;
    let good = "CREATE TABLE one (id integer);\n\n-- ennead:stage\nCREATE TABLE two (id integer);\n";
    let bad = good.replace("CREATE TABLE two", "CREATE TABLE one");
    folder.by_hand(&bed, "one", &bad, "DROP TABLE two; DROP TABLE one");
    let told = folder.read().up(&db).await.unwrap_err().to_string();
    assert!(told.contains("up.sql:4: ") && told.contains("`migrate up`"), "{told}");
    std::fs::write(folder.file("0002_one", &bed, "up"), good).unwrap();
    let words =
        ["0002_one/", "applied in part (1 stages are done)", "`migrate bless 0002` and then `migrate up`"];
    refused(&folder.read(), &db, &words).await;
    let migrations = folder.read();
    migrations.runner(&db).bless(Version(2)).await.unwrap();
    assert_eq!(migrations.up(&db).await.unwrap(), [Version(2)]);
    run(&db, "INSERT INTO one VALUES (1); INSERT INTO two VALUES (1)").await;
    assert_eq!(migrations.runner(&db).down(1).await.unwrap(), [Version(2)]);
}

async fn a_missing_file_and_two_heads_are_refused_before_any_database(bed: Bed) {
    let folder = Folder::both(&bed);
    let down = folder.file("0002_ages", &bed, "down");
    let text = std::fs::read_to_string(&down).unwrap();
    std::fs::remove_file(&down).unwrap();
    let told = Migrations::read(&folder.0).unwrap_err().to_string();
    assert!(
        told.contains("down.sql is missing: restore it") && told.contains("ennead:irreversible"),
        "{told}"
    );
    std::fs::write(&down, text).unwrap();
    // Somebody else's second migration.
    let other = Folder(bed.folder().join("other"));
    other.add(&before::schema(), "initial", &DraftOptions::default());
    other.add(&ennead::schema![after::City], "cities only", &DraftOptions::default());
    let theirs = "0002_cities_only";
    std::fs::rename(other.0.join(theirs), folder.0.join(theirs)).unwrap();
    let told = Migrations::read(&folder.0).unwrap_err().to_string();
    assert!(
        told.contains("two heads: 0002_ages and 0002_cities_only were both made after 0001_initial"),
        "{told}"
    );
}

async fn what_the_database_has_must_be_known(bed: Bed) {
    let folder = Folder::both(&bed);
    let db = Db::connect(&bed.url().await).await.unwrap();
    let whole = folder.read();
    whole.up(&db).await.unwrap();
    let earlier = Folder(bed.folder().join("earlier"));
    earlier.add(&before::schema(), "initial", &DraftOptions::default());
    let ahead =
        ["the database is ahead of this program: it has 0002_ages", "0001_initial", "migrate down --to 0001"];
    refused(&earlier.read(), &db, &ahead).await;
    earlier.add(&after::schema(), "otherwise", &ages());
    let same = ["the database has 0002_ages, and here is 0002_otherwise", "`migrate history`"];
    refused(&earlier.read(), &db, &same).await;
    refused(
        &Migrations::default(),
        &db,
        &["0001_initial, which is not among the migrations", "version control"],
    )
    .await;
    run(&db, "DELETE FROM ennead_migrations WHERE version = 1").await;
    refused(&whole, &db, &["has 0002_ages, and not 0001_initial before it", "migrate down --to 0000"]).await;
}

async fn a_runner_waits_for_another_and_says_for_whom(bed: Bed) {
    let folder = Folder::both(&bed);
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    let migrations = folder.read();
    let runner = migrations.runner(&db).lock_wait(Duration::from_millis(150));
    let told = if bed.is_postgres() {
        let mut other = Observer::new(&url).await;
        other
            .execute(
                "SET application_name = 'the other one'; BEGIN; SELECT pg_advisory_xact_lock(7310574929)",
            )
            .await;
        let error = runner.up().await.unwrap_err();
        other.execute("ROLLBACK").await;
        error
    } else {
        let file = url.trim_start_matches("sqlite://").to_owned() + "-migrating";
        let other = std::fs::File::create(file).unwrap();
        other.lock().unwrap();
        std::io::Write::write_all(&mut &other, b"the other one").unwrap();
        runner.up().await.unwrap_err()
    };
    assert!(told.is_timeout(), "{told}");
    let told = told.to_string();
    assert!(told.contains("the other one") && told.contains("nothing was done"), "{told}");
    assert_eq!(runner.up().await.unwrap().len(), 2);
}

/// Rows that do not fit: on Postgres what was done beside the traffic is kept, nothing broken is left, and after the rows
/// are mended it goes on.
async fn rows_that_do_not_fit_are_mended_and_it_goes_on(bed: Bed) {
    let (folder, db, url) = first(&bed).await;
    run(&db, ROWS).await;
    run(&db, "UPDATE people SET mail = 'a@x' WHERE id = 20").await;
    folder.add(&after::schema(), "ages", &ages());
    let migrations = folder.read();
    let told = migrations.up(&db).await.unwrap_err().to_string();
    if bed.is_postgres() {
        assert!(told.contains("stages are done and kept") && told.contains("uq_people_email"), "{told}");
        let error = migrations.runner(&db).down(1).await.unwrap_err().to_string();
        assert!(error.contains("applied in part") && error.contains("`migrate up`"), "{error}");
        let error = migrations.runner(&db).verify().await.unwrap_err().to_string();
        assert!(error.contains("`migrate up`"), "{error}");
        let mut observer = Observer::new(&url).await;
        assert_eq!(observer.number("SELECT count(*) FROM pg_index WHERE NOT indisvalid").await, 0);
        run(&db, "UPDATE people SET email = 'b@x' WHERE id = 20").await;
    } else {
        assert!(told.contains("Nothing of 0002_ages was done"), "{told}");
        run(&db, "UPDATE people SET mail = 'b@x' WHERE id = 20").await;
    }
    assert_eq!(migrations.up(&db).await.unwrap(), [Version(2)]);
    assert!(migrations.runner(&db).verify().await.unwrap().is_empty());
}

async fn a_way_back_that_is_none_is_told_before_anything_is_done(bed: Bed) {
    let (folder, db, _) = first(&bed).await;
    folder.by_hand(
        &bed,
        "one way",
        "UPDATE people SET note = NULL",
        "-- ennead:irreversible the notes are gone\n",
    );
    folder.by_hand(&bed, "two", "CREATE TABLE two (id integer)", "DROP TABLE two");
    let migrations = folder.read();
    migrations.up(&db).await.unwrap();
    let error = migrations.runner(&db).down(2).await.unwrap_err();
    let told = error.to_string();
    assert!(
        error.is_unsupported() && told.contains("0002_one_way cannot be reversed: the notes are gone"),
        "{told}"
    );
    assert!(told.contains("migrate down --to 0002"), "{told}");
    run(&db, "INSERT INTO two VALUES (1)").await;
    assert_eq!(migrations.runner(&db).down(1).await.unwrap(), [Version(3)]);
}

async fn a_database_that_takes_no_writes_is_told(bed: Bed) {
    let (folder, db, _) = first(&bed).await;
    db.close().await;
    let path = std::fs::read_dir(bed.folder()).unwrap();
    let path = path
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|kind| kind == "db"));
    let url = format!("sqlite://{}?mode=ro", path.unwrap().display());
    let db = Db::connect(&url).await.unwrap();
    folder.add(&after::schema(), "ages", &ages());
    let error = folder.read().up(&db).await.unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("readonly"), "{error}");
    assert_eq!(folder.read().runner(&db).status().await.unwrap().current.unwrap().version, Version(1));
}

crate::cases![
    broken_sql_changes_nothing,
    files_that_are_no_sql_are_refused_before_any_database,
    an_edited_migration_is_refused_until_it_is_blessed,
    a_migration_that_is_half_applied_is_mended,
    a_missing_file_and_two_heads_are_refused_before_any_database,
    what_the_database_has_must_be_known,
    a_runner_waits_for_another_and_says_for_whom,
    rows_that_do_not_fit_are_mended_and_it_goes_on,
    a_way_back_that_is_none_is_told_before_anything_is_done;
    Sqlite: a_database_that_takes_no_writes_is_told
];
