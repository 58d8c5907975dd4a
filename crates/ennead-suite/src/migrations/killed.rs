//! Runs whose process dies, at each point and at any moment: who runs again comes to the same end.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use ennead::migrate::{Direction, MigrationState, Migrations, StageKind, Version};
use ennead::prelude::*;

use super::child;
use super::models::{Folder, ROWS, run};
use crate::Bed;
use crate::observer::Observer;

/// Each point of a script at which the library lets a process die.
fn points(migrations: &Migrations, db: &Db, direction: Direction) -> Vec<String> {
    let head = migrations.head().unwrap();
    let script = head.script(db.dialect(), direction).unwrap();
    let mut points = Vec::new();
    for stage in script.stages() {
        let statements = stage.statements.clone();
        let is_setting = script.statements()[statements.start].sql.starts_with("PRAGMA foreign_keys");
        match stage.kind {
            StageKind::NoTransaction if is_setting => {}
            StageKind::Transaction => {
                points.extend(statements.clone().map(|at| format!("{head} {at} statement")));
                points.push(format!("{head} {} commit", statements.end));
            }
            StageKind::NoTransaction => {
                let at = statements.start;
                points.extend(["begun", "statement", "commit"].map(|point| format!("{head} {at} {point}")));
            }
            StageKind::Batches => points.push(format!("{head} {} batch", statements.start)),
        }
    }
    points
}

/// All that a database holds, in its own words: tables, constraints, indexes, and the rows that were there before.
async fn holds(observer: &mut Observer) -> String {
    let schema = match observer {
        Observer::Postgres(_) => {
            "SELECT string_agg(told, chr(10) ORDER BY told) FROM ( \
               SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) FROM information_schema.columns \
                 WHERE table_schema = 'public' \
               UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
               UNION ALL SELECT concat_ws(' ', indexrelid::regclass, indisvalid) FROM pg_index WHERE indexrelid > 16384 \
               UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated) FROM pg_constraint \
                 WHERE connamespace = 'public'::regnamespace) AS all_of_it(told) WHERE told NOT LIKE 'pg_toast%'"
        }
        Observer::Sqlite(_) => {
            "SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)"
        }
    };
    let rows = observer.number("SELECT CAST(sum(id * 1000 + city_id) AS bigint) FROM people").await;
    format!("{}\n{rows}", observer.text(schema).await)
}

/// Kills a run at a point, and runs again.
async fn killed_at(point: &str, way: Direction, folder: &Folder, db: &Db, url: &str) {
    let (status, said) = child::run(&way.to_string(), folder, url, Some(point)).await;
    assert_eq!(status.signal(), Some(6), "{way} {point} was never reached: {said}");
    let migrations = folder.read();
    let runner = migrations.runner(db);
    let done = match way {
        Direction::Up => runner.up().await,
        // A run that died behind its last COMMIT is done: who runs again would reverse the one before.
        Direction::Down if runner.status().await.unwrap().migrations[1].state == MigrationState::Pending => {
            Ok(Vec::new())
        }
        Direction::Down => runner.down(1).await,
    };
    done.unwrap_or_else(|error| panic!("{way} {point}: {error}"));
}

/// To and fro, with a death at each point of both ways in its turn.
async fn a_run_that_dies_is_gone_on_with(bed: Bed) {
    let folder = Folder::both(&bed);
    let url = bed.url().await;
    let db = Db::builder().max_connections(2).connect(&url).await.unwrap();
    let migrations = folder.read();
    let runner = migrations.runner(&db);
    let mut observer = Observer::new(&url).await;
    runner.up_to(Version(1)).await.unwrap();
    run(&db, ROWS).await;
    let before = holds(&mut observer).await;
    runner.up().await.unwrap();
    let after = holds(&mut observer).await;
    assert_ne!(before, after);
    runner.down(1).await.unwrap();
    assert_eq!(holds(&mut observer).await, before);
    let (up, down) = (points(&migrations, &db, Direction::Up), points(&migrations, &db, Direction::Down));
    assert!(up.len() > 3 && down.len() > 1, "{up:?} {down:?}");
    println!("{} points up, {} down", up.len(), down.len());
    for turn in 0..up.len().max(down.len()) {
        let (up, down) = (&up[turn % up.len()], &down[turn % down.len()]);
        killed_at(up, Direction::Up, &folder, &db, &url).await;
        assert_eq!(holds(&mut observer).await, after, "{up}");
        killed_at(down, Direction::Down, &folder, &db, &url).await;
        assert_eq!(holds(&mut observer).await, before, "{down}");
    }
    assert!(runner.verify().await.unwrap().is_empty());
}

/// Killed from outside in the middle of batches and of the building of an index, again and again.
async fn a_run_that_is_killed_at_any_moment_is_gone_on_with(bed: Bed) {
    let folder = Folder::new(&bed);
    let rows = 4000;
    folder.by_hand(
        &bed,
        "many",
        &format!(
            "CREATE TABLE many (id integer NOT NULL PRIMARY KEY, done integer, name text); \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
             INSERT INTO many (id, name) SELECT i, 'a' FROM n"
        ),
        "DROP TABLE many",
    );
    let index = if bed.is_postgres() {
        "-- ennead:no-transaction\nCREATE INDEX CONCURRENTLY ix_many ON many (done, name)"
    } else {
        "CREATE INDEX ix_many ON many (done, name)"
    };
    folder.by_hand(
        &bed,
        "fill",
        &format!(
            "ALTER TABLE many ADD COLUMN other integer;\n-- ennead:batch\n\
             UPDATE many SET done = coalesce(done, 0) + 1 WHERE id IN (SELECT id FROM many WHERE done IS NULL LIMIT 10);\n{index}"
        ),
        "DROP INDEX ix_many; ALTER TABLE many DROP COLUMN other",
    );
    let url = bed.url().await;
    let db = Db::builder().max_connections(2).connect(&url).await.unwrap();
    let migrations = folder.read();
    migrations.runner(&db).up_to(Version(1)).await.unwrap();
    let mut killed = 0;
    for round in 0..8_u64 {
        let mut runner = child::start("up", &folder, &url, None);
        tokio::time::sleep(Duration::from_millis(20 + 17 * round)).await;
        if runner.try_wait().unwrap().is_none() {
            runner.kill().await.unwrap();
            killed += 1;
        }
    }
    assert!(killed > 1, "it is too quick to be killed");
    migrations.up(&db).await.unwrap();
    let mut observer = Observer::new(&url).await;
    assert_eq!(observer.number("SELECT count(*) FROM many WHERE done = 1").await, rows);
    if bed.is_postgres() {
        let valid = "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid = 'ix_many'::regclass";
        assert_eq!(observer.number(valid).await, 1);
    }
}

crate::cases![a_run_that_dies_is_gone_on_with, a_run_that_is_killed_at_any_moment_is_gone_on_with,];
