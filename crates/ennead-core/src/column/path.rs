//! Places inside JSON columns, and what can be asked of them.

use std::marker::PhantomData;

use super::Column;
use crate::field::{FieldType, class};
use crate::filter::{Compare, Expr, Filter, Operand};
use crate::model::Model;
use crate::value::Value;

impl<M: Model, T: FieldType<Class = class::Json>, A> Column<M, T, A> {
    /// The value at a path: object keys, and array positions as digits.
    ///
    /// A path through a scalar, or to nothing, gives NULL.
    #[must_use]
    pub fn path<S: Into<String>>(self, path: impl IntoIterator<Item = S>) -> JsonPath<M> {
        JsonPath { place: (self.index, path.into_iter().map(Into::into).collect()), marker: PhantomData }
    }
}

/// A place inside a JSON column.
#[derive(Debug, Clone)]
pub struct JsonPath<M> {
    place: (u16, Vec<String>),
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> JsonPath<M> {
    fn operand(self) -> Operand {
        Operand::JsonPath(self.place.0, self.place.1)
    }

    fn compare(self, op: Compare, value: impl Into<serde_json::Value>) -> Filter<M> {
        Filter::from_expr(Expr::Compare { left: self.operand(), op, value: Value::Json(value.into()) })
    }

    fn compare_path(self, op: Compare, other: Self) -> Filter<M> {
        Filter::from_expr(Expr::ComparePaths { left: self.place, op, right: other.place })
    }

    /// The JSON value there equals this one. JSON `null` is a value; a missing path is none.
    #[must_use]
    pub fn eq(self, value: impl Into<serde_json::Value>) -> Filter<M> {
        self.compare(Compare::Eq, value)
    }

    /// There is a JSON value there, and it is another one.
    #[must_use]
    pub fn ne(self, value: impl Into<serde_json::Value>) -> Filter<M> {
        self.compare(Compare::Ne, value)
    }

    /// A value of the same type (number or text) there, greater than this one.
    #[must_use]
    pub fn gt(self, value: impl Into<serde_json::Value>) -> Filter<M> {
        self.compare(Compare::Gt, value)
    }

    /// A value of the same type (number or text) there, greater than or equal to this one.
    #[must_use]
    pub fn ge(self, value: impl Into<serde_json::Value>) -> Filter<M> {
        self.compare(Compare::Ge, value)
    }

    /// A value of the same type (number or text) there, less than this one.
    #[must_use]
    pub fn lt(self, value: impl Into<serde_json::Value>) -> Filter<M> {
        self.compare(Compare::Lt, value)
    }

    /// A value of the same type (number or text) there, less than or equal to this one.
    #[must_use]
    pub fn le(self, value: impl Into<serde_json::Value>) -> Filter<M> {
        self.compare(Compare::Le, value)
    }

    /// The same JSON value as at another place of the row. Where either is missing, it is neither true nor false.
    #[must_use]
    pub fn eq_path(self, other: Self) -> Filter<M> {
        self.compare_path(Compare::Eq, other)
    }

    /// Another JSON value than at another place of the row.
    #[must_use]
    pub fn ne_path(self, other: Self) -> Filter<M> {
        self.compare_path(Compare::Ne, other)
    }

    /// Both are numbers, or both texts, and this one is greater than that at another place of the row.
    #[must_use]
    pub fn gt_path(self, other: Self) -> Filter<M> {
        self.compare_path(Compare::Gt, other)
    }

    /// Both are numbers, or both texts, and this one is greater than or equal to that at another place of the row.
    #[must_use]
    pub fn ge_path(self, other: Self) -> Filter<M> {
        self.compare_path(Compare::Ge, other)
    }

    /// Both are numbers, or both texts, and this one is less than that at another place of the row: a quota that has room.
    #[must_use]
    pub fn lt_path(self, other: Self) -> Filter<M> {
        self.compare_path(Compare::Lt, other)
    }

    /// Both are numbers, or both texts, and this one is less than or equal to that at another place of the row.
    #[must_use]
    pub fn le_path(self, other: Self) -> Filter<M> {
        self.compare_path(Compare::Le, other)
    }

    /// There is a value there, be it `null`.
    #[must_use]
    pub fn exists(self) -> Filter<M> {
        Filter::from_expr(Expr::Null { left: self.operand(), negated: true })
    }

    /// There is no value there.
    #[must_use]
    pub fn missing(self) -> Filter<M> {
        Filter::from_expr(Expr::Null { left: self.operand(), negated: false })
    }
}
