//! Aggregates: what can be asked of rows together, typed, and what is refused of it.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use crate::column::Column;
use crate::def::{FieldDef, ModelDef};
use crate::error::{Error, ErrorKind};
use crate::field::FieldType;
use crate::field::class::Grouping;
use crate::filter::Order;
use crate::kind::Kind;
use crate::model::Model;
use crate::operation::{Aggregate, Measure, Rank, RankBy};
use crate::row::{RowReader, decode_error};

/// What rows of a model amount to: [`count()`], or `.sum()`, `.avg()`, `.min()` and `.max()` of a column. `T` is what it
/// gives.
pub struct Measured<M, T> {
    measure: Measure,
    marker: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Clone for Measured<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Measured<M, T> {}

impl<M, T> fmt::Debug for Measured<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.measure.fmt(f)
    }
}

impl<M, T> Measured<M, T> {
    pub(crate) fn new(measure: Measure) -> Self {
        Self { measure, marker: PhantomData }
    }

    /// Groups with little of it first; those that have none of it before all others.
    #[must_use]
    pub fn asc(self) -> Ranking<M> {
        Ranking::new(Rank::Measure(self.measure), false)
    }

    /// Groups with much of it first; those that have none of it behind all others.
    #[must_use]
    pub fn desc(self) -> Ranking<M> {
        Ranking::new(Rank::Measure(self.measure), true)
    }
}

/// How many rows, as a part of an aggregate.
#[must_use]
pub fn count<M>() -> Measured<M, u64> {
    Measured::new(Measure::Rows)
}

/// What a [`Measured`] gives: a count, or a value that there may be none of.
pub trait Figure: Sized + Send + 'static {
    /// Reads it.
    ///
    /// # Errors
    /// The value is of another type.
    fn read(row: &mut dyn RowReader, at: usize) -> Result<Self, Error>;
}

impl Figure for u64 {
    fn read(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        Self::try_from(row.int(at)?).map_err(|_| decode_error(at, "a count", "a negative number"))
    }
}

impl<T: FieldType> Figure for Option<T> {
    fn read(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        Self::decode(row, at)
    }
}

/// What `aggregate` takes: one [`Measured`], or a tuple of up to eight of them. It gives one result, or a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that rows of `{M}` amount to",
    label = "no aggregate",
    note = "write `count()`, or `.sum()`, `.avg()`, `.min()` or `.max()` on a column, or a tuple of up to eight of these"
)]
pub trait Aggregates<M> {
    /// What it gives.
    type Output: Send + 'static;
    /// What is asked, in order.
    fn measures(self) -> Vec<Measure>;
    /// Reads what comes back, from the column `at` on.
    ///
    /// # Errors
    /// A value is of another type.
    fn read(row: &mut dyn RowReader, at: usize) -> Result<Self::Output, Error>;
}

impl<M, T: Figure> Aggregates<M> for Measured<M, T> {
    type Output = T;
    fn measures(self) -> Vec<Measure> {
        vec![self.measure]
    }
    fn read(row: &mut dyn RowReader, at: usize) -> Result<T, Error> {
        T::read(row, at)
    }
}

macro_rules! aggregates {
    ($(($($type:ident $at:literal),+))*) => {$(
        impl<M, $($type: Figure),+> Aggregates<M> for ($(Measured<M, $type>,)+) {
            type Output = ($($type,)+);
            #[allow(non_snake_case, reason = "a part is called as its type")]
            fn measures(self) -> Vec<Measure> {
                let ($($type,)+) = self;
                vec![$($type.measure),+]
            }
            fn read(row: &mut dyn RowReader, at: usize) -> Result<Self::Output, Error> {
                Ok(($($type::read(row, at + $at)?,)+))
            }
        }
    )*};
}

aggregates! {
    (T1 0)
    (T1 0, T2 1)
    (T1 0, T2 1, T3 2)
    (T1 0, T2 1, T3 2, T4 3)
    (T1 0, T2 1, T3 2, T4 3, T5 4)
    (T1 0, T2 1, T3 2, T4 3, T5 4, T6 5)
    (T1 0, T2 1, T3 2, T4 3, T5 4, T6 5, T7 6)
    (T1 0, T2 1, T3 2, T4 3, T5 4, T6 5, T7 6, T8 7)
}

/// What `group_by` takes: a column, or a tuple of up to four.
#[diagnostic::on_unimplemented(
    message = "rows of `{M}` cannot be grouped by `{Self}`",
    label = "no column, and no tuple of up to four",
    note = "write `.group_by(Order::STATUS)` or `.group_by((Order::STATUS, Order::CUSTOMER_ID))`"
)]
pub trait GroupKeys<M> {
    /// The values that a group has in them.
    type Output: Send + 'static;
    /// How many columns.
    const WIDTH: usize;
    /// Their indexes among the model's fields, in order.
    fn columns(self) -> Vec<u16>;
    /// Reads the values of a group.
    ///
    /// # Errors
    /// A value is of another type.
    fn read(row: &mut dyn RowReader) -> Result<Self::Output, Error>;
}

impl<M: Model, T: FieldType<Class: Grouping>, A> GroupKeys<M> for Column<M, T, A> {
    type Output = T;
    const WIDTH: usize = 1;
    fn columns(self) -> Vec<u16> {
        vec![self.index()]
    }
    fn read(row: &mut dyn RowReader) -> Result<T, Error> {
        T::decode(row, 0)
    }
}

