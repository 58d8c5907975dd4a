//! The whole text, as it is committed and reviewed.

use ennead_core::Dialect;
use ennead_core::snapshot::Snapshot;
use ennead_sql::ddl;

use crate::models::ALL;

fn snapshot(dialect: Dialect) -> Snapshot {
    ddl::snapshot(&ALL, dialect).unwrap()
}

#[test]
fn postgres() {
    insta::assert_snapshot!(ddl::text(&snapshot(Dialect::Postgres)));
}

#[test]
fn sqlite() {
    insta::assert_snapshot!(ddl::text(&snapshot(Dialect::Sqlite)));
}

#[test]
fn a_snapshot_comes_back_from_json() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let made = snapshot(dialect);
        let json = serde_json::to_string_pretty(&made).unwrap();
        assert_eq!(serde_json::from_str::<Snapshot>(&json).unwrap(), made);
    }
}

#[test]
fn the_order_of_the_models_does_not_matter() {
    let mut models = ALL;
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let text = ddl::text(&snapshot(dialect));
        for _ in 0..models.len() {
            models.rotate_left(1);
            assert_eq!(ddl::text(&ddl::snapshot(&models, dialect).unwrap()), text);
        }
        models.reverse();
        assert_eq!(ddl::text(&ddl::snapshot(&models, dialect).unwrap()), text);
    }
}
