//! What is committed against the models, schemas against one another, and migrations judged: on files, on SQLite, and on
//! Postgres where there is a server (`cargo xtask pg -- cargo test -p ennead-cli`).

use std::time::Instant;

use ennead::prelude::*;

use crate::cases::Case;
use crate::snapshot;
use crate::transcript::Transcript;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    ("check_agrees_with_what_was_just_made", check_agrees_with_what_was_just_made),
    ("check_tells_the_difference", check_tells_the_difference),
    ("check_tells_two_heads_and_broken_files", check_tells_two_heads_and_broken_files),
    ("check_runs_the_migrations_of_sqlite", check_runs_the_migrations_of_sqlite),
    ("edited_files_of_postgres_are_unverified", edited_files_of_postgres_are_unverified),
    ("edited_files_of_postgres_are_run_on_scratch", edited_files_of_postgres_are_run_on_scratch),
    ("a_model_that_is_missing_is_an_error", a_model_that_is_missing_is_an_error),
    ("lint_judges_migrations", lint_judges_migrations),
    ("lint_judges_files", lint_judges_files),
    ("sarif_carries_file_and_line", sarif_carries_file_and_line),
    ("diff_on_sqlite", diff_on_sqlite),
    ("diff_on_postgres", diff_on_postgres),
    (
        "a_scratch_database_goes_when_the_work_is_interrupted",
        a_scratch_database_goes_when_the_work_is_interrupted,
    ),
    ("a_plan_for_psql_runs", a_plan_for_psql_runs),
    ("a_plan_for_sqlite3_is_all_or_nothing", a_plan_for_sqlite3_is_all_or_nothing),
    ("bad_sources_are_told", bad_sources_are_told),
    ("the_guide_has_the_rules_and_the_workflow", the_guide_has_the_rules_and_the_workflow),
];

/// An application whose first migration and DDL are committed.
fn committed() -> Transcript {
    let mut notes = Transcript::new();
    notes.run(&["migrate", "new", "-m", "initial"]).run(&["ddl", "--write"]);
    notes
}

fn check_agrees_with_what_was_just_made() {
    let mut notes = Transcript::new();
    notes.run(&["check"]);
    notes.run(&["migrate", "new", "-m", "initial"]).run(&["ddl", "--write"]).run(&["check"]);
    notes.run(&["ddl", "--write", "--profile", "rls", "--application-role", "app_of_ours"]).run(&["check"]);
    // Line ends of another system are no difference.
    for file in ["ddl/postgres.sql", "migrations/0001_initial/sqlite.up.sql"] {
        notes.quiet_file(file, &notes.read(file).replace('\n', "\r\n"));
    }
    let began = Instant::now();
    notes.run(&["check"]);
    assert!(began.elapsed().as_secs() < 5, "it is offline, and quick");
    snapshot!("check_agrees", notes);
}

fn check_tells_the_difference() {
    let mut notes = committed();
    notes.change_models().run(&["check"]);
    notes.run(&["diff", "--from", "snapshot", "--to", "models"]);
    snapshot!("check_differs", notes);
}

fn check_tells_two_heads_and_broken_files() {
    let mut notes = committed();
    notes.change_models().run(&["migrate", "new", "-m", "mine"]);
    let theirs =
        ["postgres.up.sql", "postgres.down.sql", "sqlite.up.sql", "sqlite.down.sql", "snapshot.json"];
    for file in theirs {
        notes.quiet_file(
            &format!("migrations/0003_theirs/{file}"),
            &notes.read(&format!("migrations/0002_mine/{file}")),
        );
    }
    notes.run(&["check"]);
    std::fs::remove_dir_all(notes.folder().join("migrations/0003_theirs")).unwrap();
    notes.quiet_file("migrations/0002_mine/sqlite.up.sql", "SELECT 'never closed");
    notes.run(&["check"]);
    std::fs::remove_file(notes.folder().join("migrations/0002_mine/sqlite.up.sql")).unwrap();
    notes.run(&["check"]).run(&["lint"]);
    snapshot!("check_broken", notes);
}

