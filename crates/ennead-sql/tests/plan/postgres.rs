//! Postgres.

use ennead_core::Dialect;
use ennead_core::diff::{ColumnHint, Hints, diff};
use ennead_core::snapshot::{
    Check, Column, EnumType, ForeignKey, Generated, Identity, Index, IndexPart, IndexTarget, Name, Namespace,
    PrimaryKey, Sequence, SequenceOptions, Snapshot, Table, Unique,
};
use ennead_sql::ddl::{Fill, PlanOptions, plan};

use crate::both;

fn snapshot(tables: Vec<Table>) -> Snapshot {
    Snapshot { tables, ..Snapshot::empty(Dialect::Postgres) }
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// `name type`, and with `?` behind it takes NULL.
fn table(name: &str, columns: &[&str]) -> Table {
    let mut table = Table::new(name);
    for column in columns {
        let (name, data_type) = column.split_once(' ').unwrap();
        let mut column = Column::new(name, data_type.trim_end_matches('?'));
        column.nullable = data_type.ends_with('?');
        table.columns.push(column);
    }
    table
}

fn index(name: &str, column: &str) -> Index {
    let target = IndexTarget::Column(column.to_owned());
    let part = IndexPart { target, collation: None, opclass: None, descending: false, nulls: None };
    Index { name: name.to_owned(), parts: vec![part], ..Index::default() }
}

fn key(columns: &[&str]) -> Option<PrimaryKey> {
    Some(PrimaryKey { name: "pk".to_owned(), columns: texts(columns), ..PrimaryKey::default() })
}

fn unique(name: &str, columns: &[&str]) -> Unique {
    Unique { name: name.to_owned(), columns: texts(columns), ..Unique::default() }
}

fn reference(name: &str, column: &str, parent: &str, parent_column: &str) -> ForeignKey {
    ForeignKey {
        name: name.to_owned(),
        columns: texts(&[column]),
        parent: parent.to_owned(),
        parent_columns: texts(&[parent_column]),
        ..ForeignKey::default()
    }
}

fn check(condition: &str) -> Check {
    Check { name: "ck".to_owned(), condition: condition.to_owned(), ..Check::default() }
}

fn kind(variants: &[&str]) -> EnumType {
    EnumType { name: "mood".to_owned(), variants: texts(variants), ..EnumType::default() }
}

/// A pair of snapshots of one table that one change lies between.
fn pair(columns: &[&str], change: impl Fn(&mut Table)) -> (Snapshot, Snapshot) {
    let before = table("t", columns);
    let mut after = before.clone();
    change(&mut after);
    (snapshot(vec![before]), snapshot(vec![after]))
}

fn pairs() -> Vec<(&'static str, Snapshot, Snapshot)> {
    let mut all = Vec::new();
    let mut add = |title, (before, after): (Snapshot, Snapshot)| all.push((title, before, after));
    let mut full = table("t", &["id bigint", "parent bigint"]);
    full.primary_key = key(&["id"]);
    full.comment = Some("it's".to_owned());
    full.foreign_keys = vec![reference("fk", "parent", "p", "id")];
    full.indexes = vec![index("ix", "parent")];
    let mut parent = table("p", &["id bigint"]);
    parent.uniques = vec![unique("uq", &["id"])];
    parent.foreign_keys = vec![reference("back", "id", "t", "id")];
    add("tables in a circle", (snapshot(vec![]), snapshot(vec![parent, full])));
    add(
        "a column that takes NULL",
        pair(&["a bigint"], |t| t.columns.extend(table("", &["b text?"]).columns)),
    );
    add(
        "a column that takes none",
        pair(&["a bigint"], |t| t.columns.extend(table("", &["b text"]).columns)),
    );
    add("a generated column over one whose type changes", {
        let generated = |t: &mut Table| {
            let mut column = Column::new("g", "bigint");
            column.generated = Some(Generated { expression: "(a + 1)".to_owned(), stored: true });
            t.columns.push(column);
            t.indexes.push(index("ix", "g"));
        };
        let (mut before, mut after) = (table("t", &["a integer"]), table("t", &["a bigint"]));
        generated(&mut before);
        generated(&mut after);
        (snapshot(vec![before]), snapshot(vec![after]))
    });
    add("a type, with its default", {
        let (mut before, mut after) = (table("t", &["a text"]), table("t", &["a integer"]));
        before.columns[0].default = Some("'1'::text".to_owned());
        after.columns[0].default = Some("1".to_owned());
        (snapshot(vec![before]), snapshot(vec![after]))
    });
    add("NOT NULL", pair(&["a bigint?"], |t| t.columns[0].nullable = false));
    add("an identity", pair(&["a bigint"], |t| t.columns[0].identity = Some(Identity::Always)));
    add("the primary key, which another table leans on", {
        let mut child = table("c", &["a bigint"]);
        child.foreign_keys = vec![reference("fk", "a", "t", "a")];
        let mut before = table("t", &["a bigint", "b bigint"]);
        before.uniques = vec![unique("uq", &["a"])];
        let mut after = before.clone();
        after.uniques.clear();
        after.primary_key = key(&["a"]);
        (snapshot(vec![child.clone(), before]), snapshot(vec![child, after]))
    });
    add("a check", pair(&["a bigint"], |t| t.checks.push(check("(a > 0)"))));
    add("a unique", pair(&["a bigint"], |t| t.uniques.push(unique("uq", &["a"]))));
    add("an index", pair(&["a bigint"], |t| t.indexes.push(Index { unique: true, ..index("ix", "a") })));
    add("an index that is otherwise", {
        let mut before = table("t", &["a bigint"]);
        before.indexes = vec![index("ix", "a")];
        let mut after = before.clone();
        after.indexes[0].condition = Some("(a > 0)".to_owned());
        (snapshot(vec![before]), snapshot(vec![after]))
    });
    add("a foreign key", {
        let mut parent = table("p", &["id bigint"]);
        parent.primary_key = key(&["id"]);
        let before = table("t", &["a bigint"]);
        let mut after = before.clone();
        after.foreign_keys.push(reference("fk", "a", "p", "id"));
        (snapshot(vec![parent.clone(), before]), snapshot(vec![parent, after]))
    });
    add("a value of an enumeration, used at once; and back, a value less", {
        let mut before = snapshot(vec![table("t", &["a mood"])]);
        before.tables[0].columns[0].default = Some("'one'::mood".to_owned());
        before.tables[0].checks = vec![check("(a <> 'one'::mood)")];
        before.enums = vec![kind(&["one", "three"])];
        let mut after = before.clone();
        after.enums = vec![kind(&["one", "two", "three"])];
        after.tables[0].columns[0].default = Some("'two'::mood".to_owned());
        (before, after)
    });
    add("a sequence, its bounds and its owner", {
        let options = SequenceOptions::of_type("bigint");
        let sequence = Sequence {
            schema: None,
            name: "s".to_owned(),
            options: options.clone(),
            owned_by: None,
            unlogged: false,
            comment: None,
        };
        let mut before = snapshot(vec![table("t", &["a bigint"])]);
        before.sequences = vec![sequence.clone()];
        let mut after = before.clone();
        after.sequences[0].options = SequenceOptions { min: 10, start: 10, ..options };
        after.sequences[0].owned_by = Some((Name::new("t"), "a".to_owned()));
        (before, after)
    });
    add("a schema with a table", {
        let mut after = snapshot(vec![Table { schema: Some("s".to_owned()), ..table("t", &["a bigint"]) }]);
        after.schemas = vec![Namespace { name: "s".to_owned(), comment: Some("own".to_owned()) }];
        (snapshot(vec![]), after)
    });
    add(
        "comments and storage parameters",
        pair(&["a bigint"], |t| {
            t.comment = Some("t".to_owned());
            t.columns[0].comment = Some("a".to_owned());
            t.options = texts(&["fillfactor=70"]);
            t.unlogged = true;
        }),
    );
    all
}

fn text(options: &PlanOptions) -> String {
    let all = pairs();
    let plans: Vec<String> = all
        .iter()
        .map(|(title, before, after)| both(title, before, after, &Hints::default(), options))
        .collect();
    plans.join("\n")
}

#[test]
fn every_kind_of_change() {
    insta::assert_snapshot!(text(&PlanOptions::default()));
}

#[test]
fn beside_the_traffic() {
    let fill = Fill { table: Name::new("t"), column: "a".to_owned(), value: "0".to_owned() };
    insta::assert_snapshot!(text(&PlanOptions { online: true, fills: vec![fill] }));
}

/// A default takes no subquery.
#[test]
fn a_fill_that_asks_is_an_update() {
    let before = snapshot(vec![table("t", &["a bigint"])]);
    let after = snapshot(vec![table("t", &["a bigint", "b bigint"])]);
    let value = "(SELECT max(a) FROM u)".to_owned();
    let fill = Fill { table: Name::new("t"), column: "b".to_owned(), value };
    let options = PlanOptions { online: false, fills: vec![fill] };
    let steps = plan(&diff(&before, &after, &Hints::default()), &options);
    let sql: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
    assert_eq!(
        sql,
        [
            "ALTER TABLE \"t\" ADD COLUMN \"b\" bigint",
            "UPDATE \"t\" SET \"b\" = (SELECT max(a) FROM u) WHERE \"b\" IS NULL",
            "ALTER TABLE \"t\" ALTER COLUMN \"b\" SET NOT NULL",
        ]
    );
}

#[test]
fn renames_in_a_circle() {
    let before = snapshot(vec![table("t", &["a bigint", "b bigint"]), table("u", &["c bigint"])]);
    let after = snapshot(vec![table("t", &["c bigint"]), table("u", &["a bigint", "b bigint"])]);
    let column =
        |from: &str, to: &str| ColumnHint { table: Name::new("u"), from: from.to_owned(), to: to.to_owned() };
    let hints = Hints {
        tables: vec![(Name::new("t"), Name::new("u")), (Name::new("u"), Name::new("t"))],
        columns: vec![column("a", "b"), column("b", "a")],
        ..Hints::default()
    };
    insta::assert_snapshot!(both("renames", &before, &after, &hints, &PlanOptions::default()));
}
