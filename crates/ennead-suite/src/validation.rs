//! `#[validate(…)]`: every rule in every way in, single and bulk, typed and by name, before any SQL; and what the database
//! keeps of it besides.

use std::fmt::Display;

use ennead::op::{BulkUpdate, Create, Update};
use ennead::prelude::*;
use futures_util::stream;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::Bed;

#[model(table = "entries")]
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub club_id: String,
    #[unique]
    #[validate(length(min = 1, max = 5))]
    pub name: String,
    #[validate(email, length(max = 20))]
    pub email: Option<String>,
    #[validate(url)]
    pub site: Option<String>,
    #[validate(regex = "^[a-z]+$")]
    pub code: Option<String>,
    #[default(0)]
    #[validate(range(min = 0, max = 100))]
    pub score: i64,
    #[column(precision = 10, scale = 2)]
    #[validate(range(min = 0.01))]
    pub price: Option<Decimal>,
    #[validate(range(max = 0.5))]
    pub share: Option<f64>,
    #[validate(length(max = 2))]
    pub tags: Option<Vec<String>>,
    #[validate(length(min = 2))]
    pub seal: Option<Vec<u8>>,
    #[validate(custom = even)]
    pub even: Option<i32>,
    #[validate(custom = short)]
    pub word: Option<Word>,
}

#[derive(DbNewtype, Clone, PartialEq, Debug)]
pub struct Word(pub String);

fn even(value: &i32) -> Result<(), String> {
    if *value == 13 {
        // Without a word of the hook of panics.
        std::panic::resume_unwind(Box::new("a bug of the application's"));
    }
    if value % 2 == 0 { Ok(()) } else { Err("must be even".to_owned()) }
}

fn short(value: &Word) -> Result<(), impl Display> {
    if value.0.len() < 4 { Ok(()) } else { Err("must be short") }
}

/// A value that a rule refuses: how it is set by type and by name.
struct Bad {
    field: &'static str,
    rule: &'static str,
    message: &'static str,
    json: Json,
    create: fn(Create<Entry>) -> Create<Entry>,
    update: fn(Update<Entry>) -> Update<Entry>,
    bulk: fn(BulkUpdate<Entry>) -> BulkUpdate<Entry>,
}

macro_rules! bad {
    ($column:ident $field:literal $rule:literal $message:literal, $value:expr, $json:expr) => {
        Bad {
            field: $field,
            rule: $rule,
            message: $message,
            json: $json,
            create: |op| op.set(Entry::$column, $value),
            update: |op| op.set(Entry::$column, $value),
            bulk: |op| op.set(Entry::$column, $value),
        }
    };
}

fn all_bad() -> Vec<Bad> {
    vec![
        bad!(NAME "name" "length" "must have 1 to 5 characters or items", "éééééé", json!("éééééé")),
        bad!(NAME "name" "length" "must have 1 to 5 characters or items", "", json!("")),
        bad!(EMAIL "email" "email" "must be an email address", "a.example", json!("a.example")),
        bad!(SITE "site" "url" "must be a URL with its scheme", "a.example", json!("a.example")),
        bad!(CODE "code" "regex" "must match ^[a-z]+$", "a1", json!("a1")),
        bad!(SCORE "score" "range" "must be from 0 to 100", 101, json!(101)),
        bad!(PRICE "price" "range" "must be 0.01 at least", Decimal::ZERO, json!("0.00")),
        bad!(SHARE "share" "range" "must be 0.5 at most", 0.75, json!(0.75)),
        bad!(TAGS "tags" "length" "must have 2 characters or items at most", vec!["a".to_owned(); 3], json!(["a", "a", "a"])),
        bad!(SEAL "seal" "length" "must have 2 characters or items at least", vec![7_u8], json!("Bw==")),
        bad!(EVEN "even" "custom" "must be even", 7, json!(7)),
        bad!(EVEN "even" "custom" "the validator even panicked", 13, json!(13)),
        bad!(WORD "word" "custom" "must be short", Word("long".into()), json!("long")),
    ]
}

fn entry(id: &str) -> Create<Entry> {
    Entry::create(NewEntry { id: id.into(), name: id.into() })
}

async fn open(bed: &Bed) -> Tenant {
    let db = bed.db(&ennead::schema![Entry]).await;
    let club = db.tenant("club").unwrap();
    Entry::bulk_create([entry("a"), entry("b")]).run(&club).await.unwrap();
    club
}

/// Each path of an error's violations, as `path rule`.
fn told(error: &Error) -> Vec<String> {
    assert!(error.is_validation(), "{error:?}");
    assert_eq!(error.http_status(), 422);
    error.violations().iter().map(|one| format!("{} {}", shown(&one.path()), one.rule)).collect()
}

/// A path as the typed operation gives it, where that runs as a node: less the parameter that the values stand in.
fn shown(path: &str) -> &str {
    if !crate::by_name::begun() {
        return path;
    }
    path.strip_prefix("data.").or_else(|| path.strip_prefix("data")).unwrap_or(path)
}

