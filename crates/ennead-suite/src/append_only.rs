//! `#[model(append_only)]`: rows are created and read. What is refused by type is shown by the cases of `tests/compile/ui`; here,
//! by name, by the executor, and by the database itself.

use ennead::migrate::{self, Fill, Hints, Name, PlanOptions};
use ennead::prelude::*;
use ennead::{ErrorKind, MutableModel, RemovableModel};
use serde_json::json;

use crate::{Bed, Kind};

#[model(tenant_root, table = "firms")]
pub struct Firm {
    #[key(assigned)]
    pub id: String,
}

#[model(table = "events", append_only)]
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    #[references(Firm, on_delete = restrict)]
    pub firm_id: String,
    #[unique]
    pub number: i64,
    pub what: String,
    #[references(Event, name = cause, inverse = effects)]
    pub cause_id: Option<String>,
}

/// A row that belongs to its event, and may go.
#[model(table = "event_notes", no_hard_delete)]
#[derive(Debug)]
pub struct EventNote {
    #[key]
    pub id: String,
    #[tenant]
    pub firm_id: String,
    #[references(Event)]
    pub event_id: String,
}

/// What somebody might write by hand to come past the types.
impl MutableModel for Event {}
impl ennead::DeletableModel for Event {}
impl RemovableModel for Event {}
impl ennead::DeletableModel for EventNote {}

fn schema() -> Schema {
    ennead::schema![Firm, Event, EventNote]
}

fn event(id: &str, number: i64) -> NewEvent {
    NewEvent { id: id.into(), number, what: "secret".into() }
}

async fn open(bed: &Bed) -> (Db, Tenant) {
    let db = bed.db(&schema()).await;
    let across = db.across_tenants("set up");
    Firm::create(NewFirm { id: "acme".into() }).run(&across).await.unwrap();
    let acme = db.tenant("acme").unwrap();
    Event::bulk_create([event("a", 1), event("b", 2)]).run(&acme).await.unwrap();
    (db, acme)
}

async fn all(acme: &Tenant) -> Vec<Event> {
    Event::list().order_by(Event::ID.asc()).run(acme).await.unwrap()
}

fn is_refused(error: &Error) {
    assert!(error.is_forbidden(), "{error:?}");
    assert_eq!((error.http_status(), error.model()), (403, Some("Event")));
    assert!(error.to_string().contains("append-only"), "{error}");
}

