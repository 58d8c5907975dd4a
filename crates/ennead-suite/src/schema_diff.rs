//! Schemas of live databases: read, compared, brought from one to another and back, with rows in them.

use ennead::migrate::{self, Change, Fill, HazardKind, Hints, Name, PlanOptions, Snapshot, Step};
use ennead::prelude::*;

use crate::filters::thing::Thing;
use crate::pages::{OtherThing, OwnedThing};
use crate::types::keys::{AutoLarge, GenText};
use crate::types::models::{Arrays, Everything};
use crate::{Bed, Case};

/// The cases of this module.
pub const ALL: &[&[Case]] = &[CASES];

fn schema() -> Schema {
    ennead::schema![Everything, Arrays, Thing, OtherThing, OwnedThing, AutoLarge, GenText]
}

async fn run(db: &Db, sql: &str) {
    db.across_tenants("the cases of schemas").execute(sql).await.unwrap();
}

async fn read(db: &Db) -> Snapshot {
    migrate::introspect(db).await.unwrap()
}

fn steps(from: &Snapshot, to: &Snapshot, options: &PlanOptions) -> Vec<Step> {
    migrate::plan(&migrate::diff(from, to, &Hints::default()), options)
}

async fn empty(bed: &Bed) -> Db {
    bed.db(&Schema::new([])).await
}

/// What the models make is found, taken away, and made again as it was.
async fn what_models_make_is_read_dropped_and_made_again(bed: Bed) {
    let db = bed.db(&schema()).await;
    let full = read(&db).await;
    assert_eq!(full.unmodelled, []);
    assert_eq!(full.tables.len(), schema().models().len());
    let nothing = Snapshot::empty(db.dialect());
    let down = steps(&full, &nothing, &PlanOptions::default());
    assert!(down.iter().flat_map(|step| &step.hazards).any(|hazard| hazard.kind == HazardKind::DeletesData));
    migrate::apply(&db, &down).await.unwrap();
    let bare = read(&db).await;
    assert!(migrate::diff(&bare, &nothing, &Hints::default()).is_empty());
    migrate::apply(&db, &steps(&bare, &full, &PlanOptions::default())).await.unwrap();
    assert!(migrate::diff(&read(&db).await, &full, &Hints::default()).is_empty());
}

/// On SQLite, what is kept of a table is the text that the models gave: the two snapshots are the same.
async fn the_models_and_the_database_tell_the_same(bed: Bed) {
    if bed.is_postgres() {
        return;
    }
    let db = bed.db(&schema()).await;
    let diff = migrate::diff(&read(&db).await, &schema().snapshot(db.dialect()).unwrap(), &Hints::default());
    assert_eq!(diff.changes, []);
    assert!(diff.is_empty());
}

const BEFORE: &str = "
    CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL, size INTEGER);
    CREATE TABLE child (
        id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER NOT NULL,
        CONSTRAINT fk_child FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE);
    CREATE INDEX ix_parent_name ON parent (name);
    INSERT INTO parent VALUES (1, 'one', 5), (2, 'two', NULL);
    INSERT INTO child VALUES (10, 1), (20, 2)";

const AFTER: &str = "
    CREATE TABLE parent (
        id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL DEFAULT 'none', size INTEGER NOT NULL,
        twice INTEGER GENERATED ALWAYS AS (size * 2) STORED,
        CONSTRAINT uq_parent_name UNIQUE (name), CONSTRAINT ck_parent_size CHECK (size >= 0));
    CREATE TABLE child (
        id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER,
        CONSTRAINT fk_child FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE SET NULL);
    CREATE TABLE other (id INTEGER NOT NULL PRIMARY KEY, child_id INTEGER REFERENCES child (id));
    CREATE UNIQUE INDEX ix_parent_size ON parent (size DESC) WHERE size > 0";

