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
        "26 models are as 0001_initial left them",
        "SQLite, run in memory",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn the_migrations_are_safe() {
    assert_eq!(run(&["lint"]).0, 0);
}

/// What watches the writes of the program watches the nodes that its command line runs.
#[test]
fn limits_hold_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("platform.db").display());
    assert_eq!(run(&["migrate", "up", "--database", &database]).0, 0);
    let user = r#"{"data": {"email": "jo@acme.example", "name": "Jo", "role": "viewer"}}"#;
    let create = ["run", "CreateUserNode", "--params", user, "--tenant", "acme", "--database", &database];
    let (code, said) = run(&create);
    assert_eq!((code, said.contains("the organization has no subscription")), (1, true), "{said}");
}

/// The second run says what is the matter, and leaves what is there.
#[test]
fn the_life_wants_a_database_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("life.db").display());
    let (code, said) = run(&["--database", &database]);
    assert!(code == 0 && said.starts_with("Sign-up\n") && !said.contains("error"), "{said}");
    let count = ["run", "CountUserNode", "--across-tenants", "a test", "--database", &database];
    let before = run(&count);
    assert_eq!(before, (0, "{\n  \"count\": 8\n}\n".to_owned()));
    let (code, said) = run(&["--database", &database]);
    let told = "error: the organization acme is in this database already, and the life begins with its sign-up: name a new database\n";
    assert_eq!((code, said.as_str()), (1, told));
    assert_eq!(run(&count), before);
}
