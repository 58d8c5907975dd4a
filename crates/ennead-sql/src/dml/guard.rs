//! The tenant's predicate as SQL. `ennead-core`'s `scope.rs` decides what it is; this renders it.

use ennead_core::{Compare, Guard, Shared};
use sea_query::{Alias, BinOper, Expr as Sea, ExprTrait, JoinType, Query, SelectStatement};

use super::expr::Context;

/// The predicate that keeps a statement to its tenant; `None` for an open guard.
pub(super) fn guard(context: &Context<'_>, guard: &Guard) -> Option<Sea> {
    render(context, guard, 1)
}

fn render(context: &Context<'_>, guard: &Guard, depth: usize) -> Option<Sea> {
    match guard {
        Guard::Open => None,
        Guard::Column { column, value, shared } => {
            let own = context.compare(*column, Compare::Eq, value);
            Some(match shared {
                Some(shared) => own.or(shared_row(context, *shared)),
                None => own,
            })
        }
        Guard::Via { column, parent, guard } => {
            let name = format!("ennead_parent_{depth}");
            let above =
                Context { dialect: context.dialect, model: parent.0, table: &name, hops: context.hops };
            let mut query = Query::select();
            query
                .expr(Sea::cust("1"))
                .from_as(Alias::new(parent.table), Alias::new(name.clone()))
                .and_where(above.column(parent.key.field).eq(context.column(*column)));
            if let Some(inner) = render(&above, guard, depth + 1) {
                query.and_where(inner);
            }
            Some(Sea::exists(query))
        }
    }
}

/// The same predicate with the parents joined to the rows: each parent is named by its key, so no row comes twice.
pub(super) fn join(query: &mut SelectStatement, context: &Context<'_>, guard: &Guard) {
    join_at(query, context, guard, 1);
}

fn join_at(query: &mut SelectStatement, context: &Context<'_>, guard: &Guard, depth: usize) {
    let Guard::Via { column, parent, guard } = guard else {
        if let Some(own) = render(context, guard, depth) {
            query.and_where(own);
        }
        return;
    };
    let name = format!("ennead_parent_{depth}");
    let above = Context { dialect: context.dialect, model: parent.0, table: &name, hops: context.hops };
    let named = above.column(parent.key.field).eq(context.column(*column));
    query.join_as(JoinType::InnerJoin, Alias::new(parent.table), Alias::new(name.clone()), named);
    join_at(query, &above, guard, depth + 1);
}

fn shared_row(context: &Context<'_>, shared: Shared) -> Sea {
    let flag = match context.dialect {
        ennead_core::Dialect::Postgres => context.column(shared.flag),
        ennead_core::Dialect::Sqlite => context.column(shared.flag).binary(BinOper::Equal, Sea::cust("1")),
    };
    match context.living(ennead_core::Deleted::Exclude).filter(|_| shared.deleted.is_some()) {
        Some(living) => flag.and(living),
        None => flag,
    }
}
