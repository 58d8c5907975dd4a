//! The predicate of a keyset page: what stands behind a row in the order, NULLs first ascending and last descending.

use ennead_core::{Compare, OrderBy, Value};
use sea_query::{Expr as Sea, ExprTrait};

use super::expr::Context;

/// The rows behind the one with these values.
pub(super) fn after(context: &Context<'_>, order: &[OrderBy], values: &[Value]) -> Sea {
    let mut parts = order.iter().zip(values).rev();
    let Some((last, value)) = parts.next() else { return Sea::cust("FALSE") };
    let start = behind(context, *last, value);
    parts.fold(start, |rest, (by, value)| {
        let tied = same(context, *by, value).and(rest);
        behind(context, *by, value).or(tied)
    })
}

/// The rows whose column stands behind the value.
fn behind(context: &Context<'_>, by: OrderBy, value: &Value) -> Sea {
    let nullable = context.field(by.column).nullable;
    match (value, by.descending) {
        (Value::Null, false) => context.column(by.column).is_not_null(),
        (Value::Null, true) => Sea::cust("FALSE"),
        (value, false) => context.compare(by.column, Compare::Gt, value),
        (value, true) if nullable => {
            context.compare(by.column, Compare::Lt, value).or(context.column(by.column).is_null())
        }
        (value, true) => context.compare(by.column, Compare::Lt, value),
    }
}

fn same(context: &Context<'_>, by: OrderBy, value: &Value) -> Sea {
    match value {
        Value::Null => context.column(by.column).is_null(),
        value => context.compare(by.column, Compare::Eq, value),
    }
}