async fn rows_are_created_and_read(bed: Bed) {
    let (_, acme) = open(&bed).await;
    let mut effect = Event::create(event("c", 3)).set(Event::CAUSE_ID, "a").run(&acme).await.unwrap();
    assert_eq!(Event::read("c").run(&acme).await.unwrap(), effect);
    let again = || Event::create(event("d", 3)).on_conflict(Event::NUMBER);
    assert_eq!(again().ignore().run(&acme).await.unwrap(), None);
    let left = Event::bulk_create([event("e", 3), event("f", 4)]).on_conflict(Event::NUMBER).ignore();
    assert_eq!(left.run(&acme).await.unwrap().affected, 1);
    effect.id = "g".into();
    assert!(Event::bulk_create([effect]).run(&acme).await.unwrap_err().is_unique_violation());
    assert_eq!(all(&acme).await.iter().map(|event| event.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

async fn the_executor_refuses_whatever_the_types_let_through(bed: Bed) {
    let (db, acme) = open(&bed).await;
    let (before, across) = (all(&acme).await, db.across_tenants("to try"));
    is_refused(&Event::update("a").set(Event::WHAT, "x").run(&acme).await.unwrap_err());
    is_refused(&Event::update("nobody").set(Event::WHAT, "x").run(&acme).await.unwrap_err());
    is_refused(&Event::bulk_update().all_rows().set(Event::WHAT, "x").run(&across).await.unwrap_err());
    let each = [Event::update("a").set(Event::WHAT, "x")];
    is_refused(&Event::bulk_update_each(each).run(&acme).await.unwrap_err());
    is_refused(&Event::delete("a").run(&acme).await.unwrap_err());
    is_refused(&Event::delete("a").hard().run(&acme).await.unwrap_err());
    is_refused(&Event::bulk_delete().keys(["a"]).run(&acme).await.unwrap_err());
    is_refused(&Event::bulk_delete().all_rows().run(&across).await.unwrap_err());
    let upsert = Event::create(event("z", 1)).on_conflict(Event::NUMBER).update(Event::WHAT);
    is_refused(&upsert.run(&acme).await.unwrap_err());
    let upsert = Event::bulk_create([event("z", 9)]).on_conflict(Event::NUMBER).update(Event::WHAT);
    is_refused(&upsert.run(&acme).await.unwrap_err());
    let gone = acme.transaction(async |tx| Event::bulk_delete().all_rows().run(tx).await).await;
    is_refused(&gone.unwrap_err());
    assert!(Event::restore("a").run(&acme).await.unwrap_err().is_invalid_input(), "nothing to restore");
    assert_eq!(all(&acme).await, before);
}

async fn there_are_no_nodes_that_would_change_or_delete(bed: Bed) {
    let (_, acme) = open(&bed).await;
    let schema = schema();
    let told: Vec<String> =
        schema.nodes().into_iter().filter(|node| node.model == "Event").map(|node| node.name).collect();
    let names = ["Create", "Read", "List", "BulkCreate", "Count", "Upsert"];
    assert_eq!(told, names.map(|name| format!("{name}EventNode")));
    for name in [
        "UpdateEventNode",
        "EventUpdateNode",
        "DeleteEventNode",
        "BulkUpdateEventNode",
        "BulkDeleteEventNode",
    ] {
        is_refused(&schema.node(name).unwrap_err());
    }
    let data = json!({ "id": "c", "number": 1, "what": "x" });
    let upsert = schema.node("UpsertEventNode").unwrap();
    let update = json!({ "data": data, "on_conflict": { "on": "number", "update": ["what"] } });
    is_refused(&upsert.run(&acme, update).await.unwrap_err());
    let ignored = json!({ "data": data, "on_conflict": { "on": "number", "ignore": true } });
    upsert.run(&acme, ignored).await.unwrap();
    assert_eq!(all(&acme).await.len(), 2);
    let told = serde_json::to_string(&upsert.describe().parameters).unwrap();
    assert!(!told.contains(r#""const":false"#), "its schema offers no update: {told}");
}

async fn the_database_refuses_its_owner_too(bed: Bed) {
    let (db, acme) = open(&bed).await;
    let (before, raw) = (all(&acme).await, db.across_tenants("raw SQL"));
    let insert = "INTO events (id, firm_id, number, what) VALUES ('a', 'acme', 1, 'x')";
    let mut statements = vec![
        "UPDATE events SET what = 'x' WHERE id = 'a'".to_owned(),
        "DELETE FROM events WHERE id = 'a'".to_owned(),
        "DELETE FROM events".to_owned(),
        format!("INSERT {insert} ON CONFLICT (firm_id, id) DO UPDATE SET what = excluded.what"),
    ];
    match bed.kind() {
        Kind::Sqlite => statements.push(format!("INSERT OR REPLACE {insert}")),
        _ => statements
            .extend(["TRUNCATE events CASCADE".to_owned(), "TRUNCATE events, event_notes".to_owned()]),
    }
    for sql in statements {
        let error = raw.execute(&sql).await.unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::Forbidden, 403), "{sql}: {error:?}");
        assert!(error.to_string().contains("append-only") && error.code().is_some(), "{sql}: {error:?}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
    let gone = Firm::delete("acme").run(&raw).await.unwrap_err();
    assert!(gone.is_foreign_key_violation(), "its events keep a firm: {gone:?}");
    assert_eq!(all(&acme).await, before);
}

async fn rows_without_a_hard_delete_stay(bed: Bed) {
    let (_, acme) = open(&bed).await;
    let note = EventNote::create(NewEventNote { event_id: "a".into() }).run(&acme).await.unwrap();
    for error in [
        EventNote::delete(&note.id).run(&acme).await.unwrap_err(),
        EventNote::bulk_delete().all_rows().run(&acme).await.unwrap_err(),
        schema().node("DeleteEventNoteNode").unwrap_err(),
        schema().node("BulkDeleteEventNoteNode").unwrap_err(),
    ] {
        assert!(error.is_forbidden() && error.to_string().contains("no_hard_delete"), "{error:?}");
    }
    assert_eq!(EventNote::count().run(&acme).await.unwrap(), 1);
}

mod earlier {
    use ennead::prelude::*;

    #[model(global, table = "entries", append_only)]
    pub struct Entry {
        #[key(assigned)]
        pub id: String,
        pub text: Option<String>,
    }
}

mod later {
    use ennead::prelude::*;

    #[model(global, table = "entries", append_only)]
    #[derive(Debug, PartialEq)]
    pub struct Entry {
        #[key(assigned)]
        pub id: String,
        pub text: String,
        pub length: i64,
    }
}

mod open_again {
    use ennead::prelude::*;

    #[model(global, table = "entries")]
    #[derive(Debug, PartialEq)]
    pub struct Entry {
        #[key(assigned)]
        pub id: String,
        pub text: Option<String>,
    }
}

async fn rows_are_filled_by_a_migration_that_needs_it(bed: Bed) {
    let (from, to) = (ennead::schema![earlier::Entry], ennead::schema![later::Entry]);
    let db = bed.db(&from).await;
    for id in ["a", "b"] {
        earlier::Entry::create(earlier::NewEntry { id: id.into() }).run(&db).await.unwrap();
    }
    let dialect = db.dialect();
    let fill = |column: &str, value: &str| Fill {
        table: Name::new("entries"),
        column: column.to_owned(),
        value: value.to_owned(),
    };
    for online in [false, true] {
        let fills = vec![fill("text", "'old'"), fill("length", "(SELECT count(*) FROM entries)")];
        let there = migrate::diff(
            &from.snapshot(dialect).unwrap(),
            &to.snapshot(dialect).unwrap(),
            &Hints::default(),
        );
        migrate::apply(&db, &migrate::plan(&there, &PlanOptions { online, fills })).await.unwrap();
        crate::live_schema::same(&to, &db).await;
        let rows = later::Entry::list().run(&db).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.text == "old" && row.length == 2), "{rows:?}");
        let error = db.across_tenants("raw SQL").execute("DELETE FROM entries").await.unwrap_err();
        assert!(error.is_forbidden(), "the trigger is back: {error:?}");
        let back = migrate::diff(
            &to.snapshot(dialect).unwrap(),
            &from.snapshot(dialect).unwrap(),
            &Hints::default(),
        );
        migrate::apply(&db, &migrate::plan(&back, &PlanOptions { online, fills: Vec::new() })).await.unwrap();
        crate::live_schema::same(&from, &db).await;
        let wanted = ennead::schema![open_again::Entry];
        wanted.sync(&db).await.unwrap();
        crate::live_schema::same(&wanted, &db).await;
        open_again::Entry::bulk_update()
            .all_rows()
            .set(open_again::Entry::TEXT, None)
            .run(&db)
            .await
            .unwrap();
        from.sync(&db).await.unwrap();
        crate::live_schema::same(&from, &db).await;
    }
}

async fn a_trigger_that_somebody_took_away_is_drift(bed: Bed) {
    let db = bed.db(&ennead::schema![earlier::Entry]).await;
    let (wanted, raw) = (ennead::schema![earlier::Entry], db.across_tenants("to spoil it"));
    let spoil: &[&str] = match bed.is_postgres() {
        true => &[
            "ALTER TABLE entries DISABLE TRIGGER ALL",
            "CREATE OR REPLACE FUNCTION ennead_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "DROP FUNCTION ennead_append_only() CASCADE",
        ],
        false => {
            &["DROP TRIGGER tr_entries_append_only_update", "DROP TRIGGER tr_entries_append_only_delete"]
        }
    };
    for sql in spoil {
        raw.execute(sql).await.unwrap();
        let (found, wanted) =
            (migrate::introspect(&db).await.unwrap(), wanted.normalised(&db).await.unwrap());
        assert!(!migrate::diff(&found, &wanted, &Hints::default()).is_empty(), "{sql}");
    }
    wanted.sync(&db).await.unwrap();
    crate::live_schema::same(&wanted, &db).await;
    let of_no_row = raw.execute("DELETE FROM entries").await;
    assert_eq!(
        of_no_row.is_err_and(|error| error.is_forbidden()),
        bed.is_postgres(),
        "SQLite asks for each row"
    );
}

crate::cases![
    rows_are_created_and_read,
    the_executor_refuses_whatever_the_types_let_through,
    there_are_no_nodes_that_would_change_or_delete,
    the_database_refuses_its_owner_too,
    rows_without_a_hard_delete_stay,
    rows_are_filled_by_a_migration_that_needs_it,
    a_trigger_that_somebody_took_away_is_drift,
];
