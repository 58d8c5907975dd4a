use super::*;
use crate::snapshot::{Check, Column, ForeignKey, Name, PrimaryKey, Table};

fn table(name: &str, columns: &[&str]) -> Table {
    let mut table = Table::new(name);
    table.columns = columns.iter().map(|name| Column::new(*name, "bigint")).collect();
    table
}

fn snapshot(tables: Vec<Table>) -> Snapshot {
    Snapshot { tables, ..Snapshot::empty(Dialect::Postgres) }
}

fn kind(variants: &[&str]) -> EnumType {
    let variants = variants.iter().map(|value| (*value).to_owned()).collect();
    EnumType { name: "mood".to_owned(), variants, ..EnumType::default() }
}

#[test]
fn a_rename_is_followed_into_all_that_names_the_column() {
    let mut parent = table("parent", &["a"]);
    parent.primary_key =
        Some(PrimaryKey { name: "pk".to_owned(), columns: vec!["a".to_owned()], ..PrimaryKey::default() });
    parent.checks.push(Check { name: "ck".to_owned(), condition: "(a > 0)".to_owned(), ..Check::default() });
    let mut child = table("child", &["p"]);
    child.foreign_keys.push(ForeignKey {
        name: "fk".to_owned(),
        columns: vec!["p".to_owned()],
        parent: "parent".to_owned(),
        parent_columns: vec!["a".to_owned()],
        ..ForeignKey::default()
    });
    let before = snapshot(vec![child, parent]);
    let mut after = before.clone();
    let hint = Hints {
        tables: vec![(Name::new("parent"), Name::new("mother"))],
        columns: vec![ColumnHint { table: Name::new("mother"), from: "a".to_owned(), to: "b".to_owned() }],
        ..Hints::default()
    };
    after.tables[0].foreign_keys[0].parent = "mother".to_owned();
    after.tables[0].foreign_keys[0].parent_columns = vec!["b".to_owned()];
    let mother = &mut after.tables[1];
    mother.name = "mother".to_owned();
    mother.columns[0].name = "b".to_owned();
    mother.checks[0].condition = "(b > 0)".to_owned();
    mother.primary_key.as_mut().unwrap().columns = vec!["b".to_owned()];
    let there = diff(&before, &after, &hint);
    assert!(
        matches!(there.changes[..], [Change::RenameTable { .. }, Change::RenameColumn { .. }]),
        "{:?}",
        there.changes
    );
    let back = diff(&after, &before, &hint.reversed());
    assert!(matches!(back.changes[..], [Change::RenameTable { .. }, Change::RenameColumn { .. }]));
    // Without the hint it is another table, and said to look alike only where the columns do.
    let plain = diff(&before, &after, &Hints::default());
    assert!(plain.changes.iter().any(|change| matches!(change, Change::DropTable(_))));
}

#[test]
fn a_model_keeps_its_rename_for_ever_and_it_counts_once() {
    let before = snapshot(vec![table("old", &["a"])]);
    let mut renamed = table("new", &["a"]);
    renamed.renamed_from = Some("old".to_owned());
    let after = snapshot(vec![renamed]);
    for (one, other) in [(&before, &after), (&after, &before)] {
        let changes = diff(one, other, &Hints::default()).changes;
        assert!(matches!(changes[..], [Change::RenameTable { .. }]), "{changes:?}");
    }
    assert!(diff(&after, &after, &Hints::default()).is_empty());
}

#[test]
fn enumerations_grow_in_place_and_are_replaced_when_they_lose_or_shuffle() {
    let grown = additions(&kind(&["b", "d"]), &kind(&["a", "b", "c", "d", "e"])).unwrap();
    let told: Vec<String> = grown
        .into_iter()
        .map(|added| match added.place {
            None => added.value,
            Some(EnumPlace::Before(other)) => format!("{}<{other}", added.value),
            Some(EnumPlace::After(other)) => format!("{other}<{}", added.value),
        })
        .collect();
    assert_eq!(told, ["a<b", "b<c", "e"]);
    assert_eq!(additions(&kind(&["a", "b"]), &kind(&["b", "a"])), None);
    assert_eq!(additions(&kind(&["a", "b"]), &kind(&["a"])), None);
}

