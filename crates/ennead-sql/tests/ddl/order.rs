//! The order of tables, and foreign keys that close a circle.

use ennead_core::Dialect;
use ennead_core::snapshot::{Column, Deferrable, ForeignKey, ReferentialAction, Snapshot, Table};
use ennead_sql::ddl;

/// Tables with foreign keys, from `child -> parent`, or `child => parent` for a deferrable one.
fn snapshot(dialect: Dialect, arrows: &[&str]) -> Snapshot {
    let mut snapshot = Snapshot::empty(dialect);
    for arrow in arrows {
        let words: Vec<&str> = arrow.split(' ').collect();
        for name in [words[0], words[2]] {
            if snapshot.table(name).is_none() {
                let mut table = Table::new(name);
                table.columns.push(Column::new("id", "bigint"));
                snapshot.tables.push(table);
            }
        }
        let table = snapshot.tables.iter_mut().find(|table| table.name == words[0]).unwrap();
        table.foreign_keys.push(ForeignKey {
            name: format!("fk_{}_{}", words[0], words[2]),
            columns: vec!["id".to_owned()],
            parent: words[2].to_owned(),
            parent_columns: vec!["id".to_owned()],
            on_delete: ReferentialAction::NoAction,
            on_delete_columns: Vec::new(),
            on_update: ReferentialAction::NoAction,
            deferrable: if words[1] == "=>" { Deferrable::InitiallyDeferred } else { Deferrable::No },
            ..ForeignKey::default()
        });
    }
    snapshot
}

/// `a b +fk` for two tables and a foreign key that is added behind them.
fn order(dialect: Dialect, arrows: &[&str]) -> String {
    let statements = ddl::create(&snapshot(dialect, arrows));
    let words: Vec<String> = statements
        .iter()
        .map(|statement| {
            let quoted: Vec<&str> = statement.split('"').collect();
            if statement.starts_with("CREATE TABLE") {
                quoted[1].to_owned()
            } else {
                format!("+{}", quoted[3])
            }
        })
        .collect();
    words.join(" ")
}

#[test]
fn parents_come_first() {
    let arrows = ["a -> b", "b -> c", "d -> a", "d -> c", "e -> e", "f -> e"];
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        assert_eq!(order(dialect, &arrows), "c b a d e f");
    }
}

#[test]
fn a_circle_begins_with_what_is_deferrable() {
    let arrows = ["a -> b", "b => a", "c -> a"];
    assert_eq!(order(Dialect::Postgres, &arrows), "b a c +fk_b_a");
    assert_eq!(order(Dialect::Sqlite, &arrows), "b a c");
}

#[test]
fn a_circle_is_broken_in_the_circle_only() {
    // `a` hangs behind the circle of `x` and `y`, and is the first of the three by name.
    assert_eq!(order(Dialect::Postgres, &["a -> x", "x -> y", "y -> x"]), "x a y +fk_x_y");
    // Two circles, one behind the other.
    let arrows = ["a -> b", "b -> a", "a -> z", "y -> z", "z -> y"];
    assert_eq!(order(Dialect::Postgres, &arrows), "y z a b +fk_y_z +fk_a_b");
}

#[test]
fn a_parent_that_is_not_there_is_left_to_the_database() {
    let mut snapshot = snapshot(Dialect::Postgres, &["a -> b"]);
    snapshot.tables.retain(|table| table.name == "a");
    assert_eq!(ddl::create(&snapshot).len(), 2);
}
