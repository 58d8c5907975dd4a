use std::marker::PhantomData;

use ennead_core::{
    Aggregates, Deleted, Dialect, Error, GroupKeys, IntoRanking, Model, ModelRef, Operation, ValueReader,
};

use crate::exec;
use crate::op::{Narrow, filtered, in_tenant};
use crate::running::{Outcome, Running};
use crate::scopes::Scope;
use crate::sink::{ValueRows, downcast};
use crate::statement::Statement;

/// Sums rows up: what `Order::aggregate((count(), Order::AMOUNT.sum()))` gives.
///
/// NULLs are passed over; of no values at all there is no sum, average, least or greatest value, but a count of 0.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Aggregate<M, A> {
    aggregate: ennead_core::Aggregate,
    narrow: Narrow,
    marker: PhantomData<fn() -> (M, A)>,
}

impl<M: Model, A: Aggregates<M>> Aggregate<M, A> {
    pub(crate) fn new(measures: A) -> Self {
        let aggregate = ennead_core::Aggregate {
            model: ModelRef(M::DEF),
            filter: None,
            deleted: Deleted::Exclude,
            measures: measures.measures(),
            group_by: Vec::new(),
            order: Vec::new(),
            limit: None,
        };
        Self { aggregate, narrow: Narrow::NONE, marker: PhantomData }
    }

    filtered!(aggregate.filter);
    in_tenant!();

    /// Takes soft-deleted rows in too.
    pub fn with_deleted(mut self) -> Self {
        self.aggregate.deleted = Deleted::Include;
        self
    }

    /// The same for each group of rows that are equal in a column, or in each of a tuple of up to four. Rows with NULL are a
    /// group of their own.
    pub fn group_by<K: GroupKeys<M>>(mut self, keys: K) -> Grouped<M, K, A> {
        self.aggregate.group_by = keys.columns();
        Grouped { aggregate: self.aggregate, narrow: self.narrow, marker: PhantomData }
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A filter value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show(dialect, Operation::Aggregate(self.aggregate.clone()))
    }

    /// Sums up.
    ///
    /// # Errors
    /// `is_invalid_input` for a filter value that does not fit, and for a sum that its type does not hold, naming the field;
    /// `is_unsupported` on SQLite for a `Decimal` without precision; a connection or time limit error.
    pub fn run(self, scope: &impl Scope<M>) -> Running<'_, A::Output> {
        let started = exec::start::aggregate(scope.handle(), self.narrow, self.aggregate);
        Running { started, finish: one::<M, A> }
    }
}

/// Names the types without holding them.
type Marker<M, K, A> = PhantomData<fn() -> (M, K, A)>;
/// The keys of each group, and what its rows amount to.
type Groups<M, K, A> = Vec<(<K as GroupKeys<M>>::Output, <A as Aggregates<M>>::Output)>;

/// Sums up groups of rows: what `.group_by(…)` makes of an [`Aggregate`].
///
/// They come in the order of their keys, ascending, with NULL first, unless `.order_by(…)` says another one.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Grouped<M, K, A> {
    aggregate: ennead_core::Aggregate,
    narrow: Narrow,
    marker: Marker<M, K, A>,
}

impl<M: Model, K: GroupKeys<M>, A: Aggregates<M>> Grouped<M, K, A> {
    filtered!(aggregate.filter);
    in_tenant!();

    /// Takes soft-deleted rows in too.
    pub fn with_deleted(mut self) -> Self {
        self.aggregate.deleted = Deleted::Include;
        self
    }

    /// In what order the groups come: by what their rows amount to (`Order::AMOUNT.sum().desc()`), or by one of their keys. A
    /// second order stands behind the first, and the keys behind both.
    ///
    /// There is no order by an average: running that is `is_invalid_input`.
    pub fn order_by(mut self, order: impl IntoRanking<M>) -> Self {
        self.aggregate.order.push(order.into_ranking().rank());
        self
    }

    /// At most so many groups: the first ones in the order.
    pub fn limit(mut self, limit: u64) -> Self {
        self.aggregate.limit = Some(limit);
        self
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// As [`Aggregate::statement`].
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show(dialect, Operation::Aggregate(self.aggregate.clone()))
    }

    /// Sums up: the keys of each group, and what its rows amount to.
    ///
    /// # Errors
    /// As [`Aggregate::run`].
    pub fn run(self, scope: &impl Scope<M>) -> Running<'_, Vec<(K::Output, A::Output)>> {
        let started = exec::start::aggregate(scope.handle(), self.narrow, self.aggregate);
        Running { started, finish: groups::<M, K, A> }
    }
}

fn one<M: Model, A: Aggregates<M>>(outcome: Outcome) -> Result<A::Output, Error> {
    let rows = downcast::<ValueRows>(outcome?.sink)?.rows;
    A::read(&mut ValueReader(rows.first().map_or(&[], Vec::as_slice)), 0)
}

fn groups<M: Model, K: GroupKeys<M>, A: Aggregates<M>>(outcome: Outcome) -> Result<Groups<M, K, A>, Error> {
    let rows = downcast::<ValueRows>(outcome?.sink)?.rows;
    let group = |row: Vec<_>| {
        let reader = &mut ValueReader(&row);
        Ok((K::read(reader)?, A::read(reader, K::WIDTH)?))
    };
    rows.into_iter().map(group).collect()
}
