//! What is committed beside the models: their tables and their reference page.

use ennead::Dialect;

/// They are written by `cargo run -p agent-factory -- ddl --dialect D > ddl/D.sql`.
#[test]
fn the_committed_tables_are_the_models_own() {
    for (dialect, committed) in [
        (Dialect::Postgres, include_str!("../../ddl/postgres.sql")),
        (Dialect::Sqlite, include_str!("../../ddl/sqlite.sql")),
    ] {
        let wanted = agent_factory::schema().ddl(dialect).unwrap();
        assert!(wanted == committed, "ddl/{dialect}.sql is not what the models say: write it anew");
    }
}

/// It is written by `cargo run -p agent-factory -- docs --out examples/agent-factory/docs`.
#[test]
fn the_reference_page_is_the_models_own() {
    let page = ennead_cli::reference(&agent_factory::schema()).unwrap();
    let committed = include_str!("../../docs/data-model.md");
    assert!(page == committed, "docs/data-model.md is not what the models say: write it anew");
}
