//! SQLite, from the statements that it would keep.

use ennead_core::diff::{ColumnHint, Hints};
use ennead_core::snapshot::{Name, Snapshot};
use ennead_sql::ddl::read::{self, SchemaRow};
use ennead_sql::ddl::{Fill, PlanOptions};

use crate::both;

/// Statements, one a line; the name is the third word, the table of an index or trigger the word behind ON.
fn snapshot(statements: &[&str]) -> Snapshot {
    let row = |sql: &&str| {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let kind = words[1].to_lowercase();
        let on = words.iter().position(|word| *word == "ON").map_or(words[2], |at| words[at + 1]);
        SchemaRow { kind, name: words[2].to_owned(), tbl_name: on.to_owned(), sql: Some((*sql).to_owned()) }
    };
    let read = read::sqlite(&statements.iter().map(row).collect::<Vec<_>>());
    assert_eq!(read.unmodelled, []);
    read
}

const PARENT: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)";
const CHILD: &str = "CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE)";

#[test]
fn every_kind_of_change() {
    let pairs: &[(&str, &[&str], &[&str])] = &[
        ("tables", &[], &[PARENT, CHILD]),
        (
            "a column that ALTER TABLE adds",
            &["CREATE TABLE t (a)"],
            &["CREATE TABLE t (a, b TEXT NOT NULL DEFAULT 'x')"],
        ),
        (
            "a column that it does not add",
            &["CREATE TABLE t (a)"],
            &["CREATE TABLE t (a, b TEXT DEFAULT (lower('x')))"],
        ),
        (
            "a parent that is built anew",
            &[PARENT, CHILD, "CREATE INDEX i ON p (a)", "CREATE VIEW v AS SELECT a FROM p"],
            &[
                "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL, CHECK (a <> ''))",
                CHILD,
                "CREATE INDEX i ON p (a)",
                "CREATE VIEW v AS SELECT a FROM p",
            ],
        ),
        (
            "an index and a trigger",
            &["CREATE TABLE t (a)"],
            &[
                "CREATE TABLE t (a)",
                "CREATE INDEX i ON t (a DESC) WHERE a > 0",
                "CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END",
            ],
        ),
        (
            "options",
            &["CREATE TABLE t (a INTEGER PRIMARY KEY)"],
            &["CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT"],
        ),
        (
            "a table that takes the name of an index",
            &["CREATE TABLE t (a)", "CREATE INDEX u ON t (a)"],
            &["CREATE TABLE t (a TEXT)", "CREATE TABLE u (b)"],
        ),
        ("all columns others", &["CREATE TABLE t (a)"], &["CREATE TABLE t (b)"]),
    ];
    let plans: Vec<String> = pairs
        .iter()
        .map(|(title, before, after)| {
            let (before, after) = (snapshot(before), snapshot(after));
            both(title, &before, &after, &Hints::default(), &PlanOptions::default())
        })
        .collect();
    insta::assert_snapshot!(plans.join("\n"));
}

#[test]
fn a_fill_and_a_rename() {
    let (before, after) = (
        snapshot(&["CREATE TABLE t (a TEXT, x)"]),
        snapshot(&["CREATE TABLE u (b TEXT NOT NULL, x, c NOT NULL)"]),
    );
    let hints = Hints {
        tables: vec![(Name::new("t"), Name::new("u"))],
        columns: vec![ColumnHint { table: Name::new("u"), from: "a".to_owned(), to: "b".to_owned() }],
        ..Hints::default()
    };
    let fill = |column: &str, value: &str| Fill {
        table: Name::new("u"),
        column: column.to_owned(),
        value: value.to_owned(),
    };
    let options = PlanOptions { online: false, fills: vec![fill("b", "'none'"), fill("c", "0")] };
    insta::assert_snapshot!(both("renames", &before, &after, &hints, &options));
}
