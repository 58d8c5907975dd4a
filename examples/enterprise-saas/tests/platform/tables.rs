//! The tables that are committed under `ddl/`.

use ennead::Dialect;

/// They are written by `cargo run -p enterprise-saas -- ddl --dialect D > ddl/D.sql`.
#[test]
fn the_committed_tables_are_the_models_own() {
    for (dialect, committed) in [
        (Dialect::Postgres, include_str!("../../ddl/postgres.sql")),
        (Dialect::Sqlite, include_str!("../../ddl/sqlite.sql")),
    ] {
        let wanted = enterprise_saas::schema().ddl(dialect).unwrap();
        assert!(wanted == committed, "ddl/{dialect}.sql is not what the models say: write it anew");
    }
}
