//! Small questions asked beside an operation, in its transaction.

use std::sync::Arc;

use ennead_core::{Compare, Dialect, Expr, Guard, Kind, ModelDef, Operand, ParentCheck, Value};
use sea_query::{Alias, Expr as Sea, LockType, Order, Query};

use super::expr::Context;
use super::guard;
use super::lower::take_guard;
use super::program::{Batch, Bind, Program};
use super::shape::Shape;

/// A question that a number answers.
#[derive(Debug)]
pub struct Probe {
    /// What to run; it gives one row with one integer.
    pub program: Program,
    /// The number that means that all is well.
    pub expected: i64,
}

fn program(shape: Shape, shared: Vec<Bind>) -> Program {
    let shape = Arc::new(shape);
    Program { shape, several: None, shared, batch: Batch::Once, limit: None, offset: 0, heavy: false }
}

/// How many of the referenced rows are there and pass the tenant's guard. On Postgres they are locked as a foreign key locks
/// them, in the order of their keys. Where they belong to the tenant through others, these are locked too, and against every
/// change, so that none of them leaves it before the transaction ends.
#[must_use]
pub fn parent_exists(dialect: Dialect, check: &ParentCheck) -> Probe {
    let keys = check.keys.clone();
    let model = check.parent.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let expected = keys.len() as i64;
    let mut shared = vec![Bind { value: Value::Array(keys), kind: model.key_field().kind, many: true }];
    let mut tenant = check.guard.clone();
    take_guard(&mut tenant, &mut shared);
    let mut rows = Query::select();
    let keys =
        Expr::In { left: Operand::Column(model.key.field), values: vec![Value::Slot(0)], negated: false };
    rows.expr(Sea::cust("1")).from(Alias::new(model.table)).and_where(context.condition(&keys));
    // Joined rather than asked for by EXISTS: a lock reaches the tables of FROM only.
    guard::join(&mut rows, &context, &tenant);
    // Rows of nobody a tenant may read and not lock: row level security asks of who locks what it asks of who writes.
    if dialect == Dialect::Postgres && model.is_tenant_owned() {
        let moves = matches!(check.guard, Guard::Via { .. });
        rows.lock(if moves { LockType::Share } else { LockType::KeyShare });
        rows.order_by((Alias::new(model.table), Alias::new(model.key_field().column)), Order::Asc);
    }
    let mut query = Query::select();
    query.expr(Sea::cust("COUNT(*)")).from_subquery(rows, Alias::new("ennead_parents"));
    Probe { program: program(Shape::render(dialect, &query, Vec::new(), vec![Kind::I64]), shared), expected }
}

/// How many keys more than one tenant has, among the given ones.
#[must_use]
pub fn ambiguity(dialect: Dialect, model: &'static ModelDef, keys: Vec<Value>) -> Probe {
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let shared = vec![Bind { value: Value::Array(keys), kind: model.key_field().kind, many: true }];
    let keys =
        Expr::In { left: Operand::Column(model.key.field), values: vec![Value::Slot(0)], negated: false };
    let key = ennead_core::constraints::quote(model.key_field().column);
    let mut query = Query::select();
    query
        .expr(Sea::cust(format!("COUNT(*) - COUNT(DISTINCT {key})")))
        .from(Alias::new(model.table))
        .and_where(context.condition(&keys));
    Probe {
        program: program(Shape::render(dialect, &query, Vec::new(), vec![Kind::I64]), shared),
        expected: 0,
    }
}

/// How many of the rows with these keys, among those that the guard lets in, rows of another table refer to: what tells
/// which foreign key of which table SQLite meant when it refused a delete. `pairs` are the foreign key's columns and those
/// that they name; `living` is the condition of those of its rows that count.
#[must_use]
pub fn referred(
    dialect: Dialect,
    model: &'static ModelDef,
    guard: &Guard,
    keys: Vec<Value>,
    child: &str,
    pairs: &[(String, String)],
    living: Option<&str>,
) -> Probe {
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let mut shared = vec![Bind { value: Value::Array(keys), kind: model.key_field().kind, many: true }];
    let mut tenant = guard.clone();
    take_guard(&mut tenant, &mut shared);
    let keys =
        Expr::In { left: Operand::Column(model.key.field), values: vec![Value::Slot(0)], negated: false };
    let mut query = Query::select();
    query.expr(Sea::cust("COUNT(*)")).from(Alias::new(model.table)).and_where(context.condition(&keys));
    if let Some(own) = guard::guard(&context, &tenant) {
        query.and_where(own);
    }
    let quote = ennead_core::constraints::quote;
    let same: Vec<String> = pairs
        .iter()
        .map(|(from, to)| format!("\"ennead_child\".{} = {}.{}", quote(from), quote(model.table), quote(to)))
        .collect();
    let mut same = same;
    same.extend(living.map(str::to_owned));
    query.and_where(Sea::cust(format!(
        "EXISTS (SELECT 1 FROM {} AS \"ennead_child\" WHERE {})",
        quote(child),
        same.join(" AND ")
    )));
    Probe {
        program: program(Shape::render(dialect, &query, Vec::new(), vec![Kind::I64]), shared),
        expected: 0,
    }
}

/// Whether a row with these values is there: what tells which foreign key SQLite meant.
#[must_use]
pub fn row_exists(dialect: Dialect, model: &'static ModelDef, columns: &[u16], values: Vec<Value>) -> Probe {
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let mut query = Query::select();
    query.expr(Sea::cust("COUNT(*)")).from(Alias::new(model.table));
    let mut shared = Vec::new();
    for (at, value) in columns.iter().zip(values) {
        let slot = Value::Slot(shared.len() as u32);
        query.and_where(context.compare(*at, Compare::Eq, &slot));
        shared.push(Bind { value, kind: model.field(*at).kind, many: false });
    }
    Probe {
        program: program(Shape::render(dialect, &query, Vec::new(), vec![Kind::I64]), shared),
        expected: 1,
    }
}