macro_rules! keys {
    ($($width:literal: ($($type:ident $access:ident $at:literal),+);)*) => {$(
        impl<M: Model, $($type: FieldType<Class: Grouping>, $access),+> GroupKeys<M> for ($(Column<M, $type, $access>,)+) {
            type Output = ($($type,)+);
            const WIDTH: usize = $width;
            #[allow(non_snake_case, reason = "a part is called as its type")]
            fn columns(self) -> Vec<u16> {
                let ($($type,)+) = self;
                vec![$($type.index()),+]
            }
            fn read(row: &mut dyn RowReader) -> Result<Self::Output, Error> {
                Ok(($($type::decode(row, $at)?,)+))
            }
        }
    )*};
}

keys! {
    1: (T1 A1 0);
    2: (T1 A1 0, T2 A2 1);
    3: (T1 A1 0, T2 A2 1, T3 A3 2);
    4: (T1 A1 0, T2 A2 1, T3 A3 2, T4 A4 3);
}

/// An order of the groups of an aggregate: `count().desc()`, `Order::AMOUNT.sum().desc()`.
pub struct Ranking<M> {
    rank: RankBy,
    marker: PhantomData<fn() -> M>,
}

impl<M> Clone for Ranking<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Ranking<M> {}

impl<M> fmt::Debug for Ranking<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rank.fmt(f)
    }
}

impl<M> Ranking<M> {
    fn new(by: Rank, descending: bool) -> Self {
        Self { rank: RankBy { by, descending }, marker: PhantomData }
    }

    /// What is compared, and the direction.
    #[must_use]
    pub fn rank(self) -> RankBy {
        self.rank
    }
}

/// What orders groups: a [`Ranking`], or the order of a column of `group_by`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no order of groups of `{M}`",
    label = "not an order",
    note = "write `.asc()` or `.desc()` on `count()`, on the sum, the least or the greatest value of a column, or on a column of `group_by`"
)]
pub trait IntoRanking<M> {
    /// The order.
    fn into_ranking(self) -> Ranking<M>;
}

impl<M> IntoRanking<M> for Ranking<M> {
    fn into_ranking(self) -> Ranking<M> {
        self
    }
}

impl<M: Model> IntoRanking<M> for Order<M> {
    fn into_ranking(self) -> Ranking<M> {
        Ranking::new(Rank::Key(self.by.column), self.by.descending)
    }
}

/// Refuses what cannot be asked of the model's columns, and makes the order of groups a total one.
///
/// # Errors
/// Invalid input that names the field.
pub fn admit_aggregate(aggregate: &mut Aggregate) -> Result<(), Error> {
    let model = aggregate.model.0;
    if aggregate.measures.is_empty() {
        return Err(
            Error::invalid(format!("an aggregate of {} asks for nothing", model.name)).with_model(model.name)
        );
    }
    aggregate.measures.iter().try_for_each(|measure| sums_up(model, *measure))?;
    let mut seen = HashSet::new();
    for at in &aggregate.group_by {
        let field = model.field(*at);
        if !groups(&field.kind) {
            return Err(refused(model, field, "rows cannot be grouped by floats, JSON and arrays"));
        }
        if !seen.insert(*at) {
            return Err(refused(model, field, "stands twice in `group_by`"));
        }
    }
    for rank in &aggregate.order {
        match rank.by {
            Rank::Key(at) if !seen.contains(&at) => {
                let what = "orders groups, and is not among the columns of `group_by`: add it there, or order by a sum or a count";
                return Err(refused(model, model.field(at), what));
            }
            Rank::Measure(Measure::Avg(at)) => {
                let what = "groups have no order by an average, which is computed when they are there: order by the sum or the count, or sort the result";
                return Err(refused(model, model.field(at), what));
            }
            Rank::Measure(measure) => sums_up(model, measure)?,
            Rank::Key(_) => {}
        }
    }
    for at in &aggregate.group_by {
        if !aggregate.order.iter().any(|rank| rank.by == Rank::Key(*at)) {
            aggregate.order.push(RankBy { by: Rank::Key(*at), descending: false });
        }
    }
    Ok(())
}

/// Whether values of the kind make groups.
fn groups(kind: &Kind) -> bool {
    !matches!(kind, Kind::F32 | Kind::F64 | Kind::Json | Kind::Encrypted | Kind::Array(_))
}

/// Refuses to sum up a column of a kind that has no such measure.
fn sums_up(model: &'static ModelDef, measure: Measure) -> Result<(), Error> {
    match measure {
        Measure::Rows => Ok(()),
        Measure::Sum(at) | Measure::Avg(at) => {
            let field = model.field(at);
            if is_number(&field.kind) {
                return Ok(());
            }
            Err(refused(
                model,
                field,
                &format!("is {}, and only numbers have a sum and an average", a(field)),
            ))
        }
        Measure::Min(at) | Measure::Max(at) => {
            let field = model.field(at);
            if !matches!(field.kind, Kind::Json | Kind::Encrypted | Kind::Array(_)) {
                return Ok(());
            }
            Err(refused(model, field, &format!("is {}, which has no order", a(field))))
        }
    }
}

fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::I16 | Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::Decimal(_))
}

fn a(field: &FieldDef) -> String {
    format!("of type {}", field.kind.rust_name())
}

fn refused(model: &ModelDef, field: &FieldDef, what: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("{}.{} {what}", model.name, field.name))
        .with_model(model.name)
        .with_fields(vec![field.name])
}
