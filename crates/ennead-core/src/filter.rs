//! Filters and orders: our own enumeration, so that no raw SQL and no builder's type can enter a statement.

use std::marker::PhantomData;

use crate::condition::Condition;
use crate::error::Error;
use crate::model::Model;
use crate::relation::{Hop, MAX_RELATION_HOPS, Related};
use crate::value::Value;

/// How deep a filter may be nested.
pub const MAX_FILTER_DEPTH: usize = 64;
/// How many conditions a filter may hold.
pub const MAX_FILTER_NODES: usize = 10_000;

/// A condition on the rows of a model.
///
/// Filters chain: `a.and(b)`, `a.or(b)`, `a.not()`. SQL's three values hold: a comparison with NULL is neither true nor
/// false, and `not` of it is neither.
pub struct Filter<M> {
    condition: Condition,
    marker: PhantomData<fn() -> M>,
}

impl<M> Clone for Filter<M> {
    fn clone(&self) -> Self {
        Self::of(self.condition.clone())
    }
}

impl<M> std::fmt::Debug for Filter<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.condition.expr.fmt(f)
    }
}

impl<M> Filter<M> {
    /// Wraps a condition.
    #[doc(hidden)]
    #[must_use]
    pub fn from_expr(expr: Expr) -> Self {
        Self::of(Condition::new(expr))
    }

    pub(crate) fn of(condition: Condition) -> Self {
        Self { condition, marker: PhantomData }
    }

    /// The condition itself.
    #[doc(hidden)]
    #[must_use]
    pub fn into_expr(self) -> Expr {
        self.condition.expr
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::of(self.condition.and(other.condition))
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::of(self.condition.or(other.condition))
    }

    /// It does not hold.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "the contract's name; `!filter` works too")]
    pub fn not(self) -> Self {
        Self::of(self.condition.not())
    }

    /// A related row fulfils the filter, or none does.
    pub(crate) fn related<T>(hop: Hop, filter: Option<Filter<T>>, negated: bool) -> Self {
        Self::of(Condition::related(hop, filter.map(|filter| filter.condition), negated))
    }

    /// All of them hold; none at all: always true.
    #[must_use]
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        let all = filters.into_iter().map(|filter| filter.condition).collect();
        Self::of(Condition::list(all, Expr::And))
    }

    /// One of them holds; none at all: never true.
    #[must_use]
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        let all = filters.into_iter().map(|filter| filter.condition).collect();
        Self::of(Condition::list(all, Expr::Or))
    }
}

impl<M> std::ops::Not for Filter<M> {
    type Output = Self;
    fn not(self) -> Self {
        Filter::not(self)
    }
}

/// A condition, not typed by a model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// All hold; empty: true.
    And(Vec<Expr>),
    /// One holds; empty: false.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// A comparison.
    Compare {
        /// What is compared.
        left: Operand,
        /// How.
        op: Compare,
        /// With what; never NULL.
        value: Value,
    },
    /// A comparison of two places in JSON columns of one row: of two numbers or two texts; what is neither is in no order.
    ComparePaths {
        /// The column and the path that are compared.
        left: (u16, Vec<String>),
        /// How.
        op: Compare,
        /// With which.
        right: (u16, Vec<String>),
    },
    /// One of, or none of, the values.
    In {
        /// What is compared.
        left: Operand,
        /// With what.
        values: Vec<Value>,
        /// None of.
        negated: bool,
    },
    /// NULL or not.
    Null {
        /// What is looked at.
        left: Operand,
        /// Not NULL.
        negated: bool,
    },
    /// A LIKE pattern, with `\` as its escape.
    Like {
        /// What is matched.
        left: Operand,
        /// The pattern, a text.
        pattern: Value,
        /// Whatever the case.
        fold_case: bool,
    },
    /// A JSON column holds that JSON.
    JsonContains {
        /// The column or the place in it.
        left: Operand,
        /// The JSON.
        value: Value,
    },
    /// An array column holds that element.
    ArrayContains {
        /// The column.
        left: Operand,
        /// The element.
        value: Value,
    },
    /// A related row matches, or none does.
    Related(Box<Related>),
}

/// What a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A column, by its index among the model's fields.
    Column(u16),
    /// A place inside a JSON column: object keys, and array positions as digits.
    JsonPath(u16, Vec<String>),
}

