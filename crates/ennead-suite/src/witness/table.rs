//! Each rule of a row's life in each way to write, as the table of `docs/lifecycle.md`: run, judged, and compared with the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ennead::prelude::*;
use ennead::{CreateScope, ErrorKind, NodeScope};
use serde_json::{Value as Json, json};

use super::hooks::{Scribe, lines};
use super::paths::*;
use crate::Bed;
use crate::accounts::Hands;

/// The moment at which the rows begin, and that at which a way writes.
const BEGUN: i64 = 0;
const NOW: i64 = 60;

/// What a way did to one row.
fn verdict(kind: &str, before: Option<&Thing>, after: Option<&Thing>) -> [&'static str; 4] {
    let now = Hands::at(NOW);
    match (kind, before, after) {
        ("created", None, Some(row)) => {
            assert_eq!((row.created_at, row.updated_at, row.version, row.deleted_at), (now, now, 1, None));
            ["set", "set", "1", ""]
        }
        ("deleted", Some(_), None) => ["", "", "", "the row goes"],
        (kind, Some(was), Some(row)) => {
            assert_eq!((row.created_at, &row.id, &row.origin), (was.created_at, &was.id, &was.origin));
            assert_eq!((row.updated_at, row.version), (now, was.version + 1));
            let mark = match kind {
                "updated" => {
                    assert_eq!(row.deleted_at, was.deleted_at);
                    ""
                }
                "soft-deleted" => {
                    let marked = row.deleted_at.unwrap() - now;
                    assert!(was.deleted_at.is_none() && marked.num_seconds() == 0, "{marked}");
                    "set"
                }
                "restored" => {
                    assert!(was.deleted_at.is_some() && row.deleted_at.is_none());
                    "cleared"
                }
                other => panic!("{other}"),
            };
            ["kept", "set", "+1", mark]
        }
        (kind, before, after) => panic!("{kind}: {before:?} became {after:?}"),
    }
}

/// A name without its last part, in words: `BulkUpdateEach` is `bulk update each`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

async fn by_id(tenant: &Tenant) -> BTreeMap<String, Thing> {
    rows(tenant).await.into_iter().map(|row| (row.id.clone(), row)).collect()
}

/// How many records each row has.
async fn recorded(tenant: &Tenant, ids: impl IntoIterator<Item = &String>) -> Vec<usize> {
    let mut counts = Vec::new();
    for id in ids {
        counts.push(Thing::history(id).run(tenant).await.unwrap().len());
    }
    counts
}

/// One line: what a way did, by itself or in a transaction.
async fn line(db: &Db, hands: &Hands, scribe: &Scribe, path: Path, within: bool) -> String {
    let tenant = db.tenant(format!("{path:?}-{within}")).unwrap();
    hands.turn_to(BEGUN);
    begin(&tenant).await;
    let before = by_id(&tenant).await;
    scribe.take();
    hands.turn_to(NOW);
    let ids: Vec<String> = before.keys().cloned().chain(["m", "n", "new"].map(String::from)).collect();
    let records = recorded(&tenant, &ids).await;
    if within {
        tenant.transaction(async |tx| path.run(tx).await).await.unwrap();
    } else {
        path.run(&tenant).await.unwrap();
    }
    let (after, later) = (by_id(&tenant).await, recorded(&tenant, &ids).await);
    let mut expected: Vec<&str> = path.changes().to_vec();
    expected.sort_unstable();
    assert_eq!(lines(&scribe.take(), "after"), expected, "{path:?}");

    let mut verdicts: Vec<[&str; 4]> = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let (was, is) = (before.get(id), after.get(id));
        let change = expected.iter().find_map(|change| change.strip_suffix(&format!(" {id}")));
        match change {
            Some(kind) => verdicts.push(verdict(kind, was, is)),
            None => assert_eq!(was, is, "{path:?} leaves {id}"),
        }
        assert_eq!(later[at] - records[at], usize::from(change.is_some()), "{path:?}: records of {id}");
    }
    let cell = |column: usize| {
        let mut told: Vec<&str> =
            verdicts.iter().map(|verdict| verdict[column]).filter(|cell| !cell.is_empty()).collect();
        told.sort_unstable();
        told.dedup();
        told.join(", ")
    };
    let each = if expected.is_empty() { "" } else { "one a row" };
    let told = if expected.is_empty() { "nothing" } else { &expected.join(", ") };
    let cells = [
        words(&format!("{path:?}")),
        told.into(),
        cell(0),
        cell(1),
        cell(2),
        cell(3),
        each.into(),
        each.into(),
    ];
    format!("| {} |", cells.join(" | "))
}

