//! A case on SQLite: two files with rows in every table, one brought forward, the other back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ennead::migrate::{self, Change, Diff, Fill, HazardKind, Hints, PlanOptions, Snapshot, Step};
use ennead::{Db, Dialect};
use ennead_suite::judge;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection};

use crate::Failure;
use crate::case::Case;
use crate::hazards;
use crate::report::{Noop, Outcome, Verdict};

/// Rows that each table gets.
const ROWS: usize = 3;

/// The values of the columns that one table has before and after, sorted.
type Kept = BTreeMap<String, Vec<String>>;

/// Runs a case in files of its own.
pub(crate) async fn run(slot: usize, case: &Case) -> Outcome {
    let folder = std::env::temp_dir();
    let files = ["a", "b"].map(|side| folder.join(format!("corpus_{}_{slot}_{side}.db", std::process::id())));
    clear(&files);
    let [a, b] = &files;
    let made = async {
        load(a, case, &case.current, Values::None).await?;
        load(b, case, &case.desired, Values::None).await
    };
    let outcome = match made.await {
        Ok(()) => match judge_case(&files, case).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                let failed = Verdict::Failed(failure.to_string());
                Outcome::Ran {
                    forward: failed.clone(),
                    backward: failed,
                    noop: None,
                    told: Default::default(),
                    plans: String::new(),
                    without_rows: 0,
                    rows: 0,
                }
            }
        },
        Err(failure) => Outcome::Unloadable(failure.to_string()),
    };
    clear(&files);
    outcome
}

fn clear(files: &[PathBuf; 2]) {
    files.iter().for_each(|file| remove(file));
}

fn remove(file: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let _ = std::fs::remove_file(name);
    }
}

async fn open(file: &Path) -> Result<SqliteConnection, Failure> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(false);
    Ok(SqliteConnection::connect_with(&options).await?)
}

async fn load(file: &Path, case: &Case, sql: &str, values: Values) -> Result<(), Failure> {
    let mut conn = open(file).await?;
    for script in [&case.setup, sql, &case.seed] {
        conn.execute(AssertSqlSafe(script)).await?;
    }
    seed(&mut conn, values, &format!("{} {}", case.current, case.desired)).await?;
    conn.close().await?;
    Ok(())
}

/// Which values rows get. Constraints that are to come refuse some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Values {
    /// 1, 2, 3 and their like.
    Small,
    /// Greater ones from column to column.
    Rising,
    /// The literals that stand in the case.
    Literal,
    /// No rows.
    None,
}

const ALL_VALUES: [Values; 4] = [Values::Small, Values::Rising, Values::Literal, Values::None];

/// Puts rows into each table, alike in all, so that references meet. What a table does not take it does without.
async fn seed(conn: &mut SqliteConnection, values: Values, text: &str) -> Result<(), Failure> {
    if values == Values::None {
        return Ok(());
    }
    for table in tables(conn).await? {
        let columns = conn
            .fetch_all(AssertSqlSafe(format!(
                "SELECT name, upper(type) FROM pragma_table_xinfo({}) WHERE hidden = 0",
                literal(&table)
            )))
            .await?;
        for row in 1..=ROWS {
            let names: Vec<String> =
                columns.iter().map(|column| quote(&column.get::<String, _>(0))).collect();
            let given: Vec<String> = columns
                .iter()
                .enumerate()
                .map(|(at, column)| value(&column.get::<String, _>(1), row, at, values, text))
                .collect();
            let (names, given) = (names.join(", "), given.join(", "));
            let sql = format!("INSERT INTO {} ({names}) VALUES ({given})", quote(&table));
            let _ = conn.execute(AssertSqlSafe(sql)).await;
        }
    }
    // What refers to nothing would be refused by any plan that looks.
    for broken in conn.fetch_all("SELECT \"table\" FROM pragma_foreign_key_check GROUP BY 1").await? {
        let sql = format!("DELETE FROM {}", quote(&broken.get::<String, _>(0)));
        conn.execute(AssertSqlSafe(sql)).await?;
    }
    Ok(())
}

