//! The program as its user runs it: twice on one database, both databases.

use std::path::Path;
use std::process::Command;

use crate::database::Database;

fn page(folder: &Path, arguments: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_robosystems-iam"));
    let output = program.args(arguments).current_dir(folder).env_remove("DATABASE_URL").output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "");
    String::from_utf8(output.stdout).unwrap()
}

/// The page without what differs from run to run: the tag in addresses and ids.
fn settled(page: &str) -> String {
    let at = page.find("user@").unwrap() + "user@".len();
    page.replace(&page[at..at + 8], "TAG")
}

const EXPECTED: &str = include_str!("page.txt");

#[test]
fn two_runs_on_the_default_file_print_the_page() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let page = page(folder.path(), &[]);
        assert!(!page.contains("argon2"), "a password's hash is shown:\n{page}");
        assert_eq!(settled(&page), EXPECTED);
    }
    assert!(folder.path().join("robosystems-iam.db").is_file());
}

#[tokio::test]
async fn two_runs_on_postgres_print_the_same_page() {
    let Some(database) = Database::postgres().await else { return };
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        assert_eq!(settled(&page(folder.path(), &["--database", &database.url])), EXPECTED);
    }
    database.drop().await;
}
