//! What a pull request's job asks: `check` and `lint`, as its user runs them, without a database.

use std::process::Command;

/// The exit code, and what was said.
fn run(arguments: &[&str]) -> (i32, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_enterprise-saas"));
    program
        .args(arguments)
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .env_remove("ENNEAD_SCRATCH");
    let output = program.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn models_tables_and_migrations_agree() {
    let (code, said) = run(&["check"]);
    assert_eq!(code, 0, "{said}");
    for part in [
        "ddl/postgres.sql",
        "ddl/sqlite.sql",
        "25 models are as 0001_initial left them",
        "SQLite, run in memory",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn the_migrations_are_safe() {
    assert_eq!(run(&["lint"]).0, 0);
}
