//! The life of two organizations: what it tells, the same on both databases; and what it relies on, one by one.

mod limits;
mod told;

use ennead::prelude::*;
use enterprise_saas::life::{self, Failure, Stage, Story, StoryClock};

use crate::database::{Database, keys};

/// Runs each case on both databases.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let database = crate::database::Database::empty_sqlite().await;
                Box::pin(crate::life::on(database, super::$name)).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(database) = crate::database::Database::empty_postgres().await else { return };
                Box::pin(crate::life::on(database, super::$name)).await;
            })*
        }
    };
}
use cases;

/// Runs a case on a database that is new.
async fn on(database: Database, case: impl AsyncFnOnce(Stage)) {
    let clock = StoryClock::default();
    let db = life::open(&database.url, keys(), &clock).await.unwrap();
    let schema = enterprise_saas::schema();
    Box::pin(case(Stage { db: db.clone(), clock, schema, story: Story::quiet() })).await;
    db.close().await;
    database.drop().await;
}

/// All that it tells: the refusals word by word, and the counts of every model.
async fn it_is_told_the_same(stage: Stage) {
    let Stage { db, clock, story, .. } = stage;
    let story = Box::pin(life::live(db.clone(), clock.clone(), story)).await.unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("life", story.text());
    });
    assert_eq!(story.steps(), 77);
    let again = Box::pin(life::live(db.clone(), clock, Story::quiet())).await;
    assert!(matches!(again, Err(Failure::Inhabited(slug)) if slug == "acme"));
    let all = db.across_tenants("how many are there after the second life");
    assert_eq!(enterprise_saas::Organization::count().run(&all).await.unwrap(), 2);
}

cases![it_is_told_the_same];
