//! The cases, one snapshot each.

use ennead::prelude::*;
use serde_json::json;

use crate::notes::{schema, with_boards};
use crate::transcript::Transcript;

/// A case: its name, and what runs it.
pub(crate) type Case = (&'static str, fn());

/// All of them.
pub(crate) const CASES: &[Case] = &[
    ("help_has_examples", help_has_examples),
    ("nodes_are_listed_and_shown", nodes_are_listed_and_shown),
    ("a_node_runs_on_sqlite", a_node_runs_on_sqlite),
    ("a_node_runs_on_postgres", a_node_runs_on_postgres),
    ("bad_parameters_are_told", bad_parameters_are_told),
    ("bad_scopes_and_databases_are_told", bad_scopes_and_databases_are_told),
    ("wrong_usage_ends_with_1", wrong_usage_ends_with_1),
    ("ddl_is_the_schemas_own", ddl_is_the_schemas_own),
    ("references_are_verified", references_are_verified),
    ("docs_are_written", docs_are_written),
    ("completions_name_the_program", completions_name_the_program),
];

#[macro_export]
macro_rules! snapshot {
    ($name:literal, $transcript:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, $transcript.text())
        })
    };
}

fn help_has_examples() {
    let mut notes = Transcript::new();
    notes.run(&["--help"]).run(&["nodes", "--help"]).run(&["run", "--help"]).run(&["ddl", "--help"]);
    notes.run(&["check", "--help"]).run(&["diff", "--help"]).run(&["lint", "--help"]).bare(&["--help"]);
    notes.run(&["completions", "--help"]).run(&["docs", "--help"]);
    snapshot!("help", notes);
}

fn nodes_are_listed_and_shown() {
    let mut notes = Transcript::new();
    notes.run(&["nodes"]).run(&["nodes", "DeleteNoteNode"]).run(&["nodes", "NoteDeleteNode"]);
    notes.run(&["nodes", "DeleteNotNode"]).run(&["nodes", ""]).run(&["nodes", "--format", "xml"]);
    snapshot!("nodes", notes);
    let all = schema().nodes();
    let mut listed = Transcript::new();
    listed.run(&["nodes", "--format", "json"]);
    let text = listed.text().split_once('\n').unwrap().1;
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(json.as_array().unwrap().len(), all.len());
    assert_eq!(json[0]["parameters"], all[0].parameters);
}

/// Creates the tables and a tenant.
fn set_up(url: &str) {
    set_up_with(&schema(), url);
}

fn set_up_with(schema: &Schema, url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = Db::connect(url).await.unwrap();
        schema.create(&db).await.unwrap();
        for id in ["acme", "globex"] {
            let data = json!({ "data": { "id": id, "name": id } });
            let node = schema.node("CreateOrganizationNode").unwrap();
            node.run(&db.across_tenants("set-up"), data).await.unwrap();
        }
        db.close().await;
    });
}

