//! A case on Postgres: two databases, one brought forward, the other back.

use std::collections::BTreeMap;

use ennead::migrate::{self, Diff, Fill, Hints, PlanOptions, Snapshot, Step};
use ennead::{Db, Dialect};
use ennead_suite::judge;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::Failure;
use crate::case::Case;
use crate::hazards;
use crate::report::{Noop, Outcome, Verdict};

/// Runs a case in databases of its own, which it drops.
pub(crate) async fn run(server: &str, slot: usize, case: &Case) -> Outcome {
    // Handshakes of TLS would take longer than the work.
    let server = &format!("{server}{}sslmode=disable", if server.contains('?') { "&" } else { "?" });
    let names = [format!("corpus_{slot}_a"), format!("corpus_{slot}_b")];
    match make(server, &names, case).await {
        Ok(()) => {
            let urls = names.each_ref().map(|name| with_database(server, name));
            match judge_case(&urls, case).await {
                Ok(outcome) => outcome,
                Err(failure) => {
                    let failed = Verdict::Failed(failure.to_string());
                    Outcome::Ran {
                        forward: failed.clone(),
                        backward: failed,
                        noop: case.noop.filter(|noop| *noop).map(|_| Noop { empty: false, same: true }),
                        told: Default::default(),
                        plans: String::new(),
                        without_rows: 0,
                        rows: 0,
                    }
                }
            }
        }
        Err(failure) => Outcome::Unloadable(failure.to_string()),
    }
}

/// Takes away all that a case may have left, and all of what it began with.
const EMPTY: &str = "DO $$
DECLARE thing text;
BEGIN
    FOR thing IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('DROP EVENT TRIGGER %I', thing); END LOOP;
    FOR thing IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', thing); END LOOP;
    FOR thing IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE format('DROP EXTENSION %I CASCADE', thing);
    END LOOP;
    FOR thing IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', thing);
    END LOOP;
    IF EXISTS (SELECT FROM pg_default_acl) OR EXISTS (SELECT FROM pg_foreign_server) THEN
        RAISE 'more is left than can be dropped';
    END IF;
    CREATE SCHEMA public;
END $$";