/// A rebuilt parent keeps the rows that reference it, forward and back.
async fn a_schema_goes_to_another_and_back_with_its_rows(bed: Bed) {
    let (db, other) = (empty(&bed).await, empty(&bed).await);
    run(&db, BEFORE).await;
    run(&other, AFTER).await;
    let (before, after) = (read(&db).await, read(&other).await);
    let fill = Fill { table: Name::new("parent"), column: "size".to_owned(), value: "0".to_owned() };
    for online in [false, true] {
        let there = PlanOptions { online, fills: vec![fill.clone()] };
        migrate::apply(&db, &steps(&before, &after, &there)).await.unwrap();
        assert_eq!(migrate::diff(&read(&db).await, &after, &Hints::default()).changes, []);
        let back = PlanOptions { online, fills: Vec::new() };
        migrate::apply(&db, &steps(&after, &before, &back)).await.unwrap();
        assert_eq!(migrate::diff(&read(&db).await, &before, &Hints::default()).changes, []);
    }
    // Each insert fails if the rows are not those that they were.
    run(&db, "INSERT INTO child SELECT id + 100, id FROM parent WHERE (id, name, size) IN (VALUES (1, 'one', 5), (2, 'two', 0))").await;
    run(&db, "INSERT INTO parent SELECT id, 'copy', parent_id FROM child WHERE (id, parent_id) IN (VALUES (10, 1), (20, 2), (101, 1), (102, 2))").await;
    let kept = run_refused(
        &db,
        "INSERT INTO parent SELECT id, 'again', 0 FROM child WHERE id IN (10, 20, 101, 102) LIMIT 1",
    )
    .await;
    assert!(is_unique(&kept), "{kept}");
}

async fn run_refused(db: &Db, sql: &str) -> Error {
    db.across_tenants("the cases of schemas").execute(sql).await.unwrap_err()
}

/// Of raw SQL, which no model stands behind, SQLite's constraints are told by their text alone.
fn is_unique(error: &Error) -> bool {
    error.is_unique_violation() || error.to_string().contains("UNIQUE constraint failed")
}

/// Rows that do not fit stop the plan, and everything is as it was: on SQLite the foreign keys are kept again too.
async fn a_plan_that_fails_leaves_what_was(bed: Bed) {
    let (db, other) = (empty(&bed).await, empty(&bed).await);
    run(&db, BEFORE).await;
    run(&other, AFTER).await;
    let (before, after) = (read(&db).await, read(&other).await);
    let plan = steps(&before, &after, &PlanOptions::default());
    assert!(
        plan.iter().flat_map(|step| &step.hazards).any(|hazard| hazard.kind == HazardKind::DataDependent)
    );
    migrate::apply(&db, &plan).await.unwrap_err();
    assert!(migrate::diff(&read(&db).await, &before, &Hints::default()).is_empty());
    let refused = run_refused(&db, "INSERT INTO child VALUES (30, 99)").await;
    assert!(refused.is_foreign_key_violation(), "{refused}");
}

/// A renamed table and column keep their rows; without the hint they would be dropped, which is said.
async fn what_is_renamed_keeps_its_rows(bed: Bed) {
    let (db, other) = (empty(&bed).await, empty(&bed).await);
    run(&db, "CREATE TABLE old (id INTEGER NOT NULL PRIMARY KEY, a INTEGER); INSERT INTO old VALUES (1, 7)")
        .await;
    run(&other, "CREATE TABLE new (id INTEGER NOT NULL PRIMARY KEY, b INTEGER)").await;
    let (before, after) = (read(&db).await, read(&other).await);
    let column = migrate::ColumnHint { table: Name::new("new"), from: "a".to_owned(), to: "b".to_owned() };
    let hints = Hints {
        tables: vec![(Name::new("old"), Name::new("new"))],
        columns: vec![column],
        ..Hints::default()
    };
    let blind = migrate::diff(&before, &after, &Hints::default());
    assert!(blind.changes.iter().any(|change| matches!(change, Change::DropTable(_))));
    for (from, to, hints) in [(&before, &after, hints.clone()), (&after, &before, hints.reversed())] {
        let plan = migrate::plan(&migrate::diff(from, to, &hints), &PlanOptions::default());
        assert!(
            plan.iter().flat_map(|step| &step.hazards).all(|hazard| hazard.kind != HazardKind::DeletesData)
        );
        migrate::apply(&db, &plan).await.unwrap();
        assert!(migrate::diff(&read(&db).await, to, &Hints::default()).is_empty());
    }
    let there = run_refused(&db, "INSERT INTO old SELECT id, a FROM old WHERE a = 7").await;
    assert!(is_unique(&there), "{there}");
}

/// From one schema to another and back, with hints and rows that stay.
async fn to_and_fro(bed: &Bed, from: &str, to: &str, hints: &Hints, rows: &str, counted: [&str; 2]) {
    let (db, other) = (empty(bed).await, empty(bed).await);
    run(&db, from).await;
    run(&db, rows).await;
    run(&other, to).await;
    let (before, after) = (read(&db).await, read(&other).await);
    for (from, to, hints, counted) in
        [(&before, &after, hints.clone(), counted[0]), (&after, &before, hints.reversed(), counted[1])]
    {
        let plan = migrate::plan(&migrate::diff(from, to, &hints), &PlanOptions::default());
        migrate::apply(&db, &plan).await.unwrap();
        assert!(migrate::diff(&read(&db).await, to, &Hints::default()).is_empty());
        run(&db, counted).await;
    }
}