/// The same on both databases.
fn a_node_runs(mut notes: Transcript) -> Transcript {
    notes.file("note.json", r#"{"data": {"id": "note-2", "title": "Second", "secret": "canary"}}"#);
    let first = r#"{"data": {"id": "note-1", "title": "First", "secret": "canary"}}"#;
    notes.run(&["run", "CreateNoteNode", "--tenant", "acme", "--params", first]);
    notes.run(&["run", "CreateNoteNode", "--tenant", "acme", "--params", "@note.json"]);
    let filter = r#"{"filter": {"title": {"$starts_with": "S"}}}"#;
    notes.fed(filter, &["run", "NoteCountNode", "--tenant", "acme", "--params", "-"]);
    notes.run(&["run", "ListNoteNode", "--tenant", "acme", "--params", r#"{"order_by": "-title"}"#]);
    notes.run(&["run", "ListNoteNode", "--tenant", "globex"]);
    notes.run(&["run", "CountNoteNode", "--across-tenants", "how many there are"]);
    notes.run(&["run", "CreatePlanNode", "--params", r#"{"id": "free", "price": 0}"#]);
    notes.run(&["run", "ReadPlanNode", "--tenant", "acme", "--params", r#"{"id": "free"}"#]);
    let taken = r#"{"title": "First", "secret": "canary"}"#;
    notes.run(&["run", "CreateNoteNode", "--tenant", "acme", "--params", taken]);
    notes.run(&["run", "ReadNoteNode", "--tenant", "globex", "--params", r#"{"id": "note-1"}"#]);
    let other = r#"{"filter": {"organization_id": "globex"}}"#;
    notes.run(&["run", "ListNoteNode", "--tenant", "acme", "--params", other]);
    notes
}

fn a_node_runs_on_sqlite() {
    let notes = Transcript::new();
    let url = format!("sqlite://{}", notes.folder().join("notes.db").display());
    set_up(&url);
    snapshot!("run", a_node_runs(notes.database(&url)));
}

fn references_are_verified() {
    let mut notes = Transcript::new();
    let url = format!("sqlite://{}", notes.folder().join("boards.db").display());
    set_up_with(&with_boards(), &url);
    notes = notes.database(&url);
    notes.add_boards();
    let note = |id: &str| format!(r#"{{"data": {{"id": "{id}", "title": "{id}", "secret": "canary"}}}}"#);
    notes.run(&["run", "CreateNoteNode", "--tenant", "acme", "--params", &note("note-1")]);
    notes.run(&["run", "CreateNoteNode", "--tenant", "acme", "--params", &note("note-2")]);
    let board = r#"{"id": "all", "note_ids": ["note-1", "note-2"], "kind": "note", "about": "note-1"}"#;
    notes.run(&["run", "CreateBoardNode", "--tenant", "acme", "--params", board]);
    notes.run(&["run", "CreateBoardNode", "--tenant", "globex", "--params", board]);
    notes.run(&["verify"]);
    notes.run(&["run", "DeleteNoteNode", "--tenant", "acme", "--params", r#"{"id": "note-1"}"#]);
    notes.run(&["verify"]).run(&["verify", "--tenant", "globex"]).run(&["verify", "--format", "json"]);
    notes.run(&["verify", "--help"]);
    snapshot!("verify", notes);
    let page = ennead_cli::reference(&with_boards()).unwrap();
    for sentence in [
        "A list of keys of [`notes`](#notes).",
        "References what `kind` tells: [`notes`](#notes) by `note`, nothing by `free`.",
    ] {
        assert!(page.contains(sentence), "{page}");
    }
}

/// Needs a server: `cargo xtask pg -- cargo test -p ennead-cli`. Without one there is nothing to run it on.
fn a_node_runs_on_postgres() {
    let Ok(server) = std::env::var("ENNEAD_TEST_POSTGRES") else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let name = format!("notes_{}", std::process::id());
    let admin = |sql: String| {
        runtime.block_on(async {
            let db = Db::connect(&server).await.unwrap();
            db.across_tenants("a database for the test").execute(&sql).await.unwrap();
            db.close().await;
        });
    };
    admin(format!("CREATE DATABASE {name}"));
    let (base, query) = server.split_once('?').unwrap_or((&server, ""));
    let url = format!("{}/{name}?{query}", base.rsplit_once('/').unwrap().0);
    set_up(&url);
    snapshot!("run", a_node_runs(Transcript::new().database(&url)));
    admin(format!("DROP DATABASE {name} WITH (FORCE)"));
}

fn bad_parameters_are_told() {
    // Nothing of this reaches a database; the one that is named cannot be opened.
    let mut notes = Transcript::new().database("sqlite://no/such/folder.db");
    let scope = ["--tenant", "acme", "--params"];
    for params in ["{", "", "{\"id\": 1, \"id\": 2}", "@missing.json", "@"] {
        notes.run(&[&["run", "ReadNoteNode"], &scope[..], &[params]].concat());
    }
    notes.fed("nonsense", &[&["run", "ReadNoteNode"], &scope[..], &["-"]].concat());
    snapshot!("bad_parameters", notes);

    let notes = Transcript::new();
    let url = format!("sqlite://{}", notes.folder().join("notes.db").display());
    set_up(&url);
    let mut notes = notes.database(&url);
    for (node, params) in [
        ("ReadNoteNode", "[]"),
        ("ReadNoteNode", "{}"),
        ("ReadNoteNode", r#"{"id": 1}"#),
        ("ListNoteNode", r#"{"filter": {"titel": "x"}}"#),
        ("ListNoteNode", r#"{"filter": {"title": {"$startswith": "x"}}}"#),
        ("ListNoteNode", r#"{"filters": {}}"#),
        ("ListNoteNode", r#"{"limit": -1}"#),
        ("ListNoteNode", r#"{"filter": {"secret": "x"}}"#),
        ("CreateNoteNode", r#"{"title": "x"}"#),
        ("BulkDeleteNoteNode", "{}"),
        ("CreateOrganizationNode", r#"{"name": "x"}"#),
        ("CreatePlanNode", r#"{"id": "x", "price": "1"}"#),
    ] {
        notes.run(&[&["run", node], &scope[..], &[params]].concat());
    }
    snapshot!("refused", notes);
}

fn bad_scopes_and_databases_are_told() {
    let mut notes = Transcript::new();
    notes.run(&["run", "ListNoteNode"]);
    notes.run(&["run", "ListNoteNode", "--tenant", "acme", "--across-tenants", "why"]);
    notes.run(&["run", "ListNoteNode", "--tenant", "acme"]);
    notes.run(&["run", "ListNoteNode", "--tenant", "acme", "--database", "mysql://host/db"]);
    notes.run(&["run", "ListNoteNode", "--tenant", "acme", "--database", "sqlite://no/such/folder/notes.db"]);
    notes.run(&[
        "run",
        "ListNoteNode",
        "--tenant",
        "acme",
        "--database",
        "postgres://u:canary@127.0.0.1:1/db",
    ]);
    notes.run(&["run", "ListNoteNode", "--tenant", "acme", "--database", "sqlite://empty.db"]);
    notes.run(&["run", "ListNoteNode", "--tenant", "no tenant!", "--database", "sqlite://empty.db"]);
    notes.run(&["run", "ListNoteNode", "--tenant", "", "--database", "sqlite://empty.db"]);
    notes.run(&["run", "ListNoteNode", "--across-tenants", " ", "--database", "sqlite://empty.db"]);
    notes.run(&["run", "ListNotesNode", "--tenant", "acme"]);
    assert_eq!(notes.text().matches("canary").count(), 1, "no error shows the password: {}", notes.text());
    snapshot!("bad_scopes", notes);
}

fn wrong_usage_ends_with_1() {
    let mut notes = Transcript::new();
    notes.run(&[]).run(&["node"]).run(&["run"]).run(&["ddl", "--dialect", "mysql"]).run(&["nodes", "--all"]);
    snapshot!("wrong_usage", notes);
}

fn ddl_is_the_schemas_own() {
    let said = |arguments: &[&str]| {
        let mut notes = Transcript::new();
        notes.run(arguments);
        notes.text().split_once('\n').unwrap().1.trim_end().to_owned()
    };
    assert_eq!(said(&["ddl"]), schema().ddl(ennead::Dialect::Postgres).unwrap().trim_end());
    assert_eq!(
        said(&["ddl", "--dialect", "sqlite"]),
        schema().ddl(ennead::Dialect::Sqlite).unwrap().trim_end()
    );
    let rls = schema().ddl_with_row_security("web").unwrap();
    assert_eq!(said(&["ddl", "--profile", "rls", "--application-role", "web"]), rls.trim_end());
    let mut notes = Transcript::new();
    notes.run(&["ddl", "--profile", "rls", "--dialect", "sqlite"]);
    snapshot!("ddl", notes);
}

fn docs_are_written() {
    let mut notes = Transcript::new();
    notes.file("taken", "");
    notes.run(&["docs", "--out", "pages/reference"]).run(&["docs", "--out", "taken"]).run(&["docs", "now"]);
    let page = std::fs::read_to_string(notes.folder().join("pages/reference/data-model.md")).unwrap();
    assert_eq!(page, ennead_cli::reference(&schema()).unwrap());
    assert!(page.contains("| `title` | `text` | `TEXT` | no |  | Unique within the tenant. |"), "{page}");
    snapshot!("docs", notes);
    let mut piped = Transcript::new();
    assert_eq!(piped.run(&["docs"]).text().split_once('\n').unwrap().1.trim_end(), page.trim_end());
}

fn completions_name_the_program() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let mut notes = Transcript::new();
        notes.run(&["completions", shell]);
        let text = notes.text();
        assert!(text.contains("notes") && text.contains("across-tenants"), "{shell}: {text}");
        assert!(!text.contains("\n! "), "{shell}: {text}");
    }
    let mut notes = Transcript::new();
    notes.run(&["completions", "tcsh"]);
    snapshot!("completions", notes);
}
