//! The tenant's predicate in every statement, of every shape of tenancy, for both databases.

use std::fmt::Write as _;

use ennead_core::{
    Aggregate, Assignment, Compare, Conflict, ConflictAction, Count, Delete, Deleted, Dialect, Each, Expr,
    Insert, IntoTenantId, Measure, ModelDef, ModelRef, Operand, Operation, OrderBy, Rank, RankBy, RowLock,
    Scope, Select, Target, Tenancy, Update, UpdateEach, Value,
};
use ennead_sql::{BindRef, Probe, Program, ambiguity, parent_exists, plan, referred, row_exists};

use crate::models::*;

const DIALECTS: [Dialect; 2] = [Dialect::Postgres, Dialect::Sqlite];
const MODELS: [&ModelDef; 9] =
    [&DOC, &COUNTED, &ROOT, &PLAN, &SHARED, &MORTAL, &CHILD, &GRANDCHILD, &CHILD_OF_SHARED];

fn name_is(value: &'static str) -> Expr {
    Expr::Compare { left: Operand::Column(1), op: Compare::Eq, value: Value::text(value) }
}

/// Whichever of them holds: what must never reach past the tenant's predicate.
fn either() -> Expr {
    Expr::Or(vec![name_is("a"), name_is("b")])
}

/// The statements of a model that a tenant may send.
fn operations(model: &'static ModelDef) -> Vec<(&'static str, Operation)> {
    let def = model;
    let model = ModelRef(model);
    let key = || Value::text("key");
    let set = || vec![Assignment { column: 1, value: Value::text("new"), add: false }];
    let update =
        |target| Update { model, target, when: None, set: set(), returning: true, deleted: Deleted::Include };
    let delete = |target, when| Delete { model, target, when };
    let order = vec![OrderBy { column: 1, descending: true }, OrderBy { column: 0, descending: true }];
    let list = Select {
        model,
        filter: Some(either()),
        order,
        limit: Some(10),
        offset: 0,
        after: None,
        columns: None,
        deleted: Deleted::Include,
        each: None,
        lock: None,
    };
    let locked = Select { lock: Some(RowLock::Wait), ..list.clone() };
    let free = Select { lock: Some(RowLock::SkipLocked), ..list.clone() };
    let busy = Select { lock: Some(RowLock::NoWait), ..list.clone() };
    let each = Each { columns: vec![1], limit: 3 };
    let each = Select { each: Some(each), limit: None, columns: Some(vec![0]), ..list.clone() };
    let page = Select { after: Some(vec![Value::text("last"), key()]), ..list.clone() };
    let count = Count { model, filter: None, deleted: Deleted::Include };
    let figures = Aggregate {
        model,
        filter: Some(either()),
        deleted: Deleted::Include,
        measures: vec![Measure::Rows, Measure::Max(1)],
        group_by: Vec::new(),
        order: Vec::new(),
        limit: None,
    };
    let rank = |by, descending| RankBy { by, descending };
    let groups = Aggregate {
        group_by: vec![1, 0],
        order: vec![rank(Rank::Measure(Measure::Rows), true), rank(Rank::Key(1), false)],
        limit: Some(10),
        ..figures.clone()
    };
    let mut all = vec![
        ("aggregate", Operation::Aggregate(figures)),
        ("aggregate of groups", Operation::Aggregate(groups)),
        ("list", Operation::Select(list)),
        ("page", Operation::Select(page)),
        ("the first of each", Operation::Select(each)),
        ("count", Operation::Count(count.clone())),
        ("count filtered", Operation::Count(Count { filter: Some(either()), ..count })),
    ];
    if matches!(def.tenancy, Tenancy::Global) {
        return all;
    }
    all.extend([
        ("list locked", Operation::Select(locked)),
        ("list of what nobody has locked", Operation::Select(free)),
        ("list locked at once", Operation::Select(busy)),
        ("update by key", Operation::Update(update(Target::Key(key())))),
        ("update when", Operation::Update(Update { when: Some(either()), ..update(Target::Key(key())) })),
        ("update filtered", Operation::Update(update(Target::Filter(either())))),
        ("update all", Operation::Update(update(Target::All))),
        (
            "update each",
            Operation::UpdateEach(UpdateEach {
                model,
                columns: vec![(1, false)],
                rows: vec![vec![key(), Value::text("x")], vec![Value::text("key 2"), Value::text("y")]],
                versioned: false,
            }),
        ),
    ]);
    if matches!(def.tenancy, Tenancy::Root) {
        return all;
    }
    let mut columns: Vec<u16> = (0..def.fields.len() as u16).collect();
    columns.retain(|at| *at < 3);
    let tenant = if def.tenant_field().is_some() { Value::Null } else { Value::text("parent") };
    let row = vec![key(), Value::text("n"), tenant];
    let insert = |action| Insert {
        model,
        columns: columns.clone(),
        rows: vec![row.clone()],
        conflict: action,
        returning: true,
    };
    let arbiter = match def.tenant_field() {
        Some(tenant) => vec![tenant, 0],
        None => vec![0],
    };
    let settle =
        |action| Some(Conflict { target: vec![0], arbiter: arbiter.clone(), living_only: false, action });
    let changed = ConflictAction::Update { columns: vec![1], add: Vec::new(), version: None };
    all.extend([
        ("delete by key", Operation::Delete(delete(Target::Key(key()), None))),
        ("delete when", Operation::Delete(delete(Target::Key(key()), Some(either())))),
        ("delete keys", Operation::Delete(delete(Target::Keys(vec![key(), Value::text("2")]), None))),
        ("delete filtered", Operation::Delete(delete(Target::Filter(either()), None))),
        ("create", Operation::Insert(insert(None))),
        ("upsert", Operation::Insert(insert(settle(changed)))),
        ("create or leave", Operation::Insert(insert(settle(ConflictAction::Ignore)))),
    ]);
    all
}