/// The ways in by type, with the place that they give to the refused value of the row that is the second where there are two.
async fn by_type(bad: &Bad, club: &Tenant) -> Vec<(&'static str, Error, &'static str)> {
    let (create, update) = (bad.create, bad.update);
    let on_name = |op: Create<Entry>| op.on_conflict(Entry::NAME).update(Entry::SCORE);
    let mut all = vec![
        ("create", create(entry("c")).run(club).await.unwrap_err(), ""),
        ("upsert", on_name(create(entry("c"))).run(club).await.unwrap_err(), ""),
        ("update", update(Entry::update("a")).run(club).await.unwrap_err(), ""),
        ("bulk update", (bad.bulk)(Entry::bulk_update().all_rows()).run(club).await.unwrap_err(), ""),
        (
            "bulk create",
            Entry::bulk_create([entry("c"), create(entry("d"))]).run(club).await.unwrap_err(),
            "[1].",
        ),
        (
            "bulk upsert",
            Entry::bulk_create([entry("a"), create(entry("d"))])
                .on_conflict(Entry::NAME)
                .update(Entry::SCORE)
                .run(club)
                .await
                .unwrap_err(),
            "[1].",
        ),
        (
            "bulk update each",
            Entry::bulk_update_each([update(Entry::update("a")), update(Entry::update("b"))])
                .run(club)
                .await
                .unwrap_err(),
            "[0].",
        ),
        (
            "stream",
            Entry::bulk_create_stream(stream::iter([entry("c"), create(entry("d"))]))
                .run(club)
                .await
                .unwrap_err(),
            "[1].",
        ),
    ];
    // In a transaction nothing was begun: it goes on.
    let refused = club
        .transaction(async |tx| {
            entry("kept").run(tx).await?;
            let refused = create(entry("c")).run(tx).await.unwrap_err();
            Entry::delete("kept").run(tx).await?;
            Ok::<_, Error>(refused)
        })
        .await
        .unwrap();
    all.push(("transaction", refused, ""));
    all
}

async fn by_name(bad: &Bad, club: &Tenant) -> Vec<(&'static str, Error, &'static str)> {
    let schema = ennead::schema![Entry];
    let row = |id: &str| {
        let mut row = json!({ "id": id, "name": id });
        row[bad.field] = bad.json.clone();
        row
    };
    let good = |id: &str| json!({ "id": id, "name": id });
    let set = json!({ bad.field: bad.json });
    let change = |id: &str| {
        let mut change = set.clone();
        change["id"] = json!(id);
        change
    };
    let conflict = json!({ "on": ["name"], "update": ["score"] });
    let ways = [
        ("CreateEntryNode", json!({ "data": row("c") }), "data."),
        ("CreateEntryNode", row("c"), ""),
        ("UpsertEntryNode", json!({ "data": row("c"), "on_conflict": conflict }), "data."),
        ("BulkCreateEntryNode", json!({ "data": [good("c"), row("d")] }), "data[1]."),
        ("BulkCreateEntryNode", json!({ "data": [row("d")] }), "data[0]."),
        ("UpdateEntryNode", json!({ "id": "a", "data": set }), "data."),
        ("BulkUpdateEntryNode", json!({ "all_rows": true, "data": set }), "data."),
        ("BulkUpdateEntryNode", json!({ "data": [change("a")] }), "data[0]."),
    ];
    let mut all = Vec::new();
    for (node, params, place) in ways {
        all.push((node, schema.node(node).unwrap().run(club, params).await.unwrap_err(), place));
    }
    all
}

async fn every_rule_holds_in_every_way_in(bed: Bed) {
    let club = open(&bed).await;
    let before = Entry::list().order_by(Entry::ID.asc()).run(&club).await.unwrap();
    let mut cells = 0;
    for bad in all_bad() {
        let mut ways = by_type(&bad, &club).await;
        ways.extend(by_name(&bad, &club).await);
        for (way, error, place) in ways {
            // Where all rows of an operation are wrong, each of them is told.
            let place = shown(place);
            let expected = format!("{place}{} {}", bad.field, bad.rule);
            let told = told(&error);
            assert!(told.contains(&expected), "{way}: {told:?} lacks {expected}");
            assert!(told.iter().all(|one| one.ends_with(&expected[place.len()..])), "{way}: {told:?}");
            assert_eq!((error.model(), error.fields()), (Some("Entry"), &[bad.field][..]), "{way}");
            let text = error.to_string();
            assert!(text.starts_with("Entry: ") && text.contains(bad.message), "{way}: {text}");
            cells += 1;
        }
    }
    println!(
        "validation {}: {cells} cells, {} refused values in {} ways",
        bed.kind(),
        all_bad().len(),
        cells / all_bad().len()
    );
    let after = Entry::list().order_by(Entry::ID.asc()).run(&club).await.unwrap();
    assert_eq!(after, before, "nothing is half done");
}

