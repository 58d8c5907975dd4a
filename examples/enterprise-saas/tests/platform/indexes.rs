//! The three indexes that the model page asks for: each serves the query that it is for, on both databases, with rows
//! enough that another way would be taken if it were better.

use chrono::{DateTime, Duration, Utc};
use ennead::prelude::*;
use ennead::{Dialect, Statement, Value};
use enterprise_saas::{Agent, AgentStatus, AuditLog, Execution};
use serde_json::{Value as Json, json};
use sqlx::{Connection, Row};

use crate::database::Database;
use crate::organizations;
use crate::town::{Side, Town};

/// How many rows the tables get, those of two organizations together.
const ROWS: usize = 1500;

#[tokio::test]
async fn the_hinted_indexes_serve_their_queries_on_sqlite() {
    let database = Database::sqlite().await;
    fill(&database).await;
    let mut connection = sqlx::SqliteConnection::connect(&database.url).await.unwrap();
    for (index, statement) in queries(Dialect::Sqlite) {
        let explain = format!("EXPLAIN QUERY PLAN {}", with_values(&statement));
        let lines = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = lines.iter().map(|line| line.get("detail")).collect();
        is_used(index, &plan);
    }
    connection.close().await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn the_hinted_indexes_serve_their_queries_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    fill(&database).await;
    let mut connection = sqlx::PgConnection::connect(&database.url).await.unwrap();
    for (index, statement) in queries(Dialect::Postgres) {
        let explain = format!("EXPLAIN {}", with_values(&statement));
        let lines = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
        is_used(index, &plan);
    }
    connection.close().await.unwrap();
    database.drop().await;
}

/// The page's queries: executions by organization and time, agents by workspace, audit by organization, time and type.
fn queries(dialect: Dialect) -> [(&'static str, Statement); 3] {
    let noon = at(12 * 60);
    [
        (
            "idx_execution_org_time",
            Execution::list().order_by(Execution::STARTED_AT.desc()).limit(20).statement(dialect).unwrap(),
        ),
        (
            "idx_agent_workspace",
            Agent::list()
                .filter(Agent::WORKSPACE_ID.eq("acme-workspace-3").and(Agent::STATUS.eq(AgentStatus::Active)))
                .statement(dialect)
                .unwrap(),
        ),
        (
            "idx_audit_org_time",
            AuditLog::list()
                .filter(AuditLog::TIMESTAMP.ge(noon).and(AuditLog::EVENT_TYPE.eq("event-3")))
                .order_by(AuditLog::TIMESTAMP.desc())
                .limit(20)
                .statement(dialect)
                .unwrap(),
        ),
    ]
}

/// The index is searched, and what it gives is in order already.
#[track_caller]
fn is_used(index: &str, plan: &[String]) {
    let plan = plan.join("\n");
    assert!(plan.contains(index), "{index} is not used:\n{plan}");
    for other in ["Seq Scan", "SCAN ", "Sort", "TEMP B-TREE"] {
        assert!(!plan.contains(other), "{index} is not enough:\n{plan}");
    }
}

fn at(minute: i64) -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::minutes(minute)
}

/// Two organizations, a third of the rows the second one's.
async fn fill(database: &Database) {
    let mut town = Town::new(database.db.clone(), enterprise_saas::schema());
    for tag in ["acme", "globex"] {
        let mut side = Side::new(&town.db, tag);
        organizations::sign_up(&mut town, &side).await;
        let share = if tag == "acme" { ROWS * 2 / 3 } else { ROWS / 3 };
        for name in ["Agent", "Execution", "AuditLog"] {
            let model = town.schema.models().iter().find(|model| model.name == name).copied().unwrap();
            let mut rows = Vec::new();
            for n in 0..share {
                let mut row = town.row(&mut side, model).await;
                match name {
                    "Execution" => row.insert("started_at".into(), json!(at(n as i64))),
                    "AuditLog" => row.insert("timestamp".into(), json!(at(n as i64))),
                    _ => None,
                };
                if name == "AuditLog" {
                    row.insert("event_type".into(), json!(format!("event-{}", n % 8)));
                }
                rows.push(Json::Object(row));
            }
            town.done(&side, "BulkCreate", model, json!({ "data": rows })).await;
        }
    }
    database.db.across_tenants("statistics for the planner").execute("ANALYZE").await.unwrap();
}

/// The statement with its values written into it, and `acme` where the tenant's stand-in was.
fn with_values(statement: &Statement) -> String {
    let mut sql = statement.sql().to_owned();
    for (number, value) in statement.values().iter().enumerate() {
        let literal = match value {
            Value::Int(number) => number.to_string(),
            Value::Text(text) if text == "{tenant}" => "'acme'".to_owned(),
            Value::Text(text) => format!("'{text}'"),
            Value::DateTime(time) => format!("'{}'", time.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
            other => panic!("{other:?} is not expected here"),
        };
        // Postgres numbers its placeholders, SQLite takes them in order.
        let numbered = format!("${}", number + 1);
        let placeholder = if sql.contains(&numbered) { numbered.as_str() } else { "?" };
        sql = sql.replacen(placeholder, &literal, 1);
    }
    sql
}