async fn make(server: &str, names: &[String; 2], case: &Case) -> Result<(), Failure> {
    for role in &case.roles {
        let role = role.replace('"', "\"\"");
        // Roles are the server's: another case may have made it.
        let _ = on(server, &format!("CREATE ROLE \"{role}\"")).await;
    }
    for (name, sql) in names.iter().zip([&case.current, &case.desired]) {
        let url = with_database(server, name);
        // Emptying a database is much quicker than making one.
        if on(&url, EMPTY).await.is_err() {
            on(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
            on(server, &format!("CREATE DATABASE {name} TEMPLATE template0")).await?;
            on(&url, EMPTY).await?;
        }
        for script in [&case.setup, sql] {
            // In one message, everything is one transaction, in which CONCURRENTLY is refused.
            let script = script.replace(" CONCURRENTLY", "").replace(" concurrently", "");
            on(&url, &script).await?;
        }
    }
    if !case.seed.is_empty() {
        on(&with_database(server, &names[0]), &case.seed).await?;
    }
    Ok(())
}

async fn judge_case(urls: &[String; 2], case: &Case) -> Result<Outcome, Failure> {
    let [a, b] = urls;
    let (from, to) = (introspect(a).await?, introspect(b).await?);
    let (facts_a, facts_b) = (facts_of(a).await?, facts_of(b).await?);
    let there = migrate::diff(&from, &to, &Hints::default());
    let back = migrate::diff(&to, &from, &Hints::default());
    // Some suites call a pair the same that differs in what they do not look at.
    let same = facts_a == facts_b;
    let noop =
        case.noop.filter(|noop| *noop).map(|_| Noop { empty: there.is_empty() && back.is_empty(), same });
    let counts = counts(a).await?;
    let forward_steps = migrate::plan(&there, &PlanOptions { fills: fills(&there, &counts), online: false });
    let backward_steps = migrate::plan(&back, &PlanOptions::default());
    let forward = direction(a, &there, &forward_steps, &to, &facts_b, &counts).await?;
    let backward = direction(b, &back, &backward_steps, &from, &facts_a, &BTreeMap::new()).await?;
    let told = [
        hazards::judge(Dialect::Postgres, &from, &forward_steps),
        hazards::judge(Dialect::Postgres, &to, &backward_steps),
    ];
    let text = |steps: &[Step]| steps.iter().map(|step| format!("  {};\n", step.sql)).collect::<String>();
    let plans = format!("forward:\n{}backward:\n{}", text(&forward_steps), text(&backward_steps));
    Ok(Outcome::Ran {
        forward,
        backward,
        noop,
        told: Box::new(told),
        plans,
        without_rows: 0,
        rows: counts.values().sum(),
    })
}

async fn facts_of(url: &str) -> Result<judge::Facts, Failure> {
    let mut conn = PgConnection::connect(url).await?;
    let facts = judge::postgres::facts(&mut conn).await?;
    conn.close().await?;
    Ok(facts)
}

async fn introspect(url: &str) -> Result<Snapshot, Failure> {
    let db = Db::connect(url).await?;
    let snapshot = migrate::introspect(&db).await;
    db.close().await;
    Ok(snapshot?)
}

async fn direction(
    url: &str,
    diff: &Diff,
    steps: &[Step],
    goal: &Snapshot,
    facts: &judge::Facts,
    counts: &BTreeMap<String, i64>,
) -> Result<Verdict, Failure> {
    let told: Vec<String> = diff.unmodelled.iter().chain(&diff.access).map(ToString::to_string).collect();
    let unmodelled = || told.join(", ");
    let wrong = |why: String| {
        if told.is_empty() { Verdict::Failed(why) } else { Verdict::Unmodelled(unmodelled()) }
    };
    if let Err((sql, failure)) = apply(url, steps).await {
        return Ok(wrong(format!("{failure}\n    {sql}")));
    }
    let reached = introspect(url).await?;
    let again = migrate::diff(&reached, goal, &Hints::default());
    if !again.changes.is_empty() {
        return Ok(wrong(format!("a second diff finds {:?}", again.changes)));
    }
    let lost = lost(counts, &self::counts(url).await?);
    if !lost.is_empty() {
        return Ok(Verdict::Wrong(format!("rows lost in {lost:?}")));
    }
    let now = facts_of(url).await?;
    let differences = judge::differences(&now, facts);
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

/// Applies steps as they say: those that share a transaction together.
async fn apply(url: &str, steps: &[Step]) -> Result<(), (String, Failure)> {
    let told = |failure: sqlx::Error, sql: &str| (sql.to_owned(), Failure::from(failure));
    let mut conn = PgConnection::connect(url).await.map_err(|failure| told(failure, "connect"))?;
    let mut open = false;
    for step in steps {
        if step.transactional != open {
            let word = if open { "COMMIT" } else { "BEGIN" };
            conn.execute(word).await.map_err(|failure| told(failure, word))?;
            open = !open;
        }
        conn.execute(AssertSqlSafe(step.sql.as_str())).await.map_err(|failure| told(failure, &step.sql))?;
    }
    if open {
        conn.execute("COMMIT").await.map_err(|failure| told(failure, "COMMIT"))?;
    }
    conn.close().await.map_err(|failure| told(failure, "close"))
}

/// How many rows each table has.
async fn counts(url: &str) -> Result<BTreeMap<String, i64>, Failure> {
    let mut conn = PgConnection::connect(url).await?;
    let tables = conn
        .fetch_all(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
        )
        .await?;
    let mut counts = BTreeMap::new();
    for row in tables {
        let table: String = row.get(0);
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = conn.fetch_one(AssertSqlSafe(sql)).await?.get(0);
        counts.insert(table, count);
    }
    conn.close().await?;
    Ok(counts)
}

fn lost(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> Vec<String> {
    let fewer = |(table, count): &(&String, &i64)| after.get(*table).is_some_and(|now| now < count);
    before.iter().filter(fewer).map(|(table, _)| table.clone()).collect()
}

/// What rows get in columns that come to take no NULL, where there are rows.
fn fills(diff: &Diff, counts: &BTreeMap<String, i64>) -> Vec<Fill> {
    let mut fills = Vec::new();
    for change in &diff.changes {
        let (table, column) = match change {
            migrate::Change::AddColumn { table, column } => (table, column),
            migrate::Change::AlterColumn { table, to, .. } => (table, &**to),
            _ => continue,
        };
        if !column.nullable && counts.get(&table.to_string()).is_some_and(|count| *count > 0) {
            let value = match column.data_type.split('(').next().unwrap_or_default() {
                "integer" | "bigint" | "smallint" | "numeric" | "real" | "double precision" => "0",
                "boolean" => "false",
                "uuid" => "'00000000-0000-0000-0000-000000000000'",
                name if name.starts_with("timestamp") || name == "date" => "'2000-01-01'",
                "json" | "jsonb" => "'{}'",
                _ => "''",
            };
            fills.push(Fill { table: table.clone(), column: column.name.clone(), value: value.to_owned() });
        }
    }
    fills
}

pub(crate) async fn on(url: &str, sql: &str) -> Result<(), Failure> {
    let mut conn = PgConnection::connect(url).await?;
    let done = conn.execute(AssertSqlSafe(sql)).await;
    conn.close().await?;
    done?;
    Ok(())
}

/// The URL with another database in its path.
fn with_database(url: &str, name: &str) -> String {
    let end = url.rfind('/').unwrap_or(url.len());
    let (server, rest) = url.split_at(end);
    let query = rest.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    format!("{server}/{name}{query}")
}
