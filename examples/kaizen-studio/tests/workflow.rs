//! The page's snippets as workflows: the exact output, on both databases.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is how a test fails, in its functions too")]

use std::process::Command;

use ennead::prelude::*;

/// What it prints, with `RUN` for the ids of runs and `TIME` for times.
const EXPECTED: &str = include_str!("workflow.txt");

fn workflow(database: &str) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kaizen-studio"));
    let output = program.args(["--workflow", "--database", database]).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "");
    String::from_utf8(output.stdout).unwrap()
}

/// Puts `RUN` and `TIME` for what differs from run to run, and checks that the runs differ.
fn settled(page: &str) -> String {
    let mut runs = Vec::new();
    let lines = page.lines().map(|line| {
        if let Some(run) = line.strip_prefix("  run                ") {
            assert!(run.len() == 36 && run.matches('-').count() == 4, "{line}");
            runs.push(run);
            return "  run                RUN\n".to_owned();
        }
        let parts: Vec<&str> =
            line.split('"').map(|part| if is_time(part) { "TIME" } else { part }).collect();
        parts.join("\"") + "\n"
    });
    let settled: String = lines.collect();
    let all = runs.len();
    runs.sort_unstable();
    runs.dedup();
    assert_eq!(runs.len(), all, "each run has an id of its own");
    settled
}

/// `2026-11-21T03:08:04.416436Z`.
fn is_time(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.len() == 27 && digits == 20 && text.ends_with('Z')
}

/// Twice: the second run finds what the first one left.
#[track_caller]
fn prints_the_page_twice(database: &str) {
    for _ in 0..2 {
        let page = workflow(database);
        assert!(!page.contains("argon2"), "a password's hash is shown:\n{page}");
        assert_eq!(settled(&page), EXPECTED);
    }
}

#[test]
fn the_snippets_run_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    prints_the_page_twice(&format!("sqlite://{}", folder.path().join("studio.db").display()));
}

/// Needs a server: `cargo xtask pg -- cargo test -p kaizen-studio`. Without one there is nothing to run it on.
#[tokio::test]
async fn the_snippets_run_on_postgres() {
    let Ok(server) = std::env::var("ENNEAD_TEST_POSTGRES") else { return };
    let name = format!("kaizen_workflow_{}", std::process::id());
    let db = Db::connect(&server).await.unwrap();
    let across = db.across_tenants("a database for the test");
    across.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    prints_the_page_twice(&with_database(&server, &name));
    across.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
}

/// The server's URL with another database in its path.
fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..end])
}
