use ennead_core::snapshot::{Deferrable, Identity, IndexTarget, ReferentialAction};

use super::{SchemaRow, sqlite};

fn row(kind: &str, name: &str, table: &str, sql: &str) -> SchemaRow {
    SchemaRow {
        kind: kind.to_owned(),
        name: name.to_owned(),
        tbl_name: table.to_owned(),
        sql: Some(sql.to_owned()),
    }
}

fn table(sql: &str) -> Option<ennead_core::snapshot::Table> {
    sqlite(&[row("table", "t", "t", sql)]).tables.pop()
}

#[test]
fn a_table_is_read_with_all_that_pragmas_do_not_tell() {
    let t = table(
        "CREATE TABLE t (
            id INTEGER PRIMARY KEY AUTOINCREMENT, -- counted
            [a b] VARCHAR(20) NOT NULL DEFAULT 'it''s' COLLATE NOCASE UNIQUE,
            n decimal(10, 2) DEFAULT -1.5 CONSTRAINT positive CHECK (n > 0 /* or not */ OR n IS NULL),
            p INTEGER REFERENCES other (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
            g TEXT GENERATED ALWAYS AS (upper(\"a b\")) STORED,
            v AS (n * 2),
            x,
            CONSTRAINT both UNIQUE (n, p)
            FOREIGN KEY (n, p) REFERENCES two ON UPDATE CASCADE
        ) STRICT, WITHOUT ROWID",
    )
    .unwrap();
    assert_eq!(t.columns.len(), 7);
    assert_eq!(t.columns[0].identity, Some(Identity::Autoincrement));
    let text = &t.columns[1];
    assert_eq!((text.name.as_str(), text.data_type.as_str(), text.nullable), ("a b", "VARCHAR(20)", false));
    assert_eq!(text.default.as_deref(), Some("'it''s'"));
    assert_eq!(text.collation.as_deref(), Some("NOCASE"));
    assert_eq!(t.columns[2].data_type, "decimal(10, 2)");
    assert_eq!(t.columns[2].default.as_deref(), Some("-1.5"));
    assert_eq!(t.checks[0].name, "positive");
    assert_eq!(t.checks[0].condition, "n > 0 OR n IS NULL");
    assert_eq!(t.foreign_keys[0].deferrable, Deferrable::InitiallyDeferred);
    assert_eq!(t.foreign_keys[0].on_delete, ReferentialAction::SetNull);
    assert_eq!(t.foreign_keys[1].parent_columns, Vec::<String>::new());
    assert!(t.columns[4].generated.as_ref().unwrap().stored);
    assert!(!t.columns[5].generated.as_ref().unwrap().stored);
    assert_eq!(t.columns[6].data_type, "");
    assert_eq!(t.uniques.len(), 2);
    assert!(t.strict && t.without_rowid);
}

#[test]
fn what_is_not_described_is_named() {
    for sql in [
        "CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)",
        "CREATE TABLE t (a, PRIMARY KEY (a COLLATE NOCASE))",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
    ] {
        let found = sqlite(&[row("table", "t", "t", sql)]);
        assert!(found.tables.is_empty(), "{sql}");
        assert_eq!(found.unmodelled[0].definition, sql);
    }
}

#[test]
fn indexes_and_triggers_belong_to_their_tables() {
    let found = sqlite(&[
        row("table", "t", "t", "CREATE TABLE t (a, b)"),
        row(
            "index",
            "i",
            "T",
            "CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE DESC, (lower(b)), b) WHERE a > 0",
        ),
        row("trigger", "r", "t", "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END"),
        row("view", "v", "v", "CREATE VIEW v AS SELECT 1"),
    ]);
    let index = &found.tables[0].indexes[0];
    assert!(index.unique);
    assert_eq!(index.condition.as_deref(), Some("a > 0"));
    assert_eq!(index.parts[0].target, IndexTarget::Column("a".to_owned()));
    assert_eq!(index.parts[0].collation.as_deref(), Some("NOCASE"));
    assert!(index.parts[0].descending);
    assert_eq!(index.parts[1].target, IndexTarget::Expression("lower(b)".to_owned()));
    assert_eq!(found.tables[0].triggers.len(), 1);
    assert_eq!(found.views.len(), 1);
    assert!(found.unmodelled.is_empty());
}
