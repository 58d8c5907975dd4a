//! A database that follows its models while they are written: `Schema::sync`.

use ennead::migrate::{self, Hints, Migrations};
use ennead::prelude::*;

use crate::Bed;

mod before {
    use ennead::prelude::*;

    /// A team.
    #[model(tenant_root, table = "sync_teams")]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Team {
        #[key(assigned)]
        pub id: String,
        pub name: String,
    }

    /// A task.
    #[model(table = "sync_tasks")]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Task {
        #[key(assigned)]
        pub id: String,
        #[tenant]
        #[references(Team)]
        pub team_id: String,
        pub title: String,
        pub points: i32,
        #[check("weight >= 0")]
        pub weight: Option<i64>,
    }

    pub(super) fn schema() -> Schema {
        ennead::schema![Team, Task]
    }
}

mod after {
    use ennead::prelude::*;

    /// A team of people.
    #[model(tenant_root, table = "sync_teams")]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Team {
        #[key(assigned)]
        pub id: String,
        #[unique(global)]
        pub name: String,
    }

    /// A thing to be done.
    #[model(table = "sync_things", renamed_from = "sync_tasks", index(subject))]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Thing {
        #[key(assigned)]
        pub id: String,
        #[tenant]
        #[references(Team)]
        pub team_id: String,
        #[column(renamed_from = "title")]
        pub subject: String,
        pub points: i64,
        #[check("weight >= -1")]
        pub weight: Option<i64>,
        #[default(false)]
        pub done: bool,
        #[references(Thing)]
        pub parent_id: Option<String>,
    }

    /// A label.
    #[model(global, table = "sync_labels")]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Label {
        #[key(auto)]
        pub id: i64,
        pub name: String,
    }

    pub(super) fn schema() -> Schema {
        ennead::schema![Team, Thing, Label]
    }
}

mod less {
    use ennead::prelude::*;

    #[model(tenant_root, table = "sync_teams")]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Team {
        #[key(assigned)]
        pub id: String,
        pub called: String,
    }

    pub(super) fn schema() -> Schema {
        ennead::schema![Team]
    }
}

async fn filled(bed: &Bed) -> Db {
    let db = bed.connect(Db::builder(), &bed.url().await).await.unwrap();
    let schema = crate::watch::known(before::schema());
    assert!(!schema.sync(&db).await.unwrap().is_empty());
    let all = db.across_tenants("a team for the cases");
    before::Team::create(before::NewTeam { id: "red".into(), name: "Red".into() }).run(&all).await.unwrap();
    let task = before::NewTask { id: "one".into(), title: "First".into(), points: 3 };
    before::Task::create(task).run(&db.tenant("red").unwrap()).await.unwrap();
    db
}

async fn is_as(schema: &Schema, db: &Db) {
    let (found, wanted) = (migrate::introspect(db).await.unwrap(), schema.normalised(db).await.unwrap());
    let diff = migrate::diff(&found, &wanted, &Hints::default());
    assert_eq!(diff.changes, []);
    assert_eq!(diff.unmodelled, []);
    assert!(schema.sync(db).await.unwrap().is_empty(), "nothing is left to be done");
}

/// Tables, columns, types, names, keys and policies follow, and rows stay.
async fn a_database_follows_its_models(bed: Bed) {
    let db = filled(&bed).await;
    is_as(&before::schema(), &db).await;
    let schema = crate::watch::known(after::schema());
    let steps = schema.sync(&db).await.unwrap();
    assert!(steps.iter().any(|step| step.sql.contains("RENAME TO")), "{steps:?}");
    is_as(&schema, &db).await;
    let red = db.tenant("red").unwrap();
    let thing = after::Thing::read("one").run(&red).await.unwrap();
    assert_eq!((&*thing.subject, thing.points, thing.done), ("First", 3, false));
    let blue = db.tenant("blue").unwrap();
    assert_eq!(after::Thing::count().run(&blue).await.unwrap(), 0);
}

/// Where something would be lost nothing happens, and the text says what and what to do.
async fn what_would_be_lost_is_refused(bed: Bed) {
    let db = filled(&bed).await;
    let there = migrate::introspect(&db).await.unwrap();
    let error = less::schema().sync(&db).await.unwrap_err();
    assert!(error.is_schema_mismatch(), "{error:?}");
    let text = error.to_string();
    let lost = if bed.is_postgres() {
        "all values of sync_teams.name are gone"
    } else {
        "all values of name in sync_teams are gone"
    };
    for part in [
        lost,
        "all rows of sync_tasks are gone",
        "sync_teams.name is now called called",
        "renamed_from",
        "migrate new",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(migrate::introspect(&db).await.unwrap(), there);
    is_as(&before::schema(), &db).await;
}

/// What models do not describe is named, and left alone.
async fn what_models_do_not_describe_is_refused(bed: Bed) {
    let db = filled(&bed).await;
    let strange = if bed.is_postgres() {
        "CREATE VIEW sync_names AS SELECT name FROM sync_teams"
    } else {
        "CREATE TABLE sync_names (a INTEGER UNIQUE ON CONFLICT REPLACE)"
    };
    db.across_tenants("what models do not describe").execute(strange).await.unwrap();
    let error = after::schema().sync(&db).await.unwrap_err();
    assert!(error.is_schema_mismatch() && error.to_string().contains("sync_names"), "{error}");
    let task = before::Task::read("one").run(&db.tenant("red").unwrap()).await.unwrap();
    assert_eq!(task.title, "First");
}

/// Rows that do not fit keep everything as it was.
async fn rows_that_do_not_fit_leave_all_as_it_was(bed: Bed) {
    let db = filled(&bed).await;
    let all = db.across_tenants("another team of that name");
    before::Team::create(before::NewTeam { id: "blue".into(), name: "Red".into() }).run(&all).await.unwrap();
    let there = migrate::introspect(&db).await.unwrap();
    let error = after::schema().sync(&db).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!(migrate::introspect(&db).await.unwrap(), there);
}

/// Programs that start at once bring the database to the models once.
async fn many_may_follow_at_once(bed: Bed) {
    let db = filled(&bed).await;
    let schema = crate::watch::known(after::schema());
    let done = futures_util::future::join_all((0..6).map(|_| schema.sync(&db))).await;
    let ran: Vec<bool> = done.into_iter().map(|steps| !steps.unwrap().is_empty()).collect();
    assert!(ran.iter().any(|ran| *ran), "{ran:?}");
    is_as(&schema, &db).await;
    assert_eq!(after::Thing::count().run(&db.across_tenants("counts")).await.unwrap(), 1);
}

/// A database whose schema is kept by migrations is not touched.
async fn a_database_with_migrations_is_theirs(bed: Bed) {
    let db = filled(&bed).await;
    let folder = bed.folder().join("migrations");
    std::fs::create_dir_all(&folder).unwrap();
    Migrations::read(&folder).unwrap().runner(&db).up().await.unwrap();
    let ledger = migrate::introspect(&db).await.unwrap();
    assert_eq!(ledger.tables.len(), 2, "the ledger is no table of the application");
    match before::schema().sync(&db).await {
        Err(error) => {
            assert!(error.is_schema_mismatch() && error.to_string().contains("migrate up"), "{error}")
        }
        Ok(_) => panic!("a database with a ledger was changed"),
    }
}

crate::cases![
    a_database_follows_its_models,
    what_would_be_lost_is_refused,
    what_models_do_not_describe_is_refused,
    rows_that_do_not_fit_leave_all_as_it_was,
    many_may_follow_at_once,
    a_database_with_migrations_is_theirs,
];