macro_rules! refusals {
    ($($rule:literal { $($way:literal => $kind:ident $run:expr;)* })*) => {
        /// Each rule, each way that it refuses, and how.
        const REFUSALS: &[(&str, &str, ErrorKind)] = &[$($(($rule, $way, ErrorKind::$kind)),*),*];

        async fn refused<S>(at: usize, scope: &S) -> Result<(), Error>
        where
            S: CreateScope<Thing> + NodeScope,
        {
            let mut seen = 0;
            $($(
                if seen == at {
                    let run = $run;
                    return run(scope).await.map(|_| ());
                }
                seen += 1;
            )*)*
            panic!("there are {seen}");
        }
    };
}

fn wrong(id: &str) -> ennead::op::Create<Thing> {
    Thing::create(thing(id)).set(Thing::NUMBER, 1001)
}

fn at_version(id: &str) -> ennead::op::Update<Thing> {
    Thing::update(id).set(Thing::NUMBER, 1).expect_version(7)
}

/// A path through what its own first part is.
const UNFIT: [&str; 2] = ["scalar", "x"];

fn unfit(id: &str) -> ennead::op::Update<Thing> {
    Thing::update(id).set_path(Thing::DETAILS, ["scalar"], 1).set_path(Thing::DETAILS, UNFIT, 1)
}

fn unfit_paths() -> Json {
    json!([
        { "field": "details", "path": ["scalar"], "set": 1 },
        { "field": "details", "path": UNFIT, "set": 1 },
    ])
}

fn row(id: &str, name: &str, value: impl Into<Json>) -> Json {
    let mut row = json!({ "id": id, "code": format!("code-{id}") });
    row[name] = value.into();
    row
}