fn tenant(model: &ModelDef) -> Scope {
    // A tenant with a number for those that have one.
    let id = if std::ptr::eq(model, &COUNTED) { 7_i64.into_tenant_id() } else { "acme".into_tenant_id() };
    Scope::Tenant(id.unwrap())
}

/// The SQL, and its values in the order of the placeholders.
fn shown(program: &Program) -> String {
    let value = |bind: BindRef<'_>| match bind {
        BindRef::One(value, _) => shown_value(value),
        BindRef::Many(values, _) => {
            format!("[{}]", values.iter().map(shown_value).collect::<Vec<_>>().join(", "))
        }
    };
    let values: Vec<String> = program.binds(0).map(value).collect();
    format!("{}  <- {}", program.shape.sql, values.join(", "))
}

fn shown_value(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Null => "NULL".to_owned(),
        Value::Array(all) => format!("[{}]", all.iter().map(shown_value).collect::<Vec<_>>().join(", ")),
        _ => "?".to_owned(),
    }
}

#[test]
fn every_statement_of_every_shape() {
    for dialect in DIALECTS {
        let mut text = String::new();
        for model in MODELS {
            for (name, operation) in operations(model) {
                let scoped = tenant(model).apply(operation.clone()).unwrap();
                let program = plan(dialect, scoped).unwrap();
                writeln!(text, "{} {name}\n    {}", model.name, shown(&program)).unwrap();
                // A new row without a tenant column is proved by its parent, in a statement of its own.
                let proved = name.starts_with("create") && matches!(model.tenancy, Tenancy::Via { .. });
                let open = matches!(model.tenancy, Tenancy::Global) || proved;
                let carried = program.binds(0).any(is_tenant);
                assert!(carried || open, "{} {name}: {}", model.name, program.shape.sql);
            }
        }
        insta::assert_snapshot!(format!("{dialect}_tenant"), text);
    }
}

fn is_tenant(bind: BindRef<'_>) -> bool {
    let is = |value: &Value| matches!(value, Value::Text(text) if text == "acme") || *value == Value::Int(7);
    match bind {
        BindRef::One(value, _) => is(value),
        BindRef::Many(values, _) => !values.is_empty() && values.iter().all(is),
    }
}

#[test]
fn across_tenants_there_is_no_predicate() {
    for dialect in DIALECTS {
        let mut text = String::new();
        for model in [&DOC, &SHARED, &GRANDCHILD] {
            for (name, operation) in operations(model) {
                if operation.writes() && matches!(operation, Operation::Insert(_)) {
                    continue;
                }
                let program = plan(dialect, Scope::AcrossTenants.apply(operation).unwrap()).unwrap();
                writeln!(text, "{} {name}\n    {}", model.name, shown(&program)).unwrap();
            }
        }
        insta::assert_snapshot!(format!("{dialect}_across_tenants"), text);
    }
}

#[test]
fn parents_are_proved_and_locked() {
    for dialect in DIALECTS {
        let mut text = String::new();
        for model in [&CHILD, &GRANDCHILD, &GREAT_GRANDCHILD, &CHILD_OF_SHARED] {
            let (_, create) = operations(model).into_iter().find(|(name, _)| *name == "create").unwrap();
            let scoped = tenant(model).apply(create).unwrap();
            for check in scoped.parents() {
                let mut check = check.clone();
                check.keys = vec![Value::text("one"), Value::text("two")];
                let Probe { program, expected } = parent_exists(dialect, &check);
                writeln!(text, "{} {expected}\n    {}", model.name, shown(&program)).unwrap();
            }
        }
        insta::assert_snapshot!(format!("{dialect}_parents"), text);
    }
}

#[test]
fn questions_beside_an_operation() {
    let mut text = String::new();
    for dialect in DIALECTS {
        let keys = vec![Value::text("one"), Value::text("two")];
        let Probe { program, expected } = ambiguity(dialect, &DOC, keys);
        writeln!(text, "{dialect} ambiguity {expected}\n    {}", shown(&program)).unwrap();
        let Probe { program, expected } =
            row_exists(dialect, &DOC, &[2, 0], vec![Value::text("acme"), Value::text("one")]);
        writeln!(text, "{dialect} row_exists {expected}\n    {}", shown(&program)).unwrap();
    }
    for model in [&DOC, &GRANDCHILD] {
        let guard = tenant(model).guard(model, false).unwrap();
        let pairs = [("parent \"id\"".to_owned(), "id".to_owned()), ("owner".to_owned(), "owner".to_owned())];
        let Probe { program, expected } =
            referred(Dialect::Sqlite, model, &guard, vec![Value::text("one")], "below", &pairs, None);
        writeln!(text, "{} referred {expected}\n    {}", model.name, shown(&program)).unwrap();
    }
    insta::assert_snapshot!(text);
}
