//! Read, List and Count as SQL.

use ennead_core::{Count, Dialect, Each, Error, Guard, Kind, OrderBy, RowLock, Select};
use sea_query::{
    Alias, Expr as Sea, ExprTrait, LockBehavior, LockType, NullOrdering, Order as SeaOrder, OrderedStatement,
    OverStatement, Query, SelectStatement, WindowStatement,
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
    conditions(&mut query, &context, tenant, op.filter.as_ref(), op.deleted);
    let kinds: Vec<Kind> = columns.iter().map(|at| model.field(*at).kind).collect();
    let mut query = match &op.each {
        Some(each) => limited(query, &context, &columns, &op.order, each),
        None => plain(query, &context, &columns, op),
    };
    if dialect == Dialect::Postgres {
        if op.offset != 0 {
            query.offset(op.offset - 1);
        }
        if let Some(lock) = op.lock {
            locked(&mut query, model.table, lock);
        }
    }
    Ok(rendered(dialect, query, op.limit, kinds))
}

/// A select with its limit.
pub(super) fn rendered(
    dialect: Dialect,
    mut query: SelectStatement,
    limit: Option<u64>,
    kinds: Vec<Kind>,
) -> Shape {
    if let (Dialect::Postgres, Some(at)) = (dialect, limit) {
        query.limit(at);
    }
    let mut shape = Shape::render(dialect, &query, Vec::new(), kinds);
    if let (Dialect::Sqlite, Some(limit)) = (dialect, limit) {
        // sea-query would bind it.
        shape.sql = format!("{} LIMIT {limit}", shape.sql).into();
    }
    shape
}

/// The rows in their order, behind those of an earlier page.
fn plain(mut query: SelectStatement, context: &Context<'_>, columns: &[u16], op: &Select) -> SelectStatement {
    for at in columns {
        query.expr(context.column(*at));
    }
    if let Some(after) = &op.after {
        query.and_where(keyset::after(context, &op.order, after));
    }
    for by in &op.order {
        order(&mut query, context, *by);
    }
    query
}

/// The first rows of each group: numbered inside, where the tenant's predicate and the conditions are, and cut outside.
fn limited(
    mut numbered: SelectStatement,
    context: &Context<'_>,
    columns: &[u16],
    by: &[OrderBy],
    each: &Each,
) -> SelectStatement {
    let outer = Context { table: "ennead_each", ..*context };
    let mut inside: Vec<u16> = columns.iter().copied().chain(by.iter().map(|by| by.column)).collect();
    inside.sort_unstable();
    inside.dedup();
    for at in inside {
        numbered.expr_as(context.column(at), Alias::new(context.field(at).column));
    }
    let mut window = WindowStatement::new();
    for at in &each.columns {
        window.add_partition_by(context.column(*at));
    }
    for by in by {
        order(&mut window, context, *by);
    }
    numbered.expr_window_as(Sea::cust("ROW_NUMBER()"), window, Alias::new("ennead_row"));
    let mut query = Query::select();
    query.from_subquery(numbered, Alias::new(outer.table.to_owned()));
    for at in columns {
        query.expr(outer.column(*at));
    }
    let row = Sea::col((Alias::new(outer.table.to_owned()), Alias::new("ennead_row")));
    query.and_where(row.lte(super::expr::slot(i64::try_from(each.limit).unwrap_or(i64::MAX))));
    for by in by {
        order(&mut query, &outer, *by);
    }
    query
}

/// Locks the rows themselves, and none of those at which the guard and the filter look. SQLite's transactions hold the whole
/// database.
fn locked(query: &mut SelectStatement, table: &'static str, lock: RowLock) {
    let of = [Alias::new(table)];
    match lock {
        RowLock::Wait => query.lock_with_tables(LockType::Update, of),
        RowLock::Change => query.lock_with_tables(LockType::NoKeyUpdate, of),
        RowLock::SkipLocked => {
            query.lock_with_tables_behavior(LockType::Update, of, LockBehavior::SkipLocked)
        }
        RowLock::NoWait => query.lock_with_tables_behavior(LockType::Update, of, LockBehavior::Nowait),
    };
}

pub(super) fn count(dialect: Dialect, op: &Count, tenant: &Guard) -> Result<Shape, Error> {
    let model = op.model.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let mut query = Query::select();
    query.expr(Sea::cust("COUNT(*)")).from(Alias::new(model.table));
    conditions(&mut query, &context, tenant, op.filter.as_ref(), op.deleted);
    Ok(Shape::render(dialect, &query, Vec::new(), vec![Kind::I64]))
}

/// The tenant's predicate, the living rows, and the user's filter.
pub(super) fn conditions(
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
fn order(query: &mut impl OrderedStatement, context: &Context<'_>, by: OrderBy) {
    let nullable = context.field(by.column).nullable;
    order_by(query, context.dialect, context.ordered(by.column), by.descending, nullable);
}

/// The same for what may be NULL or not.
pub(super) fn order_by(
    query: &mut impl OrderedStatement,
    dialect: Dialect,
    expr: Sea,
    descending: bool,
    nullable: bool,
) {
    let direction = if descending { SeaOrder::Desc } else { SeaOrder::Asc };
    if dialect == Dialect::Postgres && nullable {
        let nulls = if descending { NullOrdering::Last } else { NullOrdering::First };
        query.order_by_expr_with_nulls(expr, direction, nulls);
    } else {
        query.order_by_expr(expr, direction);
    }
}