refusals! {
    "a value that `validate` refuses" {
        "create" => Validation async |s: &S| wrong("new").run(s).await;
        "upsert" => Validation async |s: &S| wrong("a").on_conflict(Thing::CODE).update(Thing::NUMBER).run(s).await;
        "bulk create" => Validation async |s: &S| Thing::bulk_create([wrong("m"), wrong("n")]).run(s).await;
        "bulk upsert" => Validation async |s: &S| Thing::bulk_create([wrong("a")]).on_conflict(Thing::ID).update(Thing::NUMBER).run(s).await;
        "stream" => Validation async |s: &S| Thing::bulk_create_stream(futures_util::stream::iter([Thing::create(thing("m")), wrong("n")])).run(s).await;
        "update" => Validation async |s: &S| Thing::update("a").set(Thing::NUMBER, 1001).run(s).await;
        "bulk update" => Validation async |s: &S| Thing::bulk_update().all_rows().set(Thing::NUMBER, 1001).run(s).await;
        "bulk update each" => Validation async |s: &S| Thing::bulk_update_each([Thing::update("a").set(Thing::NUMBER, 1), Thing::update("b").set(Thing::NUMBER, 1001)]).run(s).await;
        "node create" => Validation async |s: &S| node(s, "CreateThingNode", row("new", "number", 1001)).await;
        "node upsert" => Validation async |s: &S| node(s, "UpsertThingNode", json!({ "data": row("a", "number", 1001), "on_conflict": { "on": "id", "update": "number" } })).await;
        "node bulk create" => Validation async |s: &S| node(s, "BulkCreateThingNode", json!({ "data": [row("m", "number", 1), row("n", "number", 1001)] })).await;
        "node update" => Validation async |s: &S| node(s, "UpdateThingNode", json!({ "id": "a", "data": { "number": 1001 } })).await;
        "node bulk update" => Validation async |s: &S| node(s, "BulkUpdateThingNode", json!({ "all_rows": true, "data": { "number": 1001 } })).await;
        "node bulk update each" => Validation async |s: &S| node(s, "BulkUpdateThingNode", json!({ "data": [{ "id": "a", "number": 1001 }] })).await;
    }
    "a field that is `immutable`" {
        "upsert" => InvalidInput async |s: &S| Thing::create(thing("a")).set(Thing::ORIGIN, "x").on_conflict(Thing::CODE).update(Thing::ORIGIN).run(s).await;
        "bulk upsert" => InvalidInput async |s: &S| Thing::bulk_create([thing("a")]).on_conflict(Thing::CODE).update(Thing::ORIGIN).run(s).await;
        "node upsert" => InvalidInput async |s: &S| node(s, "UpsertThingNode", json!({ "data": row("a", "origin", "x"), "on_conflict": { "on": "id", "update": "origin" } })).await;
        "node update" => InvalidInput async |s: &S| node(s, "UpdateThingNode", json!({ "id": "a", "data": { "origin": "x" } })).await;
        "node bulk update" => InvalidInput async |s: &S| node(s, "BulkUpdateThingNode", json!({ "all_rows": true, "data": { "origin": "x" } })).await;
        "node bulk update each" => InvalidInput async |s: &S| node(s, "BulkUpdateThingNode", json!({ "data": [{ "id": "a", "origin": "x" }] })).await;
    }
    "a `version` that the row has no longer" {
        "update" => Conflict async |s: &S| at_version("a").run(s).await;
        "upsert" => Conflict async |s: &S| Thing::create(thing("a")).on_conflict(Thing::CODE).update(Thing::NUMBER).expect_version(7).run(s).await;
        "bulk update each" => Conflict async |s: &S| Thing::bulk_update_each([Thing::update("b").set(Thing::NUMBER, 1), at_version("a")]).run(s).await;
        "delete" => Conflict async |s: &S| Thing::delete("a").expect_version(7).run(s).await;
        "delete hard" => Conflict async |s: &S| Thing::delete("a").expect_version(7).hard().run(s).await;
        "node update" => Conflict async |s: &S| node(s, "UpdateThingNode", json!({ "id": "a", "version": 7, "data": { "number": 1 } })).await;
        "node upsert" => Conflict async |s: &S| node(s, "UpsertThingNode", json!({ "data": row("a", "number", 1), "on_conflict": { "on": "id", "update": "number", "version": 7 } })).await;
        "node bulk update each" => Conflict async |s: &S| node(s, "BulkUpdateThingNode", json!({ "data": [{ "id": "b", "number": 1 }, { "id": "a", "number": 1, "version": 7 }] })).await;
        "node delete" => Conflict async |s: &S| node(s, "DeleteThingNode", json!({ "id": "a", "version": 7 })).await;
    }
    "a change at a path that a row does not take" {
        "update" => InvalidInput async |s: &S| unfit("a").run(s).await;
        "bulk update" => InvalidInput async |s: &S| Thing::bulk_update().all_rows().set_path(Thing::DETAILS, ["scalar"], 1).set_path(Thing::DETAILS, UNFIT, 1).run(s).await;
        "bulk update each" => InvalidInput async |s: &S| Thing::bulk_update_each([Thing::update("b").set(Thing::NUMBER, 1), unfit("a")]).run(s).await;
        "upsert" => InvalidInput async |s: &S| Thing::create(thing("a")).on_conflict(Thing::CODE).update_set_path(Thing::DETAILS, ["scalar"], 1).update_set_path(Thing::DETAILS, UNFIT, 1).run(s).await;
        "bulk upsert" => InvalidInput async |s: &S| Thing::bulk_create(["new", "a"].map(thing)).on_conflict(Thing::ID).update_set_path(Thing::DETAILS, ["scalar"], 1).update_set_path(Thing::DETAILS, UNFIT, 1).run(s).await;
        "node update" => InvalidInput async |s: &S| node(s, "UpdateThingNode", json!({ "id": "a", "data": { "number": 1 }, "paths": unfit_paths() })).await;
        "node bulk update" => InvalidInput async |s: &S| node(s, "BulkUpdateThingNode", json!({ "all_rows": true, "paths": unfit_paths() })).await;
        "node upsert" => InvalidInput async |s: &S| node(s, "UpsertThingNode", json!({ "data": { "id": "a", "code": "code-a" }, "on_conflict": { "on": "id", "paths": unfit_paths() } })).await;
    }
    "a row that is marked as deleted" {
        "update" => NotFound async |s: &S| Thing::update("d").set(Thing::NUMBER, 1).run(s).await;
        "update at a path" => NotFound async |s: &S| unfit("d").run(s).await;
        "bulk update each" => NotFound async |s: &S| Thing::bulk_update_each([Thing::update("a").set(Thing::NUMBER, 1), Thing::update("d").set(Thing::NUMBER, 1)]).run(s).await;
        "delete" => NotFound async |s: &S| Thing::delete("d").run(s).await;
        "node update" => NotFound async |s: &S| node(s, "UpdateThingNode", json!({ "id": "d", "data": { "number": 1 } })).await;
        "node bulk update each" => NotFound async |s: &S| node(s, "BulkUpdateThingNode", json!({ "data": [{ "id": "d", "number": 1 }] })).await;
        "node delete" => NotFound async |s: &S| node(s, "DeleteThingNode", json!({ "id": "d" })).await;
        "restore of one that is not" => NotFound async |s: &S| Thing::restore("a").run(s).await;
    }
}

