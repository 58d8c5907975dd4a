//! `statement(dialect)`: the SQL of every operation, without a database.

use ennead::Dialect::{self, Postgres, Sqlite};
use ennead::prelude::*;
use ennead::{Statement, Value};
use rust_decimal::Decimal;

use crate::Bed;
use crate::accounts::*;

#[model(table = "tasks")]
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub team_id: String,
    #[unique]
    pub title: String,
    #[default(0)]
    pub effort: i64,
    pub price: Option<Decimal>,
}

fn task(id: &str) -> NewTask {
    NewTask { id: id.into(), title: id.into() }
}

fn same(statement: &dyn Fn(Dialect) -> Result<Statement, Error>, postgres: &str, sqlite: &str) {
    assert_eq!(statement(Postgres).unwrap().sql(), postgres);
    assert_eq!(statement(Sqlite).unwrap().sql(), sqlite);
}

async fn every_operation_shows_its_sql(_: Bed) {
    let all = r#""id", "team_id", "title", "effort", "price""#;
    let insert = format!(r#"INSERT INTO "tasks" ({all})"#);
    let list = r#"SELECT "tasks"."id", "tasks"."team_id", "tasks"."title", "tasks"."effort", "tasks"."price" FROM "tasks""#;
    same(
        &|dialect| Task::create(task("a")).statement(dialect),
        &format!("{insert} VALUES ($1, $2, $3, $4, $5) RETURNING {all}"),
        &format!("{insert} VALUES (?, ?, ?, ?, ?) RETURNING {all}"),
    );
    same(
        &|dialect| Task::bulk_create(["a", "b"].map(task)).statement(dialect),
        &format!("{insert} SELECT UNNEST($1), UNNEST($2), UNNEST($3), UNNEST($4), UNNEST($5)"),
        &format!("{insert} VALUES (?, ?, ?, ?, ?)"),
    );
    same(
        &|dialect| Task::read("a").statement(dialect),
        &format!(r#"{list} WHERE "tasks"."team_id" = $1 AND "tasks"."id" = $2"#),
        &format!(r#"{list} WHERE "tasks"."team_id" = ? AND "tasks"."id" = ?"#),
    );
    same(
        &|dialect| {
            Task::list().filter(Task::EFFORT.gt(3)).order_by(Task::TITLE.desc()).limit(5).statement(dialect)
        },
        &format!(
            r#"{list} WHERE "tasks"."team_id" = $1 AND "tasks"."effort" > $2 ORDER BY "tasks"."title" DESC LIMIT $3"#
        ),
        &format!(
            r#"{list} WHERE "tasks"."team_id" = ? AND "tasks"."effort" > ? ORDER BY "tasks"."title" DESC LIMIT 8"#
        ),
    );
    same(
        &|dialect| Task::count().filter(Task::PRICE.eq(None)).statement(dialect),
        r#"SELECT COUNT(*) FROM "tasks" WHERE "tasks"."team_id" = $1 AND "tasks"."price" IS NULL"#,
        r#"SELECT COUNT(*) FROM "tasks" WHERE "tasks"."team_id" = ? AND "tasks"."price" IS NULL"#,
    );
    same(
        &|dialect| Task::update("a").set(Task::TITLE, "t").statement(dialect),
        &format!(
            r#"UPDATE "tasks" SET "title" = $1 WHERE "tasks"."team_id" = $2 AND "tasks"."id" = $3 RETURNING {all}"#
        ),
        &format!(
            r#"UPDATE "tasks" SET "title" = ? WHERE "tasks"."team_id" = ? AND "tasks"."id" = ? RETURNING {all}"#
        ),
    );
    same(
        &|dialect| Task::bulk_update().filter(Task::EFFORT.eq(1)).set(Task::TITLE, "t").statement(dialect),
        r#"UPDATE "tasks" SET "title" = $1 WHERE "tasks"."team_id" = $2 AND "tasks"."effort" = $3"#,
        r#"UPDATE "tasks" SET "title" = ? WHERE "tasks"."team_id" = ? AND "tasks"."effort" = ?"#,
    );
    same(
        &|dialect| Task::delete("a").statement(dialect),
        r#"DELETE FROM "tasks" WHERE "tasks"."team_id" = $1 AND "tasks"."id" = $2"#,
        r#"DELETE FROM "tasks" WHERE "tasks"."team_id" = ? AND "tasks"."id" = ?"#,
    );
    same(
        &|dialect| Task::bulk_delete().keys(["a", "b"]).statement(dialect),
        r#"DELETE FROM "tasks" WHERE "tasks"."team_id" = $1 AND (("tasks"."id" = ANY($2)))"#,
        r#"DELETE FROM "tasks" WHERE "tasks"."team_id" = ? AND (("tasks"."id" IN (SELECT "value" FROM json_each(?))))"#,
    );
    same(
        &|dialect| Task::create(task("a")).on_conflict(Task::TITLE).update(Task::EFFORT).statement(dialect),
        &format!(
            r#"{insert} VALUES ($1, $2, $3, $4, $5) ON CONFLICT ("team_id", "title") DO UPDATE SET "effort" = "excluded"."effort" RETURNING {all}"#
        ),
        &format!(
            r#"{insert} VALUES (?, ?, ?, ?, ?) ON CONFLICT ("team_id", "title") DO UPDATE SET "effort" = "excluded"."effort" RETURNING {all}"#
        ),
    );
}

async fn values_stand_beside_the_sql(_: Bed) {
    for dialect in [Postgres, Sqlite] {
        let statement = Task::update("a").set(Task::TITLE, "t").statement(dialect).unwrap();
        let mut values: Vec<Value> = statement.values().to_vec();
        values.sort_by_key(|value| format!("{}", matches!(value, Value::Text(text) if text == "{tenant}")));
        assert_eq!(values.len(), 3, "{dialect}");
        assert!(values.contains(&Value::text("t")) && values.contains(&Value::text("a")), "{dialect}");
        assert_eq!(values[2], Value::text("{tenant}"), "the tenant's value is a stand-in");
        let placeholders = statement.sql().matches(if dialect == Postgres { '$' } else { '?' }).count();
        assert_eq!(placeholders, 3);
        assert_eq!(statement.to_string(), statement.sql());
        let bulk = Task::bulk_create(["a", "b", "c"].map(task)).statement(dialect).unwrap();
        assert_eq!(bulk.executions(), if dialect == Postgres { 1 } else { 3 });
    }
}

async fn what_cannot_be_right_is_told_without_a_database(_: Bed) {
    for dialect in [Postgres, Sqlite] {
        assert!(Task::update("a").statement(dialect).unwrap_err().is_invalid_input());
        assert!(Task::bulk_delete().statement(dialect).unwrap_err().is_invalid_input());
        assert!(Task::bulk_update().set(Task::TITLE, "x").statement(dialect).unwrap_err().is_invalid_input());
        let nul = Task::list().filter(Task::TITLE.eq("a\0")).statement(dialect).unwrap_err();
        assert_eq!(nul.fields(), ["title"]);
        let target = Task::create(task("a")).on_conflict(Task::EFFORT).ignore().statement(dialect);
        assert_eq!(target.unwrap_err().fields(), ["effort"]);
        let twice = Task::bulk_create(["a", "a"].map(task)).statement(dialect).unwrap_err();
        assert!(twice.is_unique_violation());
    }
}

async fn what_a_dialect_lacks_is_told_without_a_database(_: Bed) {
    let add = Task::update("a").add(Task::PRICE, Decimal::ONE);
    add.statement(Postgres).unwrap();
    let error = add.statement(Sqlite).unwrap_err();
    assert!(error.is_unsupported(), "{error:?}");
    assert_eq!(
        (error.model(), error.fields(), error.http_status()),
        (Some("Task"), ["price"].as_slice(), 501)
    );
    let order = Task::list().order_by(Task::PRICE.asc());
    order.statement(Postgres).unwrap();
    assert!(order.statement(Sqlite).unwrap_err().is_unsupported());
    let range = Task::count().filter(Task::PRICE.gt(Decimal::ONE));
    assert!(range.statement(Sqlite).unwrap_err().is_unsupported());
    Task::count().filter(Task::PRICE.eq(Decimal::ONE)).statement(Sqlite).unwrap();
}

async fn an_operation_that_was_shown_still_runs(bed: Bed) {
    let acme = acme(&open(&bed).await);
    let create = keyed("jo");
    create.statement(bed.dialect()).unwrap();
    create.run(&acme).await.unwrap();
    let list = User::list().filter(User::NAME.eq("jo"));
    list.statement(bed.dialect()).unwrap();
    assert_eq!(list.run(&acme).await.unwrap().len(), 1);
}

crate::cases![
    every_operation_shows_its_sql,
    values_stand_beside_the_sql,
    what_cannot_be_right_is_told_without_a_database,
    what_a_dialect_lacks_is_told_without_a_database,
    an_operation_that_was_shown_still_runs,
];
