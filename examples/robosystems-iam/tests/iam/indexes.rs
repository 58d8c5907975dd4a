//! The indexes serve the queries that they are for: composite ones, partial ones, and on Postgres those over JSON.

use ennead::prelude::*;
use ennead::{Dialect, Statement, Value};
use robosystems_iam::{
    BackupType, CreditTransactionType, GraphBackup, GraphCreditTransaction, NewGraphBackup,
    NewGraphCreditTransaction, NewUser, NewUserApiKey, NewUserRepository, RepositoryType, Secret, User,
    UserApiKey, UserRepository,
};
use serde_json::json;
use sqlx::{Connection, Row};

use crate::database::Database;
use crate::platform::{account, credits};

fn queries(dialect: Dialect) -> Vec<(&'static str, Statement)> {
    let consumption = GraphCreditTransaction::TRANSACTION_TYPE.eq(CreditTransactionType::Consumption);
    let history = GraphCreditTransaction::list()
        .filter(GraphCreditTransaction::GRAPH_CREDITS_ID.eq("gc_kg1a2b3c").and(consumption))
        .order_by(GraphCreditTransaction::CREATED_AT.desc())
        .limit(50);
    let by_email = User::list().filter(User::EMAIL.eq("user@example.com"));
    let by_name = User::list().filter(User::NAME.starts_with("Jo")).order_by(User::NAME.asc()).limit(20);
    let active = UserApiKey::USER_ID.eq("user_1").and(UserApiKey::IS_ACTIVE.eq(true));
    let keys = UserApiKey::list().filter(active.and(UserApiKey::NAME.eq("notebook-7")));
    let encrypted = GraphBackup::list().filter(GraphBackup::METADATA.contains(json!({ "encrypted": true })));
    let scoped = UserRepository::list().filter(UserRepository::METADATA.contains(json!({ "beta": true })));
    let both = [
        ("ix_graph_credit_transactions_graph_id_graph_credits_id", history.statement(dialect)),
        ("uq_users_email", by_email.statement(dialect)),
        ("ix_users_name", by_name.statement(dialect)),
        ("ix_user_api_keys_user_id_name", keys.statement(dialect)),
    ];
    let postgres = [
        ("ix_graph_backups_metadata", encrypted.statement(dialect)),
        ("ix_user_repositories_metadata", scoped.statement(dialect)),
    ];
    let all = both.into_iter().chain(postgres.into_iter().filter(|_| dialect == Dialect::Postgres));
    all.map(|(index, statement)| (index, statement.unwrap())).collect()
}

#[tokio::test]
async fn indexes_serve_their_queries_on_sqlite() {
    let database = Database::sqlite().await;
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
async fn indexes_serve_their_queries_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    let mut connection = sqlx::PgConnection::connect(&database.url).await.unwrap();
    fill(&database.db).await;
    // Of tables with few rows nothing is cheaper than to read them whole.
    sqlx::query("SET enable_seqscan = off").execute(&mut connection).await.unwrap();
    for (index, statement) in queries(Dialect::Postgres) {
        let explain = format!("EXPLAIN {}", with_values(&statement));
        let lines = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
        is_used(index, &plan);
    }
    connection.close().await.unwrap();
    database.drop().await;
}

/// Rows enough for the right index to be the cheapest.
async fn fill(db: &Db) {
    let (graph, _) = account(db, "kg1a2b3c", "100").await;
    let entries = (0..1500).map(|number| NewGraphCreditTransaction {
        graph_credits_id: "gc_kg1a2b3c".into(),
        transaction_type: CreditTransactionType::Bonus,
        amount: credits("1"),
        description: "a bonus".into(),
        idempotency_key: format!("bonus-{number}"),
    });
    GraphCreditTransaction::bulk_create(entries).run(&graph).await.unwrap();
    let users = (0..400).map(|number| {
        let password_hash = Secret("hash".into());
        let email = format!("user-{number}@example.com");
        let new = NewUser { email, name: format!("User {number}"), password_hash };
        User::create(new).set(User::ID, format!("user_{number}"))
    });
    let users = User::bulk_create(users).returning(db).await.unwrap();
    let keys = (0..1000).map(|number| NewUserApiKey {
        user_id: "user_1".into(),
        name: format!("notebook-{number}"),
        prefix: "rfs_".into(),
        key_hash: Secret(format!("hash-{number}")),
    });
    UserApiKey::bulk_create(keys).run(db).await.unwrap();
    let backups = (0..1500).map(|number| NewGraphBackup {
        created_by: users[0].id.clone(),
        backup_type: BackupType::Full,
        object_key: format!("backup-{number}"),
    });
    GraphBackup::bulk_create(backups).run(&graph).await.unwrap();
    let repositories = (0..1500).map(|number| NewUserRepository {
        user_id: users[number % 400].id.clone(),
        repository_type: RepositoryType::Sec,
        repository_name: format!("sec-{number}"),
        monthly_price: credits("0"),
    });
    UserRepository::bulk_create(repositories).run(db).await.unwrap();
    db.across_tenants("statistics for the planner").execute("ANALYZE").await.unwrap();
}

#[track_caller]
fn is_used(index: &str, plan: &[String]) {
    let plan = plan.join("\n");
    assert!(plan.contains(index), "{index} is not used:\n{plan}");
    assert!(!plan.contains("Seq Scan"), "{index} is not enough:\n{plan}");
}

/// The statement with its values written into it.
fn with_values(statement: &Statement) -> String {
    let mut sql = statement.sql().to_owned();
    for (number, value) in statement.values().iter().enumerate().rev() {
        let literal = match value {
            Value::Int(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Text(text) if text == "{tenant}" => "'kg1a2b3c'".to_owned(),
            Value::Text(text) => format!("'{text}'"),
            Value::Json(json) => format!("'{json}'"),
            other => panic!("{other:?} is not expected here"),
        };
        // Postgres numbers its placeholders, SQLite takes them in order.
        let numbered = format!("${}", number + 1);
        match sql.rfind('?').filter(|_| !sql.contains(&numbered)) {
            Some(last) => sql.replace_range(last..=last, &literal),
            None => sql = sql.replace(&numbered, &literal),
        }
    }
    sql
}