#[test]
fn a_constraint_under_another_name_is_renamed() {
    let mut before = table("t", &["a"]);
    before.checks.push(Check { name: "c1".to_owned(), condition: "(a > 0)".to_owned(), ..Check::default() });
    let mut after = before.clone();
    after.checks[0].name = "c2".to_owned();
    let changes = diff(&snapshot(vec![before]), &snapshot(vec![after]), &Hints::default()).changes;
    assert!(matches!(changes[..], [Change::RenameConstraint { .. }]), "{changes:?}");
}

#[test]
fn what_looks_renamed_is_told() {
    let before = snapshot(vec![table("t", &["a", "b"]), table("gone", &["x"])]);
    let after = snapshot(vec![table("t", &["a", "c"]), table("come", &["x"])]);
    let found = diff(&before, &after, &Hints::default()).candidates;
    assert_eq!(
        found,
        [
            Candidate::Table { from: Name::new("gone"), to: Name::new("come") },
            Candidate::Column(ColumnHint { table: Name::new("t"), from: "b".to_owned(), to: "c".to_owned() }),
        ]
    );
}

#[test]
fn what_is_unmodelled_and_differs_is_never_the_same() {
    let mut before = snapshot(Vec::new());
    before.unmodelled.push(Unmodelled {
        kind: "view".to_owned(),
        name: "v".to_owned(),
        definition: "SELECT 1".to_owned(),
    });
    let mut after = before.clone();
    assert!(diff(&before, &after, &Hints::default()).is_empty());
    after.unmodelled[0].definition = "SELECT 2".to_owned();
    let found = diff(&before, &after, &Hints::default());
    assert!(found.changes.is_empty() && !found.is_empty());
    assert_eq!(found.unmodelled.len(), 1);
}

#[test]
fn who_owns_a_table_is_told_apart() {
    let mut before = snapshot(Vec::new());
    for kind in ["owner", "grant", "default grant"] {
        let definition = "somebody".to_owned();
        before.unmodelled.push(Unmodelled { kind: kind.to_owned(), name: "t".to_owned(), definition });
    }
    for (from, to) in [(&before, &snapshot(Vec::new())), (&snapshot(Vec::new()), &before)] {
        let found = diff(from, to, &Hints::default());
        assert!(found.is_empty());
        assert_eq!(found.access.len(), 3);
    }
}

#[test]
fn a_name_that_goes_to_another_kind_of_thing_is_left_first() {
    let before = Snapshot { enums: vec![kind(&["a"])], ..Snapshot::empty(Dialect::Postgres) };
    let after = snapshot(vec![table("mood", &["id"])]);
    let there = diff(&before, &after, &Hints::default());
    assert!(
        matches!(&there.changes[..], [Change::RenameEnum { to, .. }, Change::DropEnum(gone), Change::CreateTable(_)]
            if *to == Name::new("ennead_aside_mood") && gone.full_name() == *to),
        "{:?}",
        there.changes
    );
    // The table that goes leaves its name to the enumeration that is renamed to it.
    let mut before = snapshot(vec![table("feeling", &["id"])]);
    before.enums.push(kind(&["a"]));
    let mut after = snapshot(Vec::new());
    after.enums.push(EnumType { name: "feeling".to_owned(), ..kind(&["a"]) });
    let hints = Hints { enums: vec![(Name::new("mood"), Name::new("feeling"))], ..Hints::default() };
    let there = diff(&before, &after, &hints);
    assert!(
        matches!(&there.changes[..], [Change::RenameTable { .. }, Change::RenameEnum { to, .. }, Change::DropTable(gone)]
            if *to == Name::new("feeling") && gone.full_name() == Name::new("ennead_aside_feeling")),
        "{:?}",
        there.changes
    );
}

#[test]
fn a_table_takes_the_name_of_a_key_that_goes() {
    let mut old = table("people", &["id"]);
    old.primary_key = Some(PrimaryKey {
        name: "users".to_owned(),
        columns: vec!["id".to_owned()],
        ..PrimaryKey::default()
    });
    let hints = Hints { tables: vec![(Name::new("people"), Name::new("users"))], ..Hints::default() };
    let there = diff(&snapshot(vec![old]), &snapshot(vec![table("users", &["id"])]), &hints);
    assert!(
        matches!(&there.changes[..], [Change::RenameConstraint { .. }, Change::RenameTable { .. }, Change::DropConstraint { constraint, .. }]
            if constraint.name() == "ennead_aside_users"),
        "{:?}",
        there.changes
    );
}