/// A name goes from one kind of thing to another: from an index to a table, and on Postgres from a type to a sequence.
async fn a_name_is_left_before_it_is_taken(bed: Bed) {
    let from = "CREATE TABLE t (a INTEGER); CREATE INDEX u ON t (a); CREATE TABLE w (a INTEGER); CREATE INDEX x ON w (a)";
    let to = "CREATE TABLE t (a BIGINT); CREATE TABLE u (b INTEGER); CREATE TABLE x (a INTEGER)";
    let (from, to) = if bed.is_postgres() {
        (format!("{from}; CREATE TYPE n AS ENUM ('a')"), format!("{to}; CREATE SEQUENCE n"))
    } else {
        (from.to_owned(), to.to_owned())
    };
    let hints = Hints { tables: vec![(Name::new("w"), Name::new("x"))], ..Hints::default() };
    let rows = "INSERT INTO t VALUES (1); INSERT INTO w VALUES (7)";
    let counted = [
        "UPDATE x SET a = 8 / (CASE a WHEN 7 THEN 1 ELSE 0 END)",
        "INSERT INTO w SELECT a FROM w WHERE a = 8",
    ];
    to_and_fro(&bed, &from, &to, &hints, rows, counted).await;
}

/// SQLite cannot rename that key where it stands: "expressions prohibited in PRIMARY KEY and UNIQUE constraints".
async fn a_key_that_is_unique_twice_is_renamed(bed: Bed) {
    let tail = if bed.is_postgres() { "" } else { " WITHOUT ROWID" };
    let schema = |key: &str| {
        format!(
            "CREATE TABLE p (b INTEGER, {key} INTEGER NOT NULL, CONSTRAINT pk PRIMARY KEY ({key}), CONSTRAINT u UNIQUE (b, {key})){tail}; \
             CREATE TABLE c (id INTEGER NOT NULL PRIMARY KEY, p INTEGER, CONSTRAINT fk FOREIGN KEY (p) REFERENCES p ({key}))"
        )
    };
    let column = migrate::ColumnHint { table: Name::new("p"), from: "a".to_owned(), to: "n".to_owned() };
    let hints = Hints { columns: vec![column], ..Hints::default() };
    let rows = "INSERT INTO p VALUES (1, 10); INSERT INTO c VALUES (1, 10)";
    let counted = [
        "UPDATE p SET b = 2 WHERE n = 10; INSERT INTO c SELECT b, n FROM p",
        "INSERT INTO p SELECT b, 11 FROM p WHERE a = 10 AND b = 2; UPDATE c SET p = 11",
    ];
    to_and_fro(&bed, &schema("a"), &schema("n"), &hints, rows, counted).await;
}

/// What snapshots do not describe is named.
async fn what_is_not_described_is_told(bed: Bed) {
    let db = empty(&bed).await;
    let before = read(&db).await;
    if bed.is_postgres() {
        run(&db, "CREATE VIEW one AS SELECT 1 AS one; CREATE DOMAIN positive AS integer CHECK (VALUE > 0)")
            .await;
    } else {
        run(&db, "CREATE TABLE one (a INTEGER UNIQUE ON CONFLICT REPLACE)").await;
    }
    let diff = migrate::diff(&before, &read(&db).await, &Hints::default());
    assert_eq!(diff.changes, []);
    assert!(!diff.is_empty());
    let told: Vec<String> = diff.unmodelled.iter().map(ToString::to_string).collect();
    let expected: &[&str] = if bed.is_postgres() { &["domain positive", "view one"] } else { &["table one"] };
    assert_eq!(told, expected);
}

