//! What a pull request's job asks: `check` and `lint`, as its user runs them.

use std::process::Command;

/// The exit code, and what was said.
fn run(arguments: &[&str]) -> (i32, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_agent-factory"));
    program
        .args(arguments)
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .env_remove("ENNEAD_SCRATCH");
    let output = program.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// The edited files of SQLite are run in memory; what those of Postgres do, Postgres alone knows.
#[test]
fn all_agree_as_far_as_can_be_known_offline() {
    let (code, said) = run(&["check"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("12 models are as 0002_the_documented_tables left them"), "{said}");
    assert!(said.contains("2 migrations make what the snapshots say (SQLite"), "{said}");
    assert_eq!(said.matches("unverified: ").count(), 2, "{said}");
}

/// Needs a server: `cargo xtask pg -- cargo test -p agent-factory`. Without one there is nothing to run on.
#[test]
fn all_agree_on_postgres() {
    let Ok(server) = std::env::var("ENNEAD_TEST_POSTGRES") else { return };
    let (code, said) = run(&["check", "--scratch", &server]);
    assert_eq!((code, said.contains("unverified")), (0, false), "{said}");
}

#[test]
fn what_is_dangerous_is_allowed_with_a_reason() {
    let (code, said) = run(&["lint"]);
    assert_eq!(code, 0, "{said}");
    for rule in ["[drop-column]", "[delete-rows]", "[rename-column]", "[table-rewrite]"] {
        assert!(said.contains(rule), "{rule}: {said}");
    }
}