async fn what_keeps_the_rules_is_taken(bed: Bed) {
    let club = open(&bed).await;
    let made = entry("éàüöï")
        .set(Entry::EMAIL, "a@b.example")
        .set(Entry::SITE, "https://b.example/")
        .set(Entry::CODE, "abc")
        .set(Entry::SCORE, 100)
        .set(Entry::PRICE, Decimal::new(1, 2))
        .set(Entry::SHARE, 0.5)
        .set(Entry::TAGS, vec!["a".to_owned(), "b".to_owned()])
        .set(Entry::SEAL, vec![1_u8, 2])
        .set(Entry::EVEN, 2)
        .set(Entry::WORD, Word("abc".into()))
        .run(&club)
        .await
        .unwrap();
    // What is not there keeps every rule.
    let none =
        Entry::update(&made.id).set(Entry::EMAIL, None).set(Entry::PRICE, None).run(&club).await.unwrap();
    assert_eq!((none.email, none.price), (None, None));
}

async fn all_that_is_wrong_is_told_at_once(bed: Bed) {
    let club = open(&bed).await;
    let wrong = |id: &str| entry(id).set(Entry::EMAIL, "no address, and far too long").set(Entry::SCORE, -1);
    let error = wrong("c").run(&club).await.unwrap_err();
    assert_eq!(told(&error), ["email email", "email length", "score range"]);
    assert_eq!(error.fields(), ["email", "score"]);
    let rows = (0..5).map(|at| if at % 2 == 0 { wrong("c") } else { entry("d") });
    let error = Entry::bulk_create(rows.enumerate().map(|(at, row)| row.set(Entry::ID, format!("{at}"))))
        .run(&club)
        .await
        .unwrap_err();
    let rows = |row: usize| {
        [format!("[{row}].email email"), format!("[{row}].email length"), format!("[{row}].score range")]
    };
    assert_eq!(told(&error), [rows(0), rows(2), rows(4)].concat());
    assert!(error.to_string().ends_with("; and 1 more"), "{error}");
    assert!(!error.to_string().contains("far too long") && !format!("{error:?}").contains("far too long"));
}

/// What no value tells before, the database keeps: amounts that are added, and writes beside the library.
async fn lengths_and_ranges_are_kept_by_the_database_too(bed: Bed) {
    let club = open(&bed).await;
    let error = Entry::update("a").add(Entry::SCORE, 101).run(&club).await.unwrap_err();
    assert!(error.is_check_violation(), "{error:?}");
    assert_eq!((error.constraint(), error.fields()), (Some("ck_entries_score_range"), &["score"][..]));
    if bed.kind() == crate::Kind::PostgresRls {
        return;
    }
    let across = club.db().across_tenants("rows beside the library");
    for (set, constraint) in [
        ("score = -1", "ck_entries_score_range"),
        ("price = 0", "ck_entries_price_range"),
        ("share = 0.75", "ck_entries_share_range"),
        ("name = 'abcdef'", "ck_entries_name_length"),
    ] {
        let error = across.execute(&format!("UPDATE entries SET {set}")).await.unwrap_err();
        assert!(error.is_check_violation() && error.to_string().contains(constraint), "{set}: {error}");
    }
    across.execute("UPDATE entries SET score = 100, name = 'éééé' || id, share = 0.5").await.unwrap();
}

async fn the_schemas_of_nodes_tell_the_rules(bed: Bed) {
    drop(open(&bed).await);
    let schema = ennead::schema![Entry];
    let node = |name: &str| schema.nodes().into_iter().find(|node| node.name == name).unwrap();
    let create = node("CreateEntryNode").parameters;
    let fields = &create["anyOf"][0]["properties"]["data"]["properties"];
    assert_eq!((&fields["name"]["minLength"], &fields["name"]["maxLength"]), (&json!(1), &json!(5)));
    assert_eq!((&fields["score"]["minimum"], &fields["score"]["maximum"]), (&json!(0), &json!(100)));
    let inner = |name: &str| fields[name]["anyOf"][0].clone();
    assert_eq!(inner("email")["format"], "email");
    assert_eq!(inner("site")["format"], "uri");
    assert_eq!(inner("code")["allOf"], json!([{ "pattern": "^[a-z]+$" }]));
    assert_eq!(inner("tags")["maxItems"], 2);
    assert_eq!(inner("price")["minimum"], 0.01);
    let validator = jsonschema::validator_for(&create).unwrap();
    for bad in all_bad().into_iter().filter(|bad| !["email", "url", "custom"].contains(&bad.rule)) {
        let mut data = json!({ "id": "c", "name": "c" });
        data[bad.field] = bad.json.clone();
        // A decimal that is a text has no order in JSON Schema, and one byte is as long in base64 as two.
        let is_beyond = ["price", "seal"].contains(&bad.field);
        assert_eq!(validator.is_valid(&json!({ "data": data })), is_beyond, "{}", bad.field);
    }
    let result = node("ReadEntryNode").result;
    assert!(result["properties"]["name"].get("maxLength").is_none(), "rows may be older than their rules");
}

crate::cases![
    every_rule_holds_in_every_way_in,
    what_keeps_the_rules_is_taken,
    all_that_is_wrong_is_told_at_once,
    lengths_and_ranges_are_kept_by_the_database_too,
    the_schemas_of_nodes_tell_the_rules,
];
