//! Typed columns: what `User::EMAIL` is, and what can be asked of it.

mod path;

use std::fmt;
use std::marker::PhantomData;

use rust_decimal::Decimal;

use crate::aggregate::Measured;
use crate::condition::Condition;
use crate::field::class::{self, Equatable, Ordered};
use crate::field::{ArrayElement, FieldType};
use crate::filter::{Compare, Expr, Filter, Operand, Order};
use crate::model::Model;
use crate::operation::Measure;
use crate::value::Value;

pub use path::JsonPath;

/// Names the types without holding them, so that a column is `Copy` and `Send` whatever they are.
type Marker<M, T, Access> = PhantomData<fn() -> (M, T, Access)>;

/// A column of a model, typed: `User::EMAIL` is a `Column<User, String>`.
///
/// `Access` says who may set it: [`Writable`], [`OnCreate`] or [`Never`].
pub struct Column<M, T, Access = Writable> {
    index: u16,
    marker: Marker<M, T, Access>,
}

impl<M, T, A> Clone for Column<M, T, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T, A> Copy for Column<M, T, A> {}

impl<M: Model, T, A> fmt::Debug for Column<M, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", M::DEF.name, M::DEF.field(self.index).name)
    }
}

/// Can be set by creates and updates.
#[derive(Debug)]
pub enum Writable {}
/// Can be set by creates only: keys and immutable fields.
#[derive(Debug)]
pub enum OnCreate {}
/// Is set by the library or the database only: the tenant, generated columns, the version.
#[derive(Debug)]
pub enum Never {}

/// A column that `.set` of a create takes.
#[diagnostic::on_unimplemented(
    message = "this column cannot be set by a create",
    note = "the tenant comes from the scope, and generated columns from the database"
)]
pub trait CreateAccess {}
impl CreateAccess for Writable {}
impl CreateAccess for OnCreate {}

/// A column that `.set` of an update takes.
#[diagnostic::on_unimplemented(
    message = "this column cannot be set by an update",
    note = "the key, the tenant and immutable fields of a row never change"
)]
pub trait UpdateAccess {}
impl UpdateAccess for Writable {}

impl<M, T, A> Column<M, T, A> {
    /// The column at an index of the model's fields: for generated code.
    #[doc(hidden)]
    #[must_use]
    pub const fn at(index: u16) -> Self {
        Self { index, marker: PhantomData }
    }

    /// Its index among the model's fields.
    #[must_use]
    pub const fn index(self) -> u16 {
        self.index
    }

    fn compare(self, op: Compare, value: Value) -> Filter<M> {
        Filter::of(Condition::compare(self.index, op, value))
    }
}

impl<M: Model, T: FieldType, A> Column<M, T, A> {
    /// The value is NULL.
    #[must_use]
    pub fn is_null(self) -> Filter<M> {
        Filter::of(Condition::null(self.index, false))
    }

    /// The value is not NULL.
    #[must_use]
    pub fn is_not_null(self) -> Filter<M> {
        Filter::of(Condition::null(self.index, true))
    }
}

impl<M: Model, T: FieldType<Class: Equatable>, A> Column<M, T, A> {
    /// Equal; `None` asks for NULL.
    #[must_use]
    pub fn eq(self, value: impl IntoValue<T>) -> Filter<M> {
        Filter::of(Condition::equal(self.index, value.into_value().encode()))
    }

    /// Not equal. Rows where the column is NULL are left out; `ne(None)` asks for those that are not NULL.
    #[must_use]
    pub fn ne(self, value: impl IntoValue<T>) -> Filter<M> {
        Filter::of(Condition::unequal(self.index, value.into_value().encode()))
    }

    /// One of the values; `None` among them lets NULL in. None at all: no row.
    #[must_use]
    pub fn in_<V: IntoValue<T>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        let values = values.into_iter().map(|value| value.into_value().encode()).collect();
        Filter::of(Condition::one_of(self.index, values, false))
    }

    /// None of the values. Rows where the column is NULL are left out. No values at all: every row.
    #[must_use]
    pub fn not_in<V: IntoValue<T>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        let values = values.into_iter().map(|value| value.into_value().encode()).collect();
        Filter::of(Condition::one_of(self.index, values, true))
    }
}