/// The value of the column `at` in a row.
fn value(data_type: &str, row: usize, at: usize, values: Values, text: &str) -> String {
    let has = |part: &str| data_type.contains(part);
    let is_text = has("CHAR") || has("TEXT") || has("CLOB") || has("JSON") || has("UUID");
    let row = if values == Values::Rising { row + 10 * at } else { row };
    if values == Values::Literal {
        let found: Vec<String> = if is_text {
            text.split('\'').skip(1).step_by(2).map(|inner| format!("'{inner}'")).collect()
        } else {
            let words = text.split(|c: char| !c.is_ascii_digit());
            words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let last = found.len().saturating_sub(row);
        if let Some(literal) = found.get(last) {
            return literal.clone();
        }
    }
    if has("BOOL") {
        "1".to_owned()
    } else if has("INT") || has("SERIAL") || data_type.is_empty() {
        row.to_string()
    } else if is_text {
        format!("'v{row}'")
    } else if has("DATE") || has("TIME") {
        format!("'2024-01-{row:02}'")
    } else if has("BLOB") {
        format!("x'{row:02}'")
    } else {
        format!("{row}.5")
    }
}

async fn tables(conn: &mut SqliteConnection) -> Result<Vec<String>, Failure> {
    let rows = conn
        .fetch_all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn judge_case(files: &[PathBuf; 2], case: &Case) -> Result<Outcome, Failure> {
    let [a, b] = files;
    let (from, to) = (introspect(a).await?, introspect(b).await?);
    let (facts_a, facts_b) = (facts(a).await?, facts(b).await?);
    let there = migrate::diff(&from, &to, &Hints::default());
    let back = migrate::diff(&to, &from, &Hints::default());
    let same = facts_a == facts_b;
    let noop =
        case.noop.filter(|noop| *noop).map(|_| Noop { empty: there.is_empty() && back.is_empty(), same });
    let (mut without_rows, mut kept) = (0, 0);
    let mut verdicts = Vec::new();
    let directions = [
        (a, &case.current, &there, &to, &facts_b, &facts_a),
        (b, &case.desired, &back, &from, &facts_a, &facts_b),
    ];
    for (file, sql, diff, goal, facts, own) in directions {
        let mut verdict = Verdict::Passed;
        for values in ALL_VALUES {
            remove(file);
            load(file, case, sql, values).await?;
            let steps = migrate::plan(diff, &PlanOptions { fills: fills(diff, values), online: false });
            verdict = direction(file, diff, &steps, goal, facts, own).await?;
            let is_refused = |step: &Step| {
                let told = |kind| step.hazards.iter().any(|hazard| hazard.kind == kind);
                told(HazardKind::DataDependent) || step.gives_nothing
            };
            let refused = matches!(verdict, Verdict::Failed(_)) && steps.iter().any(is_refused);
            if !refused || values == Values::None {
                kept += row_count(&rows(file, goal).await?);
                without_rows += usize::from(values == Values::None);
                break;
            }
        }
        verdicts.push(verdict);
    }
    let (Some(backward), Some(forward)) = (verdicts.pop(), verdicts.pop()) else {
        return Err("a case has two directions".into());
    };
    let plan =
        |diff: &Diff| migrate::plan(diff, &PlanOptions { fills: fills(diff, Values::Small), online: false });
    let (forward_steps, backward_steps) = (plan(&there), plan(&back));
    let told = [
        hazards::judge(Dialect::Sqlite, &from, &forward_steps),
        hazards::judge(Dialect::Sqlite, &to, &backward_steps),
    ];
    let text = |steps: &[Step]| steps.iter().map(|step| format!("  {};\n", step.sql)).collect::<String>();
    let plans = format!("forward:\n{}backward:\n{}", text(&forward_steps), text(&backward_steps));
    Ok(Outcome::Ran { forward, backward, noop, told: Box::new(told), plans, without_rows, rows: kept })
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

async fn introspect(file: &Path) -> Result<Snapshot, Failure> {
    let db = Db::connect(&url(file)).await?;
    let snapshot = migrate::introspect(&db).await;
    db.close().await;
    Ok(snapshot?)
}

async fn direction(
    file: &Path,
    diff: &Diff,
    steps: &[Step],
    goal: &Snapshot,
    wanted: &judge::Facts,
    own: &judge::Facts,
) -> Result<Verdict, Failure> {
    let told: Vec<String> = diff.unmodelled.iter().chain(&diff.access).map(ToString::to_string).collect();
    let unmodelled = || told.join(", ");
    let wrong = |why: String| {
        if told.is_empty() { Verdict::Failed(why) } else { Verdict::Unmodelled(unmodelled()) }
    };
    let before = rows(file, goal).await?;
    let db = Db::connect(&url(file)).await?;
    let applied = migrate::apply(&db, steps).await;
    db.close().await;
    if let Err(failure) = applied {
        if facts(file).await? != *own || rows(file, goal).await? != before {
            return Ok(Verdict::Wrong(format!("it failed and left something: {failure}")));
        }
        return Ok(wrong(failure.to_string()));
    }
    let reached = introspect(file).await?;
    let again = migrate::diff(&reached, goal, &Hints::default());
    if !again.changes.is_empty() {
        return Ok(wrong(format!("a second diff finds {:?}", again.changes)));
    }
    let after = rows(file, goal).await?;
    for (place, values) in &before {
        if after.get(place).is_some_and(|now| now != values) {
            return Ok(Verdict::Wrong(format!("{place} was {values:?} and is {:?}", after[place])));
        }
    }
    let differences = judge::differences(&facts(file).await?, wanted);
    if differences.is_empty() {
        return Ok(Verdict::Passed);
    }
    let text = differences.join("\n    ");
    Ok(if told.is_empty() {
        Verdict::Wrong(format!("the judge sees\n    {text}"))
    } else {
        Verdict::Unmodelled(unmodelled())
    })
}

/// The values of all columns that the goal has too, stored ones only, and how many rows each table has.
async fn rows(file: &Path, goal: &Snapshot) -> Result<Kept, Failure> {
    let mut conn = open(file).await?;
    let mut kept = Kept::new();
    for table in tables(&mut conn).await? {
        let Some(goal) = goal.tables.iter().find(|other| other.name == table) else { continue };
        let count: i64 =
            conn.fetch_one(AssertSqlSafe(format!("SELECT count(*) FROM {}", quote(&table)))).await?.get(0);
        kept.insert(format!("rows of {table}"), vec![count.to_string()]);
        let columns = conn
            .fetch_all(AssertSqlSafe(format!(
                "SELECT name FROM pragma_table_xinfo({}) WHERE hidden = 0",
                literal(&table)
            )))
            .await?;
        for column in columns {
            let column: String = column.get(0);
            if goal.column(&column).is_none_or(|column| column.generated.is_some()) {
                continue;
            }
            // A number may come to be kept as a text or with a point: its value is what must stay.
            let sql = format!(
                "SELECT CASE WHEN typeof({0}) = 'blob' THEN hex({0}) ELSE rtrim(rtrim(coalesce({0}, 'NULL') || '', '0'), '.') END FROM {1} ORDER BY 1",
                quote(&column),
                quote(&table)
            );
            let values = conn.fetch_all(AssertSqlSafe(sql)).await?;
            let values = values.iter().map(|row| row.get(0)).collect();
            kept.insert(format!("{table}.{column}"), values);
        }
    }
    conn.close().await?;
    Ok(kept)
}

fn row_count(kept: &Kept) -> i64 {
    let counts = kept.iter().filter(|(place, _)| place.starts_with("rows of "));
    counts.flat_map(|(_, values)| values).filter_map(|count| count.parse::<i64>().ok()).sum()
}

/// What rows get in columns that come and must hold something: another value in each, so that keys hold.
fn fills(diff: &Diff, values: Values) -> Vec<Fill> {
    let mut fills = Vec::new();
    for change in &diff.changes {
        let (table, column, is_new) = match change {
            Change::AddColumn { table, column } => (table, column, true),
            Change::AlterColumn { table, to, .. } => (table, &**to, false),
            _ => continue,
        };
        let Some(goal) = diff.to.table_named(table) else { continue };
        let is_key = goal.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
        let checks: Vec<&str> = goal
            .checks
            .iter()
            .map(|check| check.condition.as_str())
            .filter(|condition| condition.contains(column.name.as_str()))
            .collect();
        let is_open = column.nullable && !(is_new && (is_key || !checks.is_empty()));
        if column.default.is_some() || is_open {
            continue;
        }
        let data_type = column.data_type.to_ascii_uppercase();
        let at = goal.columns.iter().position(|other| other.name == column.name).unwrap_or_default();
        let value = match values {
            Values::Literal => value(&data_type, 1, at, values, &checks.join(" ")),
            Values::Rising => format!("rowid + {}", 10 * at),
            _ if value(&data_type, 1, at, values, "").starts_with("'v") => "'v' || rowid".to_owned(),
            _ => "rowid".to_owned(),
        };
        fills.push(Fill { table: table.clone(), column: column.name.clone(), value });
    }
    fills
}

async fn facts(file: &Path) -> Result<judge::Facts, Failure> {
    let mut conn = open(file).await?;
    let facts = judge::sqlite::facts(&mut conn).await?;
    conn.close().await?;
    Ok(facts)
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