/// The page says what was seen: where it does not, this prints what it should say.
async fn every_rule_holds_in_every_way_to_write(bed: Bed) {
    let (hands, scribe) = (Hands::default(), Scribe::new());
    let builder = Db::builder().clock(hands.clone()).observe::<Thing>(scribe.clone());
    let db = bed.db_with(&schema(), builder).await;
    let mut told = String::from(
        "| way | what it does | `created_at` | `updated_at` | `version` | `deleted_at` | records | observers |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for path in PATHS {
        let alone = line(&db, &hands, &scribe, *path, false).await;
        assert_eq!(alone, line(&db, &hands, &scribe, *path, true).await, "in a transaction it is the same");
        writeln!(told, "{alone}").unwrap();
    }
    let page = include_str!("../../../../docs/lifecycle.md");
    assert!(page.contains(&told), "docs/lifecycle.md should hold:\n{told}");
}

async fn every_refusal_leaves_everything_as_it_was(bed: Bed) {
    let db = bed.db(&schema()).await;
    let tenant = db.tenant("acme").unwrap();
    begin(&tenant).await;
    let whole = rows(&tenant).await;
    let mut told = String::from("| what | way | error |\n|---|---|---|\n");
    for (at, (rule, way, kind)) in REFUSALS.iter().enumerate() {
        let error = refused(at, &tenant).await.unwrap_err();
        assert_eq!(error.kind(), *kind, "{rule}, {way}: {error}");
        // In a transaction it is the same, and the transaction goes on.
        tenant
            .transaction(async |tx| {
                let error = refused(at, tx).await.unwrap_err();
                assert_eq!(error.kind(), *kind, "{rule}, {way}: {error}");
                Thing::update("a").set(Thing::NUMBER, 3).run(tx).await?;
                Err::<(), Error>(Error::invalid("enough"))
            })
            .await
            .unwrap_err();
        assert_eq!(rows(&tenant).await, whole, "{rule}, {way}");
        writeln!(told, "| {rule} | {way} | `{kind:?}` |").unwrap();
    }
    let page = include_str!("../../../../docs/lifecycle.md");
    assert!(page.contains(&told), "docs/lifecycle.md should hold:\n{told}");
}

crate::cases![every_rule_holds_in_every_way_to_write, every_refusal_leaves_everything_as_it_was];