impl<M: Model, T: FieldType<Class: Ordered>, A> Column<M, T, A> {
    /// Greater.
    #[must_use]
    pub fn gt(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::Gt, value.into_value().encode())
    }

    /// Greater or equal.
    #[must_use]
    pub fn ge(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::Ge, value.into_value().encode())
    }

    /// Less.
    #[must_use]
    pub fn lt(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::Lt, value.into_value().encode())
    }

    /// Less or equal.
    #[must_use]
    pub fn le(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::Le, value.into_value().encode())
    }

    /// From `low` to `high`, both included.
    #[must_use]
    pub fn between(self, low: impl IntoValue<T>, high: impl IntoValue<T>) -> Filter<M> {
        self.ge(low).and(self.le(high))
    }

    /// Ascending: texts by their bytes, NULLs first.
    #[must_use]
    pub fn asc(self) -> Order<M> {
        Order::new(self.index, false)
    }

    /// Descending: NULLs last.
    #[must_use]
    pub fn desc(self) -> Order<M> {
        Order::new(self.index, true)
    }
}

impl<M: Model, T: FieldType, A> Column<M, T, A> {
    /// The sum of the values that are not NULL, for [`aggregate`](crate::Aggregates); `None` where there is none.
    ///
    /// It is exact for integers and decimals, and an error where it fits no `i64` or `Decimal`; of floats it is what the
    /// database gives.
    #[must_use]
    pub fn sum(self) -> Measured<M, Option<<T::Class as class::Numeric>::Sum>>
    where
        T::Class: class::Numeric,
    {
        Measured::new(Measure::Sum(self.index))
    }

    /// The average of the values that are not NULL: a `Decimal` of decimals, an `f64` of other numbers; `None` where there
    /// is no value.
    #[must_use]
    pub fn avg(self) -> Measured<M, Option<<T::Class as class::Numeric>::Mean>>
    where
        T::Class: class::Numeric,
    {
        Measured::new(Measure::Avg(self.index))
    }

    /// The least of the values that are not NULL, in the order of `.asc()`; `None` where there is none.
    #[must_use]
    pub fn min(self) -> Measured<M, Option<T::Plain>>
    where
        T::Class: Ordered,
    {
        Measured::new(Measure::Min(self.index))
    }

    /// The greatest of the values that are not NULL, in the order of `.asc()`; `None` where there is none.
    #[must_use]
    pub fn max(self) -> Measured<M, Option<T::Plain>>
    where
        T::Class: Ordered,
    {
        Measured::new(Measure::Max(self.index))
    }
}

impl<M: Model, T: FieldType<Class = class::Text>, A> Column<M, T, A> {
    /// Matches a LIKE pattern (`%`, `_`, `\` escapes), heeding case.
    #[must_use]
    pub fn like(self, pattern: impl Into<String>) -> Filter<M> {
        Filter::of(Condition::like(self.index, pattern.into(), false))
    }

    /// Matches a LIKE pattern whatever the case of ASCII letters; others heed it, on both databases.
    #[must_use]
    pub fn ilike(self, pattern: impl Into<String>) -> Filter<M> {
        Filter::of(Condition::like(self.index, pattern.into(), true))
    }

    /// Starts with the text; nothing in it is a wildcard.
    #[must_use]
    pub fn starts_with(self, text: impl AsRef<str>) -> Filter<M> {
        Filter::of(Condition::like(self.index, starting(text.as_ref()), false))
    }

    /// Ends with the text; nothing in it is a wildcard.
    #[must_use]
    pub fn ends_with(self, text: impl AsRef<str>) -> Filter<M> {
        Filter::of(Condition::like(self.index, ending(text.as_ref()), false))
    }
}

fn starting(text: &str) -> String {
    escape_like(text) + "%"
}

fn holding(text: &str) -> String {
    format!("%{}%", escape_like(text))
}

fn ending(text: &str) -> String {
    "%".to_owned() + &escape_like(text)
}

/// Escapes the wildcards of LIKE with a backslash.
#[must_use]
pub fn escape_like(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl<M: Model, T: FieldType, A> Column<M, T, A> {
    /// Holds the value: a text that text (nothing in it is a wildcard), an array that element, JSON that JSON (objects
    /// their keys, arrays their elements in any order, scalars the same value).
    #[must_use]
    pub fn contains<V>(self, value: V) -> Filter<M>
    where
        T::Class: Contains<T, V>,
    {
        Filter::from_expr(<T::Class as Contains<T, V>>::expr(Operand::Column(self.index), value))
    }
}

/// What `.contains(…)` of a column of type `T` takes.
#[diagnostic::on_unimplemented(
    message = "a column of type `{T}` has no `contains` that takes a `{V}`",
    note = "texts take a text, arrays an element, JSON a serde_json::Value"
)]
pub trait Contains<T, V> {
    /// The condition.
    #[doc(hidden)]
    fn expr(left: Operand, value: V) -> Expr;
}

