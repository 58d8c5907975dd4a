//! The commands of the README, as their user runs them.

use std::path::Path;
use std::process::Command;

/// The exit code, and what was said.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_robosystems-iam"));
    program
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_MANIFEST_DIR", folder)
        .env_remove("ENNEAD_SCRATCH")
        .env_remove("DATABASE_URL");
    let output = program.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[track_caller]
fn done(folder: &Path, arguments: &[&str]) -> String {
    let (code, said) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {said}");
    said
}

#[test]
fn models_tables_and_migrations_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let said = done(root, &["check"]);
    for part in [
        "ddl/postgres.sql",
        "ddl/sqlite.sql",
        "17 models are as 0002_add_user_locale left them",
        "SQLite, run in memory",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    done(root, &["lint"]);
}

/// The workflow of a change: generate, review, apply, look, go back, on the default database.
#[test]
fn a_migration_is_made_applied_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let generated = done(folder, &["migrate", "new", "-m", "initial"]);
    assert!(generated.contains("migrations/0001_initial"), "{generated}");
    assert!(folder.join("migrations/0001_initial/postgres.up.sql").is_file());
    let planned = done(folder, &["migrate", "up", "--dry-run"]);
    assert!(planned.contains("CREATE TABLE \"users\""), "{planned}");
    done(folder, &["migrate", "up"]);
    assert!(done(folder, &["migrate", "status"]).contains("0001_initial"));
    assert!(done(folder, &["run", "CountUserNode", "--params", "{}"]).contains("\"count\": 0"));
    done(folder, &["migrate", "verify"]);
    done(folder, &["migrate", "down", "1"]);
    let (code, said) = run(folder, &["run", "CountUserNode", "--params", "{}"]);
    assert_eq!(code, 1, "the table is gone: {said}");
    // Nothing has changed since: there is no second migration.
    done(folder, &["migrate", "new", "-m", "nothing"]);
    assert_eq!(std::fs::read_dir(folder.join("migrations")).unwrap().count(), 2, "the folder and mod.rs");
}
