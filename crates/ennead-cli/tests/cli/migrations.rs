//! Migrations on SQLite, as their user sees them; what the runner itself does is the behaviour suite's, on both databases.

use crate::cases::Case;
use crate::transcript::Transcript;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    ("migrate_helps_with_examples", migrate_helps_with_examples),
    ("a_database_goes_up_and_down", a_database_goes_up_and_down),
    ("what_cannot_be_done_is_told", what_cannot_be_done_is_told),
    ("migrations_are_tried", migrations_are_tried),
    ("migrations_are_tried_on_a_scratch_server", migrations_are_tried_on_a_scratch_server),
];

const APP: &str = "sqlite://app.db";

fn bare(word: &str) -> &str {
    word.trim_matches(|c| matches!(c, '(' | ')' | ':'))
}

/// `2026-11-21T06:30:00Z`
fn is_time(word: &str) -> bool {
    let word = bare(word);
    word.len() == 20 && word.starts_with("20") && word.ends_with('Z')
}

/// A transcript without what differs from run to run: times.
fn steady(notes: &Transcript) -> String {
    let lines = notes.text().lines().map(|line| {
        let words = line.split(' ').collect::<Vec<_>>();
        let is_number = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
        let word = |(at, word): (usize, &&str)| {
            if words.get(at + 1).is_some_and(|next| next.starts_with("ms")) && is_number(word) {
                "N".to_owned()
            } else if is_time(word) {
                word.replace(bare(word), "TIME")
            } else {
                (*word).to_owned()
            }
        };
        words.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

macro_rules! snapshot {
    ($name:literal, $transcript:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, steady(&$transcript))
        })
    };
}

fn migrate_helps_with_examples() {
    let mut notes = Transcript::new();
    notes.run(&["migrate", "--help"]);
    for command in ["new", "up", "down", "status", "history", "verify", "baseline", "bless", "test"] {
        notes.run(&["migrate", command, "--help"]);
    }
    snapshot!("migrate_help", notes);
}

fn a_database_goes_up_and_down() {
    let mut notes = Transcript::new().database(APP);
    notes.run(&["migrate", "new", "-m", "initial"]).run(&["migrate", "new", "-m", "again"]);
    notes.run(&["migrate", "status"]).run(&["migrate", "up"]).run(&["migrate", "up"]);
    notes.change_models();
    notes.run(&[
        "migrate",
        "new",
        "-m",
        "headings",
        "--rename",
        "notes.title=heading",
        "--fill",
        "notes.pinned=0",
    ]);
    notes.run(&["migrate", "up", "--dry-run", "--to", "headings"]).run(&["migrate", "up"]);
    notes.run(&["migrate", "status"]).run(&["migrate", "verify"]);
    notes.run(&["migrate", "down", "1", "--dry-run"]).run(&["migrate", "down", "1"]);
    notes.run(&["migrate", "down", "--to", "0", "--quiet"]).run(&["migrate", "down", "1"]);
    notes.run(&["migrate", "history"]);
    snapshot!("migrate", notes);
}

fn what_cannot_be_done_is_told() {
    let mut notes = Transcript::new();
    notes.run(&["migrate", "up", "--database", APP]);
    notes.run(&["migrate", "new", "-m", "initial"]).run(&["migrate", "up"]);
    let mut notes = notes.database(APP);
    notes.run(&["migrate", "up", "--to", "0007"]).run(&["migrate", "down"]).run(&["migrate", "up"]);
    notes.run(&["migrate", "baseline", "--to", "1"]).run(&["migrate", "bless", "1"]);
    notes.change_models();
    notes.run(&["migrate", "new", "-m", "headings"]);
    notes.run(&["migrate", "new", "-m", "?"]).run(&["migrate", "new", "-m", "x", "--fill", "pinned"]);
    let file = "migrations/0002_headings/sqlite.up.sql";
    notes.quiet_file(file, "SELECT 1;\nSELEC 2;\n");
    notes.run(&["migrate", "up"]);
    notes.quiet_file(file, "SELECT 1;\nSELECT 'a;\n");
    notes.run(&["migrate", "up"]);
    notes.quiet_file("migrations/0001_initial/sqlite.up.sql", "SELECT 1;\n");
    notes.quiet_file(file, "SELECT 1;\n");
    notes.run(&["migrate", "status"]).run(&["migrate", "up"]);
    snapshot!("migrate_refused", notes);
}

fn migrations_are_tried() {
    let mut notes = Transcript::new();
    notes.run(&["migrate", "test"]).run(&["migrate", "new", "-m", "initial", "--dialect", "sqlite"]);
    notes.run(&["migrate", "test"]);
    notes.quiet_file("migrations/0001_initial/sqlite.down.sql", "DROP TABLE notes;\n");
    notes.run(&["migrate", "test"]);
    snapshot!("migrate_test", notes);
}

fn migrations_are_tried_on_a_scratch_server() {
    let Some(server) = crate::committed::server() else { return };
    let mut notes = Transcript::new();
    notes.hide(&server, "$SERVER");
    notes.run(&["migrate", "new", "-m", "initial"]).run(&["migrate", "test"]);
    notes.change_models();
    notes.run(&[
        "migrate",
        "new",
        "-m",
        "headings",
        "--rename",
        "notes.title=heading",
        "--fill",
        "notes.pinned=false",
    ]);
    notes.run(&["migrate", "test", "--scratch", &server]);
    notes.quiet_file("migrations/0002_headings/postgres.down.sql", "SELECT 1;\n");
    notes.run(&["migrate", "test", "--scratch", &server]);
    notes.run(&["migrate", "test", "--scratch", "postgres://127.0.0.1:1"]);
    snapshot!("migrate_test_scratch", notes);
    crate::committed::nothing_is_left(&server);
}