fn check_runs_the_migrations_of_sqlite() {
    let mut notes = committed();
    let file = "migrations/0001_initial/sqlite.up.sql";
    let text = notes.read(file);
    notes.quiet_file(file, &text.replace("\"price\" INTEGER NOT NULL", "\"price\" INTEGER"));
    notes.run(&["check"]);
    notes.quiet_file(file, &format!("{text}\nCREATE TABLE \"notes\" (x INTEGER);\n"));
    notes.run(&["check"]);
    notes.quiet_file(file, &text);
    let down = "migrations/0001_initial/sqlite.down.sql";
    notes.quiet_file(down, &notes.read(down).replace("DROP TABLE \"plans\"", "SELECT 1"));
    notes.run(&["check"]);
    snapshot!("check_sqlite", notes);
}

/// Edits the first migration of Postgres so that it does the same in other words, or `text` more.
fn edit(notes: &Transcript, text: &str) {
    let file = "migrations/0001_initial/postgres.up.sql";
    notes.quiet_file(file, &format!("-- edited by hand\n{}{text}", notes.read(file)));
}

fn edited_files_of_postgres_are_unverified() {
    let mut notes = committed();
    edit(&notes, "");
    notes.run(&["check"]);
    // A permission of the lint is no edit.
    let mut allowed = committed();
    let file = "migrations/0001_initial/postgres.up.sql";
    let text = allowed.read(file).replacen(
        "CREATE TABLE",
        "-- ennead:allow drop-table there is none\nCREATE TABLE",
        1,
    );
    allowed.quiet_file(file, &text);
    allowed.run(&["check"]);
    assert!(text.contains("ennead:allow") && !allowed.text().contains("unverified"), "{}", allowed.text());
    snapshot!("check_unverified", notes);
}

pub(crate) fn server() -> Option<String> {
    std::env::var("ENNEAD_TEST_POSTGRES").ok()
}

/// Runs work on a server, outside of a runtime.
fn on_server<T>(url: &str, work: impl AsyncFnOnce(&Db) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = Db::connect(url).await.unwrap();
        let done = work(&db).await;
        db.close().await;
        done
    })
}