impl Operand {
    /// The column's index.
    #[must_use]
    pub fn column(&self) -> u16 {
        match self {
            Operand::Column(at) | Operand::JsonPath(at, _) => *at,
        }
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `<`
    Lt,
    /// `<=`
    Le,
}

impl Expr {
    /// Both hold.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if let Expr::And(all) = &mut self {
            all.push(other);
            return self;
        }
        Expr::And(vec![self, other])
    }

    /// At least one holds.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        if let Expr::Or(all) = &mut self {
            all.push(other);
            return self;
        }
        Expr::Or(vec![self, other])
    }

    /// How deep it is nested.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Expr::And(all) | Expr::Or(all) => 1 + all.iter().map(Expr::depth).max().unwrap_or(0),
            Expr::Not(inner) => 1 + inner.depth(),
            Expr::Related(related) => 1 + related.filter.as_ref().map_or(0, Expr::depth),
            _ => 1,
        }
    }

    /// Refuses a filter that is nested too deep or holds too many conditions.
    ///
    /// # Errors
    /// Invalid input that names the limit.
    pub fn check_size(&self) -> Result<(), Error> {
        if !matches!(self, Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::Related(_)) {
            return Ok(());
        }
        // A worklist, not recursion: the filter may be deep enough to end the stack.
        let (mut work, mut nodes) = (vec![(self, 1_usize, 0_usize)], 0_usize);
        while let Some((expr, depth, hops)) = work.pop() {
            nodes += 1;
            if depth > MAX_FILTER_DEPTH {
                return Err(Error::invalid(format!(
                    "the filter is nested deeper than {MAX_FILTER_DEPTH} levels: flatten it, or use `in_`"
                )));
            }
            if nodes > MAX_FILTER_NODES {
                return Err(Error::invalid(format!(
                    "the filter holds more than {MAX_FILTER_NODES} conditions: use `in_`"
                )));
            }
            match expr {
                Expr::And(all) | Expr::Or(all) => work.extend(all.iter().map(|e| (e, depth + 1, hops))),
                Expr::Not(inner) => work.push((inner, depth + 1, hops)),
                Expr::Related(_) if hops == MAX_RELATION_HOPS => {
                    return Err(Error::invalid(format!(
                        "the filter follows more than {MAX_RELATION_HOPS} relations, one inside the other"
                    )));
                }
                Expr::Related(related) => {
                    work.extend(related.filter.iter().map(|e| (e, depth + 1, hops + 1)));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// An order of the rows of a model: `User::NAME.desc()`.
pub struct Order<M> {
    /// The column and its direction.
    pub(crate) by: OrderBy,
    marker: PhantomData<fn() -> M>,
}

impl<M> Clone for Order<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Order<M> {}

impl<M> std::fmt::Debug for Order<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.by.fmt(f)
    }
}

impl<M> Order<M> {
    pub(crate) fn new(column: u16, descending: bool) -> Self {
        Self { by: OrderBy { column, descending }, marker: PhantomData }
    }

    /// The column and its direction.
    #[must_use]
    pub fn by(self) -> OrderBy {
        self.by
    }
}

/// One part of an order: NULLs stand first ascending and last descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderBy {
    /// The column's index.
    pub column: u16,
    /// Descending.
    pub descending: bool,
}

/// One order, or a tuple, an array or a `Vec` of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no order of rows of `{M}`",
    label = "not an order",
    note = "write `.asc()` or `.desc()` on a column, a tuple of two or three of these, an array or a Vec"
)]
pub trait Orders<M> {
    /// The parts in order.
    fn parts(self) -> Vec<OrderBy>;
}

impl<M: Model> Orders<M> for Order<M> {
    fn parts(self) -> Vec<OrderBy> {
        one(self.by)
    }
}

fn one(by: OrderBy) -> Vec<OrderBy> {
    vec![by]
}

impl<M: Model, const N: usize> Orders<M> for [Order<M>; N] {
    fn parts(self) -> Vec<OrderBy> {
        self.iter().map(|order| order.by).collect()
    }
}

impl<M: Model> Orders<M> for Vec<Order<M>> {
    fn parts(self) -> Vec<OrderBy> {
        self.iter().map(|order| order.by).collect()
    }
}

impl<M: Model> Orders<M> for (Order<M>, Order<M>) {
    fn parts(self) -> Vec<OrderBy> {
        vec![self.0.by, self.1.by]
    }
}

impl<M: Model> Orders<M> for (Order<M>, Order<M>, Order<M>) {
    fn parts(self) -> Vec<OrderBy> {
        vec![self.0.by, self.1.by, self.2.by]
    }
}
