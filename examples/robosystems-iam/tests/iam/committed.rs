//! What is committed beside the models: their migrations and their reference page; `check` is asked about the tables.

use ennead::migrate::{DraftOptions, Migrations};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_migrations_come_to_the_models() {
    let migrations = Migrations::read(format!("{ROOT}/migrations")).unwrap();
    assert_eq!(migrations.all().len(), 2);
    let next = migrations.draft(&robosystems_iam::schema(), "next", &DraftOptions::default()).unwrap();
    assert!(next.is_empty(), "`migrate new` would write something");
    let embedded = robosystems_iam::migrations::all().unwrap();
    assert_eq!(embedded.head().unwrap().checksum(), migrations.head().unwrap().checksum());
}

/// It is written by `cargo run -p robosystems-iam -- docs --out examples/robosystems-iam/docs`.
#[test]
fn the_reference_page_is_the_models_own() {
    let page = ennead_cli::reference(&robosystems_iam::schema()).unwrap();
    let committed = include_str!("../../docs/data-model.md");
    assert!(page == committed, "docs/data-model.md is not what the models say: write it anew");
}