/// Sees that no scratch database stays. Other cases have theirs for a moment.
pub(crate) fn nothing_is_left(server: &str) {
    let began = Instant::now();
    while asked(server, "SELECT count(*) FROM pg_database WHERE datname LIKE 'ennead_scratch_%'") != "0" {
        assert!(began.elapsed().as_secs() < 20, "a scratch database is left");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

fn asked(server: &str, sql: &str) -> String {
    let output = std::process::Command::new("psql").args([server, "-Atc", sql]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn edited_files_of_postgres_are_run_on_scratch() {
    let Some(server) = server() else { return };
    let mut notes = committed();
    notes.hide(&server, "$SERVER");
    edit(&notes, "");
    notes.run(&["check", "--scratch", &server]);
    edit(&notes, "\nALTER TABLE \"plans\" ALTER COLUMN \"price\" DROP NOT NULL;\n");
    notes.run(&["check", "--scratch", &server]);
    edit(&notes, "\nSELECT nothing();\n");
    notes.run(&["check", "--scratch", &server]);
    notes.run(&["check", "--scratch", "postgres://127.0.0.1:1"]);
    snapshot!("check_scratch", notes);
    nothing_is_left(&server);
}

fn a_model_that_is_missing_is_an_error() {
    let error = crate::notes::broken().snapshot(ennead::Dialect::Postgres).unwrap_err();
    assert!(error.to_string().contains("Organization"), "{error}");
    let mut notes = committed();
    notes.break_models().run(&["check"]);
    snapshot!("check_missing_model", notes);
}

fn lint_judges_migrations() {
    let mut notes = committed();
    notes.change_models().run(&["lint"]).run(&[
        "migrate",
        "new",
        "-m",
        "heading",
        "--fill",
        "notes.heading=''",
        "--fill",
        "notes.pinned=false",
    ]);
    notes.run(&["lint"]).run(&["lint", "--since", "0002"]).run(&[
        "lint",
        "--dialect",
        "sqlite",
        "--format",
        "github",
    ]);
    let file = "migrations/0002_heading/postgres.up.sql";
    let allow = "-- ennead:allow drop-column the title is kept in the heading";
    let text = notes.read(file);
    let text: Vec<String> = text
        .lines()
        .map(|line| if line.contains("DROP COLUMN") { format!("{allow}\n{line}") } else { line.to_owned() })
        .collect();
    notes.quiet_file(file, &text.join("\n"));
    notes.run(&["lint", "--dialect", "postgres", "--since", "1"]).run(&["lint", file]);
    notes.quiet_file(
        file,
        "-- ennead:allow drop-colum why\n-- ennead:allow drop-table\nDROP TABLE \"notes\";\n",
    );
    notes.run(&["lint", "--dialect", "postgres", "--since", "1"]).bare(&["lint", "--since", "9"]);
    let url = format!("sqlite://{}", notes.folder().join("notes.db").display());
    on_server(&url, async |db| {
        let place = notes.folder().join("migrations");
        let migrations = ennead::migrate::Migrations::read(place).unwrap();
        migrations.runner(db).up_to(ennead::migrate::Version(1)).await.unwrap();
    });
    notes.hide(&url, "$DATABASE");
    notes.bare(&["lint", "--database", &url, "--format", "github"]);
    on_server(&url, async |db| {
        let place = notes.folder().join("migrations");
        ennead::migrate::Migrations::read(place).unwrap().up(db).await.unwrap();
    });
    notes.bare(&["lint", "--database", &url]);
    snapshot!("lint", notes);
}

fn lint_judges_files() {
    let mut notes = Transcript::new();
    notes.file("change.sql", "CREATE TABLE t (id bigint PRIMARY KEY);\nDROP INDEX a;\nDO $$ BEGIN END $$;");
    notes.bare(&["lint", "change.sql"]).bare(&["lint", "change.sql", "--dialect", "postgres"]);
    notes.bare(&["lint", "change.sql", "--dialect", "postgres", "--format", "json", "--convention"]);
    notes.bare(&["lint", "missing.sql"]).bare(&["lint"]);
    notes.file("sqlite.sql", "DROP TABLE \"a");
    notes.bare(&["lint", "sqlite.sql"]);
    snapshot!("lint_files", notes);
}

fn sarif_carries_file_and_line() {
    let mut notes = Transcript::new();
    notes.quiet_file(
        "a b/postgres.sql",
        "SELECT 1;\n\n-- ennead:allow drop-table empty\nDROP TABLE a;\nDROP TABLE b;\n",
    );
    notes.bare(&["lint", "a b/postgres.sql", "--format", "sarif"]);
    let json = notes.text().split_once('\n').unwrap().1.split("\n!").next().unwrap();
    let log: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for (result, line) in results.iter().zip([4, 5]) {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/postgres.sql");
        assert_eq!(place["region"]["startLine"], line);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
    }
    assert_eq!(results[0]["suppressions"][0]["justification"], "empty");
    assert_eq!(results[1].get("suppressions"), None);
    assert!(notes.text().ends_with("=> 3"));
}

const BEFORE: &str = "CREATE TABLE users (id TEXT NOT NULL PRIMARY KEY, mail TEXT NOT NULL, age INTEGER);\n";
const AFTER: &str = "\
CREATE TABLE users (id TEXT NOT NULL PRIMARY KEY, email TEXT NOT NULL, age INTEGER NOT NULL);
CREATE TABLE orders (id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id));
";

fn diff_on_sqlite() {
    let mut notes = committed();
    notes.file("before.sqlite.sql", BEFORE).file("after/sqlite.sql", AFTER);
    notes.run(&["diff", "--from", "before.sqlite.sql", "--to", "after"]);
    notes.run(&["diff", "--from", "before.sqlite.sql", "--to", "after", "--dialect", "sqlite"]);
    notes.bare(&[
        "diff",
        "--from",
        "before.sqlite.sql",
        "--to",
        "after/sqlite.sql",
        "--format",
        "json",
        "--rename",
        "users.mail=email",
    ]);
    notes.run(&["diff", "--from", "before.sqlite.sql", "--to", "after/sqlite.sql", "--format", "sql"]);
    notes.run(&["diff", "--from", "migrations", "--to", "models", "--dialect", "sqlite"]);
    notes.run(&["diff", "--from", "ddl/sqlite.sql", "--to", "models"]);
    let url = format!("sqlite://{}", notes.folder().join("notes.db").display());
    on_server(&url, async |db| crate::notes::schema().create(db).await.unwrap());
    notes.hide(&url, "$DATABASE");
    notes
        .run(&["diff", "--from", &url, "--to", "models"])
        .bare(&["diff", "--from", &url, "--to", "snapshot"]);
    notes.change_models().run(&["diff", "--from", &url, "--to", "models", "--format", "sql"]);
    notes.quiet_file("virtual.sqlite.sql", "CREATE VIRTUAL TABLE t USING fts5 (a);");
    notes.quiet_file("empty.sqlite.sql", "");
    notes.run(&["diff", "--from", "empty.sqlite.sql", "--to", "virtual.sqlite.sql"]);
    snapshot!("diff_sqlite", notes);
}

fn diff_on_postgres() {
    let Some(server) = server() else { return };
    let name = format!("drift_{}", std::process::id());
    let create = format!("CREATE DATABASE {name}");
    on_server(&server, async |db| db.across_tenants("a test").execute(&create).await.unwrap());
    let (base, query) = server.split_once('?').unwrap_or((&server, ""));
    let url = format!("{}/{name}?{query}", base.rsplit_once('/').unwrap().0);
    on_server(&url, async |db| crate::notes::schema().create(db).await.unwrap());
    let mut notes = committed();
    for (text, instead) in [(url.as_str(), "$DATABASE"), (server.as_str(), "$SERVER")] {
        notes.hide(text, instead);
        let shown = text.split('?').next().unwrap();
        let (user, host) = shown.split_once("://").unwrap().1.rsplit_once('@').unwrap_or(("", ""));
        notes.hide(&format!("postgres://{}@{host}", user.split(':').next().unwrap()), instead);
        notes.hide(shown, instead);
    }
    notes.run(&["diff", "--from", &url, "--to", "models"]).run(&["diff", "--from", &url, "--to", "snapshot"]);
    notes.run(&["diff", "--from", "migrations", "--to", &url, "--scratch", &server]);
    notes.run(&["diff", "--from", "ddl/postgres.sql", "--to", "models", "--scratch", &server]);
    notes.run(&["diff", "--from", "ddl/postgres.sql", "--to", "models"]);
    let more =
        "CREATE VIEW dear AS SELECT * FROM plans WHERE price > 9; ALTER TABLE notes ADD COLUMN extra json";
    on_server(&url, async |db| db.across_tenants("a test").execute(more).await.unwrap());
    notes.run(&["diff", "--from", &url, "--to", "models"]);
    notes.file("broken.sql", "\\set ON_ERROR_STOP on\nBEGIN;\nCREATE TABLE a (b int);\nCREATE INDEX CONCURRENTLY c ON a (b);\nCREATE TABLE a (b int);\nCOMMIT;\n");
    notes.run(&["diff", "--from", "broken.sql", "--to", "models", "--scratch", &server]);
    notes.change_models().run(&[
        "diff",
        "--from",
        "snapshot",
        "--to",
        "models",
        "--format",
        "sql",
        "--online",
        "--rename",
        "notes.title=heading",
    ]);
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    on_server(&server, async |db| db.across_tenants("a test").execute(&drop).await.unwrap());
    snapshot!("diff_postgres", notes);
    nothing_is_left(&server);
}

/// Ctrl-C in the middle of the work.
fn a_scratch_database_goes_when_the_work_is_interrupted() {
    let Some(server) = server() else { return };
    let notes = Transcript::new();
    notes.quiet_file("slow.postgres.sql", "CREATE TABLE interrupted_here (a int);\nSELECT pg_sleep(60);\n");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_ennead"))
        .args(["diff", "--from", "slow.postgres.sql", "--to", "slow.postgres.sql", "--scratch", &server])
        .current_dir(notes.folder())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%'";
    while asked(&server, sleeping) == "0" {
        assert!(began.elapsed().as_secs() < 20, "the file is never loaded");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(began.elapsed().as_secs() < 40, "it stops at once");
    nothing_is_left(&server);
}

/// What `--format sql` prints runs by `psql`, step by step where steps are by themselves, and a second diff is empty.
fn a_plan_for_psql_runs() {
    let Some(server) = server() else { return };
    let name = format!("plan_{}", std::process::id());
    asked(&server, &format!("CREATE DATABASE {name}"));
    let (base, query) = server.split_once('?').unwrap_or((&server, ""));
    let url = format!("{}/{name}?{query}", base.rsplit_once('/').unwrap().0);
    asked(
        &url,
        "CREATE TYPE mood AS ENUM ('good'); CREATE TABLE a (id int PRIMARY KEY, m mood, n text); INSERT INTO a VALUES (1, 'good', NULL)",
    );
    let mut notes = Transcript::new();
    notes.quiet_file(
        "to.sql",
        "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE a (id bigint PRIMARY KEY, m mood DEFAULT 'bad', n text, k text DEFAULT 'x');
         CREATE INDEX CONCURRENTLY ix ON a (k); ALTER TABLE a ADD CONSTRAINT c CHECK (id > 0);",
    );
    for online in ["--online", ""] {
        let arguments =
            ["diff", "--from", &url, "--to", "to.sql", "--scratch", &server, "--format", "sql", online];
        notes.bare(&arguments[..if online.is_empty() { 9 } else { 10 }]);
        let said = notes.text();
        let plan: String = said[said.rfind("$ ennead").unwrap()..]
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with(['!', '=']))
            .fold(String::new(), |all, line| all + line + "\n");
        notes.quiet_file("plan.sql", &plan);
        let file = notes.folder().join("plan.sql");
        let ran = std::process::Command::new("psql").args([&url, "-qf"]).arg(&file).output().unwrap();
        assert!(ran.status.success(), "{plan}\n{}", String::from_utf8_lossy(&ran.stderr));
    }
    assert!(
        notes.text().contains("CONCURRENTLY") && notes.text().ends_with("! no difference"),
        "{}",
        notes.text()
    );
    // A row stands against it: all of the transaction is undone.
    asked(&url, "INSERT INTO a VALUES (2, 'bad', NULL)");
    notes.quiet_file("to.sql", "CREATE TABLE a (id bigint PRIMARY KEY, n text NOT NULL, extra int);");
    let mut last = Transcript::new();
    last.quiet_file("to.sql", &notes.read("to.sql"));
    last.bare(&["diff", "--from", &url, "--to", "to.sql", "--scratch", &server, "--format", "sql"]);
    let plan: String = last
        .text()
        .lines()
        .skip(1)
        .filter(|line| !line.starts_with(['!', '=']))
        .fold(String::new(), |all, line| all + line + "\n");
    last.quiet_file("plan.sql", &plan);
    let ran = std::process::Command::new("psql")
        .args([&url, "-qf"])
        .arg(last.folder().join("plan.sql"))
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(3), "{plan}");
    assert_eq!(
        asked(
            &url,
            "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 0 AND NOT attisdropped"
        ),
        "id m n k"
    );
    asked(&server, &format!("DROP DATABASE {name} WITH (FORCE)"));
}

/// What `--format sql` prints runs by `sqlite3`, and leaves everything as it was where rows stand against it.
fn a_plan_for_sqlite3_is_all_or_nothing() {
    let sqlite3 = |file: &std::path::Path, sql: &str| {
        use std::io::Write;
        let mut child = std::process::Command::new("sqlite3")
            .arg(file)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    if std::process::Command::new("sqlite3").arg("--version").output().is_err() {
        return;
    }
    for (rows, works) in [
        ("INSERT INTO a VALUES (1, 7);", false),
        ("INSERT INTO b VALUES (7); INSERT INTO a VALUES (1, 7);", true),
    ] {
        let mut notes = Transcript::new();
        let file = notes.folder().join("plan.db");
        assert!(
            sqlite3(
                &file,
                &format!(
                    "CREATE TABLE a (id INTEGER, b INTEGER); CREATE TABLE b (id INTEGER PRIMARY KEY); {rows}"
                )
            )
            .0
        );
        notes.quiet_file(
            "to.sql",
            "CREATE TABLE a (id INTEGER, b INTEGER, CONSTRAINT fk FOREIGN KEY (b) REFERENCES b (id)); CREATE TABLE b (id INTEGER PRIMARY KEY);",
        );
        let url = format!("sqlite://{}", file.display());
        notes.bare(&["diff", "--from", &url, "--to", "to.sql", "--format", "sql"]);
        let plan: String = notes
            .text()
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with(['!', '=']))
            .fold(String::new(), |all, line| all + line + "\n");
        assert_eq!(sqlite3(&file, &plan).0, works, "{plan}");
        let (_, has_key) =
            sqlite3(&file, "SELECT count(*) FROM pragma_foreign_key_list('a'); SELECT count(*) FROM a;");
        assert_eq!(has_key, if works { "1\n1\n" } else { "0\n1\n" });
        let mut again = Transcript::new();
        again.quiet_file("to.sql", &notes.read("to.sql"));
        again.bare(&["diff", "--from", &url, "--to", "to.sql"]);
        assert_eq!(again.text().ends_with("no difference"), works, "{}", again.text());
    }
}

fn bad_sources_are_told() {
    let mut notes = Transcript::new();
    notes.run(&["diff", "--from", "modles", "--to", "models"]);
    notes.run(&["diff", "--from", "mysql://host/db", "--to", "models"]);
    notes.run(&["diff", "--from", "snapshot", "--to", "models"]);
    notes.run(&["diff", "--from", "sqlite://no.db", "--to", "models"]);
    notes.run(&["diff", "--from", "sqlite://no.db", "--to", "postgres://u:canary@127.0.0.1:1/db"]);
    notes.run(&["diff", "--from", "postgres://u:canary@127.0.0.1:1/db", "--to", "models"]);
    notes.quiet_file("broken.sqlite.sql", "CREATE TABLE a (b);\n\nCREATE TABEL c (d);\n");
    notes.run(&["diff", "--from", "broken.sqlite.sql", "--to", "models"]);
    notes.quiet_file("open.sqlite.sql", "CREATE TABLE a (b);\nSELECT 'x");
    notes.run(&["diff", "--from", "open.sqlite.sql", "--to", "models"]);
    std::fs::create_dir(notes.folder().join("nothing")).unwrap();
    notes.run(&["diff", "--from", "nothing", "--to", "models"]);
    notes
        .bare(&["diff", "--from", "models", "--to", "models"])
        .bare(&["migrate", "new", "-m", "x"])
        .bare(&["check"]);
    assert_eq!(notes.text().matches("canary").count(), 2, "no error shows the password: {}", notes.text());
    snapshot!("diff_bad", notes);
}

/// The guide has the table of rules that the linter has, and the workflow that the example has.
fn the_guide_has_the_rules_and_the_workflow() {
    let mut table = String::from("| rule | group | databases | finds | instead |\n|---|---|---|---|---|\n");
    for rule in ennead_lint::RULES {
        let names: Vec<String> = rule.dialects.iter().map(ToString::to_string).collect();
        let databases = if names.len() == 2 { "both".to_owned() } else { names.join(", ") };
        table.push_str(&format!(
            "| `{}` | {} | {databases} | {} | {} |\n",
            rule.name, rule.group, rule.finds, rule.advice
        ));
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("docs/guide/continuous-integration.md")).unwrap();
    assert!(text.contains(&table), "the table of rules in the guide is another; it should be:\n{table}");
    let workflow = root.join("examples/enterprise-saas/.github/workflows/schema.yml");
    assert!(
        text.contains(&std::fs::read_to_string(workflow).unwrap()),
        "the guide's workflow is the example's"
    );
}