/// Beside the traffic, no row is read without an index or written without a constraint while one replaces another.
async fn what_is_replaced_online_stays_until_the_new_one_is_there(bed: Bed) {
    let (db, other) = (empty(&bed).await, empty(&bed).await);
    run(&db, "CREATE TABLE t (a INTEGER, b INTEGER, CONSTRAINT u UNIQUE (a), CONSTRAINT c CHECK (a > 0)); CREATE INDEX i ON t (a)").await;
    run(&other, "CREATE TABLE t (a INTEGER, b INTEGER, CONSTRAINT u UNIQUE (a, b), CONSTRAINT c CHECK (a > -1)); CREATE INDEX i ON t (b)").await;
    let (before, after) = (read(&db).await, read(&other).await);
    let online = PlanOptions { online: true, ..PlanOptions::default() };
    let plan = steps(&before, &after, &online);
    let at = |part: &str| {
        plan.iter().position(|step| step.sql.contains(part)).unwrap_or_else(|| panic!("{part}: {plan:#?}"))
    };
    assert!(at("INDEX CONCURRENTLY \"ennead_new_i\"") < at("DROP INDEX CONCURRENTLY \"i\""));
    assert!(at("INDEX CONCURRENTLY \"ennead_new_u\"") < at("DROP CONSTRAINT \"u\""));
    // In one transaction.
    assert_eq!(at("DROP CONSTRAINT \"u\"") + 1, at("ADD CONSTRAINT \"u\" UNIQUE USING INDEX"));
    assert_eq!(at("DROP CONSTRAINT \"c\"") + 1, at("ADD CONSTRAINT \"c\" CHECK"));
    assert!(plan[at("DROP CONSTRAINT \"c\"")].wants_lock_timeout());
    assert!(!plan[at("INDEX CONCURRENTLY \"ennead_new_i\"")].wants_lock_timeout());
    for (from, to) in [(&before, &after), (&after, &before)] {
        migrate::apply(&db, &steps(from, to, &online)).await.unwrap();
        assert_eq!(migrate::diff(&read(&db).await, to, &Hints::default()).changes, []);
    }
}

/// What CREATE INDEX CONCURRENTLY left when it failed is found, and built anew.
async fn an_invalid_index_is_built_anew(bed: Bed) {
    let (db, other) = (empty(&bed).await, empty(&bed).await);
    run(&db, "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (1)").await;
    run(&other, "CREATE TABLE t (a INTEGER); CREATE UNIQUE INDEX i ON t (a)").await;
    let goal = read(&other).await;
    let online = PlanOptions { online: true, ..PlanOptions::default() };
    let plan = steps(&read(&db).await, &goal, &online);
    assert!(migrate::apply(&db, &plan).await.unwrap_err().is_unique_violation());
    let left = read(&db).await;
    assert!(left.tables[0].indexes[0].invalid);
    run(&db, "DELETE FROM t").await;
    migrate::apply(&db, &steps(&left, &goal, &online)).await.unwrap();
    assert!(migrate::diff(&read(&db).await, &goal, &Hints::default()).is_empty());
}

/// What newer versions know is described or told: nothing of it is taken for something else.
async fn what_came_with_version_18_is_told(bed: Bed) {
    let db = empty(&bed).await;
    let raw = db.across_tenants("which version");
    let sql = "CREATE TABLE v (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL)";
    if raw.execute(sql).await.is_err() {
        return;
    }
    run(
        &db,
        "CREATE EXTENSION btree_gist; \
         CREATE TABLE n (a int CONSTRAINT a_is_there NOT NULL, b int, CONSTRAINT low CHECK (b < 9) NOT ENFORCED); \
         CREATE TABLE o (a int, at daterange, CONSTRAINT apart PRIMARY KEY (a, at WITHOUT OVERLAPS))",
    )
    .await;
    let found = read(&db).await;
    let generated = found.table("v").unwrap().columns[1].generated.clone().unwrap();
    assert!(!generated.stored);
    let told: Vec<String> = found.unmodelled.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["constraint apart on o", "constraint low on n", "extension btree_gist"]);
    // A table whose NOT NULL has another name is the same; one whose column is virtual is made so.
    let other = empty(&bed).await;
    migrate::apply(&other, &steps(&Snapshot::empty(db.dialect()), &found, &PlanOptions::default()))
        .await
        .unwrap();
    assert_eq!(migrate::diff(&read(&other).await, &found, &Hints::default()).changes, []);
}

crate::cases![
    what_models_make_is_read_dropped_and_made_again,
    the_models_and_the_database_tell_the_same,
    a_schema_goes_to_another_and_back_with_its_rows,
    a_plan_that_fails_leaves_what_was,
    what_is_renamed_keeps_its_rows,
    a_name_is_left_before_it_is_taken,
    a_key_that_is_unique_twice_is_renamed,
    what_is_not_described_is_told;
    Postgres: what_is_replaced_online_stays_until_the_new_one_is_there, an_invalid_index_is_built_anew, what_came_with_version_18_is_told
];
