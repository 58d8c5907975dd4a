//! Read, List and Count as SQL.

use ennead_core::{Count, Dialect, Error, Guard, Kind, OrderBy, RowLock, Select};
use sea_query::{
    Alias, Expr as Sea, LockBehavior, LockType, NullOrdering, Order as SeaOrder, Query, SelectStatement,
};

use super::expr::Context;
use super::shape::Shape;
use super::{guard, keyset};

/// The columns that come back: all fields in order, or the ones asked for.
fn outputs(op: &Select) -> Vec<u16> {
    op.columns.clone().unwrap_or_else(|| (0..op.model.fields.len() as u16).collect())
}

pub(super) fn list(dialect: Dialect, op: &Select, tenant: &Guard) -> Result<Shape, Error> {
    let model = op.model.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let mut query = Query::select();
    query.from(Alias::new(model.table));
    let columns = outputs(op);
    for at in &columns {
        query.expr(context.column(*at));
    }
    conditions(&mut query, &context, tenant, op.filter.as_ref(), op.deleted);
    if let Some(after) = &op.after {
        query.and_where(keyset::after(&context, &op.order, after));
    }
    for by in &op.order {
        order(&mut query, &context, *by);
    }
    if dialect == Dialect::Postgres {
        if let Some(at) = op.limit {
            query.limit(at);
        }
        if op.offset != 0 {
            query.offset(op.offset - 1);
        }
        match op.lock {
            // Only the rows themselves: the guard and the filter may look at other tables.
            Some(RowLock::Wait) => {
                query.lock_with_tables(LockType::Update, [Alias::new(model.table)]);
            }
            Some(RowLock::SkipLocked) => {
                let of = [Alias::new(model.table)];
                query.lock_with_tables_behavior(LockType::Update, of, LockBehavior::SkipLocked);
            }
            None => {}
        }
    }
    let kinds: Vec<Kind> = columns.iter().map(|at| model.field(*at).kind).collect();
    let mut shape = Shape::render(dialect, &query, Vec::new(), kinds);
    if let (Dialect::Sqlite, Some(limit)) = (dialect, op.limit) {
        // sea-query would bind it.
        shape.sql = format!("{} LIMIT {limit}", shape.sql).into();
    }
    Ok(shape)
}

pub(super) fn count(dialect: Dialect, op: &Count, tenant: &Guard) -> Result<Shape, Error> {
    let model = op.model.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let mut query = Query::select();
    query.expr(Sea::cust("COUNT(*)")).from(Alias::new(model.table));
    conditions(&mut query, &context, tenant, op.filter.as_ref(), op.deleted);
    Ok(Shape::render(dialect, &query, Vec::new(), vec![Kind::I64]))
}

fn conditions(
    query: &mut SelectStatement,
    context: &Context<'_>,
    tenant: &Guard,
    filter: Option<&ennead_core::Expr>,
    deleted: ennead_core::Deleted,
) {
    if let Some(own) = guard::guard(context, tenant) {
        query.and_where(own);
    }
    if let Some(living) = context.living(deleted) {
        query.and_where(living);
    }
    if let Some(filter) = filter {
        query.and_where(context.condition(filter));
    }
}

/// NULLs first ascending, last descending: SQLite's own way, said aloud on Postgres where NULLs can be.
fn order(query: &mut SelectStatement, context: &Context<'_>, by: OrderBy) {
    let expr = context.ordered(by.column);
    let direction = if by.descending { SeaOrder::Desc } else { SeaOrder::Asc };
    if context.dialect == Dialect::Postgres && context.field(by.column).nullable {
        let nulls = if by.descending { NullOrdering::Last } else { NullOrdering::First };
        query.order_by_expr_with_nulls(expr, direction, nulls);
    } else {
        query.order_by_expr(expr, direction);
    }
}
