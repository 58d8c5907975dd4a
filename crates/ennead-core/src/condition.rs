//! A condition and how deep it is nested: what a [`Filter`](crate::Filter) holds. Nothing in it is typed by a model, so that
//! a model's crate compiles none of it.

use crate::filter::{Compare, Expr, MAX_FILTER_DEPTH, Operand};
use crate::relation::{Hop, Related};
use crate::value::Value;

/// A condition, and how deep it is nested.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) expr: Expr,
    depth: usize,
}

impl Condition {
    pub(crate) fn new(expr: Expr) -> Self {
        let depth = expr.depth();
        Self::of_depth(expr, depth)
    }

    /// A column compared with a value.
    pub(crate) fn compare(column: u16, op: Compare, value: Value) -> Self {
        Self::new(Expr::Compare { left: Operand::Column(column), op, value })
    }

    /// A column equal to a value; NULL asks for NULL.
    pub(crate) fn equal(column: u16, value: Value) -> Self {
        match value {
            Value::Null => Self::null(column, false),
            value => Self::compare(column, Compare::Eq, value),
        }
    }

    /// A column not equal to a value; NULL asks for what is not NULL.
    pub(crate) fn unequal(column: u16, value: Value) -> Self {
        match value {
            Value::Null => Self::null(column, true),
            value => Self::compare(column, Compare::Ne, value),
        }
    }

    /// A column that is NULL, or is not.
    pub(crate) fn null(column: u16, negated: bool) -> Self {
        Self::new(Expr::Null { left: Operand::Column(column), negated })
    }

    /// A column that has one of the values, or none.
    pub(crate) fn one_of(column: u16, values: Vec<Value>, negated: bool) -> Self {
        Self::new(Expr::In { left: Operand::Column(column), values, negated })
    }

    /// A column that matches a LIKE pattern.
    pub(crate) fn like(column: u16, pattern: String, fold_case: bool) -> Self {
        Self::new(Expr::Like { left: Operand::Column(column), pattern: Value::text(pattern), fold_case })
    }

    /// A related row fulfils a condition, or none does.
    pub(crate) fn related(hop: Hop, filter: Option<Self>, negated: bool) -> Self {
        let depth = 1 + filter.as_ref().map_or(0, |filter| filter.depth);
        let filter = filter.map(|filter| filter.expr);
        Self::of_depth(Expr::Related(Box::new(Related { hop, filter, negated, guard: None })), depth)
    }

    /// What is nested too deep is kept as something else that is: the error comes when the filter is used, and until then
    /// no copy and no drop of it can end the stack.
    fn of_depth(expr: Expr, depth: usize) -> Self {
        let made = Self { expr, depth };
        if !made.is_too_deep() {
            return made;
        }
        let nothing = Expr::And(Vec::new());
        let expr = (0..=MAX_FILTER_DEPTH).fold(nothing, |inner, _| Expr::Not(Box::new(inner)));
        Self { expr, depth: MAX_FILTER_DEPTH + 2 }
    }

    /// Whatever is put around it, it stays so.
    fn is_too_deep(&self) -> bool {
        self.depth > MAX_FILTER_DEPTH + 1
    }

    /// Both hold.
    pub(crate) fn and(self, other: Self) -> Self {
        if self.is_too_deep() {
            return self;
        }
        let depth = joined(self.depth, matches!(self.expr, Expr::And(_)), other.depth);
        Self::of_depth(self.expr.and(other.expr), depth)
    }

    /// At least one holds.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.is_too_deep() {
            return self;
        }
        let depth = joined(self.depth, matches!(self.expr, Expr::Or(_)), other.depth);
        Self::of_depth(self.expr.or(other.expr), depth)
    }

    /// It does not hold.
    pub(crate) fn not(self) -> Self {
        if self.is_too_deep() {
            return self;
        }
        Self::of_depth(Expr::Not(Box::new(self.expr)), self.depth + 1)
    }

    /// Many as one.
    pub(crate) fn list(all: Vec<Self>, join: fn(Vec<Expr>) -> Expr) -> Self {
        let deepest = all.iter().map(|condition| condition.depth).max().unwrap_or(0);
        Self::of_depth(join(all.into_iter().map(|condition| condition.expr).collect()), deepest + 1)
    }
}

/// How deep a list of conditions is after another is put into it, or beside what was no list.
fn joined(depth: usize, is_list: bool, other: usize) -> usize {
    if is_list { depth.max(other + 1) } else { depth.max(other) + 1 }
}