impl<T, V: AsRef<str>> Contains<T, V> for class::Text {
    fn expr(left: Operand, value: V) -> Expr {
        Expr::Like { left, pattern: Value::text(holding(value.as_ref())), fold_case: false }
    }
}

impl<T> Contains<T, serde_json::Value> for class::Json {
    fn expr(left: Operand, value: serde_json::Value) -> Expr {
        Expr::JsonContains { left, value: Value::Json(value) }
    }
}

impl<E: ArrayElement, V: IntoValue<E>> Contains<Vec<E>, V> for class::Array {
    fn expr(left: Operand, value: V) -> Expr {
        Expr::ArrayContains { left, value: value.into_value().encode() }
    }
}

impl<E: ArrayElement, V: IntoValue<E>> Contains<Option<Vec<E>>, V> for class::Array {
    fn expr(left: Operand, value: V) -> Expr {
        Expr::ArrayContains { left, value: value.into_value().encode() }
    }
}

mod sealed {
    pub trait Sealed<T> {}
}

/// What a column of type `T` may be set to or compared with. Sealed.
#[diagnostic::on_unimplemented(
    message = "a column of type `{T}` cannot take a `{Self}`",
    label = "expected a value for a column of type `{T}`"
)]
pub trait IntoValue<T>: sealed::Sealed<T> {
    /// The value as the column's type.
    fn into_value(self) -> T;
}

impl<T: FieldType> sealed::Sealed<T> for T {}
impl<T: FieldType> IntoValue<T> for T {
    fn into_value(self) -> T {
        self
    }
}

impl<T: FieldType> sealed::Sealed<Option<T>> for T {}
impl<T: FieldType> IntoValue<Option<T>> for T {
    fn into_value(self) -> Option<T> {
        Some(self)
    }
}

macro_rules! into_value {
    ($($from:ty => $to:ty, |$value:ident| $convert:expr;)*) => {$(
        impl sealed::Sealed<$to> for $from {}
        impl IntoValue<$to> for $from {
            fn into_value(self) -> $to {
                let $value = self;
                $convert
            }
        }
    )*};
}

into_value! {
    &str => String, |v| v.to_owned();
    &str => Option<String>, |v| Some(v.to_owned());
    &String => String, |v| v.clone();
    &String => Option<String>, |v| Some(v.clone());
    i32 => i64, |v| v.into();
    i32 => Option<i64>, |v| Some(v.into());
    i32 => Decimal, |v| v.into();
    i64 => Decimal, |v| v.into();
}

/// A list of columns: a tuple of columns, an array of columns of one type, or one column.
pub trait Columns<M> {
    /// Their indexes among the model's fields, in order.
    fn indexes(self) -> Vec<u16>;
}

impl<M, T, A> Columns<M> for Column<M, T, A> {
    fn indexes(self) -> Vec<u16> {
        vec![self.index]
    }
}

impl<M, T, A, const N: usize> Columns<M> for [Column<M, T, A>; N] {
    fn indexes(self) -> Vec<u16> {
        self.iter().map(|column| column.index).collect()
    }
}

macro_rules! tuples {
    ($(($($type:ident $access:ident $name:ident),+))*) => {$(
        impl<M, $($type, $access),+> Columns<M> for ($(Column<M, $type, $access>,)+) {
            fn indexes(self) -> Vec<u16> {
                let ($($name,)+) = self;
                vec![$($name.index),+]
            }
        }
    )*};
}

tuples! {
    (T1 A1 a)
    (T1 A1 a, T2 A2 b)
    (T1 A1 a, T2 A2 b, T3 A3 c)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d, T5 A5 e)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d, T5 A5 e, T6 A6 f)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d, T5 A5 e, T6 A6 f, T7 A7 g)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d, T5 A5 e, T6 A6 f, T7 A7 g, T8 A8 h)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d, T5 A5 e, T6 A6 f, T7 A7 g, T8 A8 h, T9 A9 i)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d, T5 A5 e, T6 A6 f, T7 A7 g, T8 A8 h, T9 A9 i, T10 A10 j)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d, T5 A5 e, T6 A6 f, T7 A7 g, T8 A8 h, T9 A9 i, T10 A10 j, T11 A11 k)
    (T1 A1 a, T2 A2 b, T3 A3 c, T4 A4 d, T5 A5 e, T6 A6 f, T7 A7 g, T8 A8 h, T9 A9 i, T10 A10 j, T11 A11 k, T12 A12 l)
}
