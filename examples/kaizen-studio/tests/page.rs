//! The program as its user runs it: twice on one database, and with mistakes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is how a test fails, in its functions too")]

use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kaizen-studio"));
    program.args(arguments).current_dir(folder).env_remove("DATABASE_URL").output().unwrap()
}

fn page(folder: &Path) -> String {
    let output = run(folder, &[]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "");
    String::from_utf8(output.stdout).unwrap()
}

/// What a line of a section says.
#[track_caller]
fn said<'a>(page: &'a str, section: &str, name: &str) -> &'a str {
    let mut lines =
        page.lines().skip_while(|line| *line != section).skip(1).take_while(|line| !line.is_empty());
    let line = lines.find(|line| line.trim_start().starts_with(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("no `{name}` in `{section}`:\n{page}")).trim_start()[name.len()..].trim()
}

#[test]
fn two_runs_on_one_file_print_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (page(folder.path()), page(folder.path()));
    assert!(folder.path().join("kaizen-studio.db").is_file(), "the default is a file in the current folder");
    for page in [&first, &second] {
        let sections = page.lines().filter(|line| !line.is_empty() && !line.starts_with(' '));
        assert_eq!(
            sections.collect::<Vec<_>>(),
            [
                "Model definition",
                "Create",
                "Read",
                "List with filters",
                "Update",
                "Delete",
                "Multi-tenancy",
                "ID generation",
                "Timestamps",
                "Validation",
                "Error handling",
            ]
        );
        sections_hold(page);
        assert!(!page.contains("argon2"), "a password's hash is shown:\n{page}");
    }
    assert!(said(&first, "Multi-tenancy", "across tenants").starts_with("2 organizations"));
    assert!(said(&second, "Multi-tenancy", "across tenants").starts_with("4 organizations"));
}

#[test]
fn the_program_makes_its_organizations_anew_beside_the_page() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["--workflow"][..], &[], &["--workflow"], &[]] {
        let output = run(folder.path(), arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn sections_hold(page: &str) {
    assert!(said(page, "Model definition", "User").contains("organization_id, email, name"));
    assert!(said(page, "Create", "user").starts_with("user-123  John Doe <user@example.com>"));
    assert_eq!(said(page, "Create", "organization_id").len(), "org-".len() + 32);
    assert_eq!(said(page, "Read", "password"), "verified");
    assert_eq!(said(page, "Read", "another password"), "refused");
    assert_eq!(said(page, "List with filters", "count"), "4 active of 5");
    assert_eq!(said(page, "Update", "updated_at moved"), "true");
    assert_eq!(said(page, "Update", "created_at stayed"), "true");
    assert_eq!(said(page, "Delete", "user-123"), "deleted");
    assert_eq!(said(page, "Delete", "deleted again"), "User not found");
    assert!(said(page, "Multi-tenancy", "Acme").starts_with("users: 4, its own: "));
    assert_eq!(said(page, "Multi-tenancy", "Globex"), "users: 1, its own: owner@globex.example");
    assert!(said(page, "Multi-tenancy", "count, as SQL").contains(r#""organization_id" = "#));
    for what in ["read theirs", "update theirs", "delete theirs"] {
        assert_eq!(said(page, "Multi-tenancy", what), "User not found");
    }
    assert_eq!(said(page, "Multi-tenancy", "filter for theirs"), "0 rows");
    assert!(said(page, "Multi-tenancy", "refer to theirs").contains("fk_organizations_id_created_by"));
    assert!(
        said(page, "Multi-tenancy", "delete all rows")
            .starts_with("2 workspaces of Acme gone, Globex keeps its 2")
    );
    assert_eq!(said(page, "ID generation", "in order of time"), "true");
    let created = said(page, "Timestamps", "created_at");
    assert!(created.len() == "2026-11-21T00:00:00.000000Z".len() && created.ends_with('Z'), "{created}");
    assert_eq!(said(page, "Timestamps", "as it was stored"), "true");
    for (request, status) in [
        ("a good one", "201 user-"),
        ("no e-mail", "422 email: "),
        ("no name", "400 missing field `name`"),
        ("no such role", "400 unknown variant `king`"),
        ("with a tenant", "400 unknown field `organization_id`"),
        ("a workspace", "201 workspace-"),
    ] {
        assert!(said(page, "Validation", request).starts_with(status), "{request}");
    }
    for (request, status) in [("own", "200 "), ("unknown", "404 "), ("theirs", "404 ")] {
        assert!(said(page, "Error handling", &format!("GET {request}")).starts_with(status), "{request}");
    }
    assert!(said(page, "Error handling", "PATCH e-mail taken").starts_with("409 "));
}

#[test]
fn mistakes_are_told_and_end_with_1() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, told) in [
        (&["--database", "mysql://host/db"][..], "the URL names no database that ennead knows"),
        (&["--database", "sqlite://no/such/folder/studio.db"], "error: "),
        (&["--data", "x"], "unexpected argument '--data'"),
    ] {
        let output = run(folder.path(), arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {errors}");
        assert!(errors.contains(told), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let help = run(folder.path(), &["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8(help.stdout).unwrap().contains("[default: sqlite://kaizen-studio.db]"));
}
