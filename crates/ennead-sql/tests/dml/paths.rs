//! Changes at paths of JSON columns: one shape whatever the paths, and no path in a text.

use std::sync::Arc;

use ennead_core::{
    Assignment, Compare, Deleted, Dialect, Expr, IntoTenantId, Kind, ModelDef, ModelRef, Operation, Role,
    Scope, Target, Tenancy, Update, UpdateEach, Value, add_at, remove_at, set_at,
};
use ennead_sql::{Planner, Program};
use serde_json::json;

use crate::models::{ID, OWNER, field, model};

static JAR: ModelDef = model(
    "jar",
    &[ID, field("data", Kind::Json, Role::Plain), OWNER],
    Tenancy::Column { field: 2, shared: None },
);

fn path(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

fn changes(all: &[Value]) -> Value {
    let parts = all.iter().map(|one| match one {
        Value::Json(json) => json.as_array().unwrap().clone(),
        _ => panic!("changes are JSON"),
    });
    Value::Json(parts.flatten().collect())
}

fn planned(planner: &Planner, operation: Operation) -> Program {
    let scope = Scope::Tenant("acme".into_tenant_id().unwrap());
    planner.plan(scope.apply(operation).unwrap()).unwrap()
}

fn update(all: &[Value], when: Option<Expr>) -> Operation {
    Operation::Update(Update {
        model: ModelRef(&JAR),
        target: Target::Key(Value::text("key")),
        when,
        set: vec![Assignment { column: 1, value: changes(all), add: true }],
        returning: false,
        deleted: Deleted::Include,
    })
}

#[test]
fn one_shape_serves_all_paths() {
    let odd = "'; DROP TABLE jar; --";
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let planner = Planner::new(dialect);
        let one = planned(&planner, update(&[set_at(path(&["a"]), json!(1))], None));
        let other = planned(&planner, update(&[add_at(path(&["b", odd]), json!(2))], None));
        assert!(Arc::ptr_eq(&one.shape, &other.shape));
        assert!(!other.shape.sql.contains("DROP"), "{}", other.shape.sql);
        // Three changes and four have one shape too.
        let three = vec![remove_at(path(&["x"])); 3];
        let three = planned(&planner, update(&three, None));
        let four = planned(&planner, update(&vec![remove_at(path(&["x", "y"])); 4], None));
        assert!(Arc::ptr_eq(&three.shape, &four.shape));
        let each = |amount: usize| {
            let row = |at: usize| {
                let all = vec![set_at(path(&[&format!("p{at}")]), json!(at)); amount];
                vec![Value::text(format!("key-{at}")), changes(&all)]
            };
            Operation::UpdateEach(UpdateEach {
                model: ModelRef(&JAR),
                columns: vec![(1, true)],
                rows: (0..5).map(row).collect(),
                versioned: false,
            })
        };
        let (few, more) = (planned(&planner, each(1)), planned(&planner, each(2)));
        assert_eq!(Arc::ptr_eq(&few.shape, &more.shape), dialect == Dialect::Sqlite);
    }
}

#[test]
fn the_statements_are_these() {
    let set = update(&[set_at(path(&["a"]), json!(1))], None);
    let when =
        Expr::ComparePaths { left: (1, path(&["used"])), op: Compare::Lt, right: (1, path(&["quota"])) };
    let taken = update(&[add_at(path(&["used"]), json!(1))], Some(when));
    let mut told = String::new();
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        for operation in [&set, &taken] {
            told.push_str(&planned(&Planner::new(dialect), operation.clone()).shape.sql);
            told.push_str("\n\n");
        }
    }
    insta::assert_snapshot!(told);
}
