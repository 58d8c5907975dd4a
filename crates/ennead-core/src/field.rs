//! The Rust types that a field may have.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::row::{RowReader, decode_error};
use crate::value::Value;

/// A Rust type that a field may have: how it is stored, and what filters it takes.
///
/// It is implemented for the types of the table in the guide, for `Option` of them, and by `#[derive(DbEnum)]` and
/// `#[derive(DbNewtype)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that a field of a model can have",
    label = "not a field type",
    note = "use String, bool, i16, i32, i64, f32, f64, Decimal, Uuid, DateTime<Utc>, NaiveDate, NaiveTime, NaiveDateTime, Vec<u8>, serde_json::Value, Json<T>, Encrypted<T>, a Vec of scalars, an Option of these, or derive DbEnum or DbNewtype on it"
)]
pub trait FieldType: Sized + Send + 'static {
    /// The logical type.
    const KIND: Kind;
    /// Whether NULL is one of its values.
    const NULLABLE: bool = false;
    /// Says whether JSON is what the type reads, for a type that is stored as JSON: what comes by name comes as JSON.
    const SHAPE: Option<JsonShape> = None;
    /// Which filters and assignments it takes: one of [`class`](crate::class).
    type Class;
    /// The type of its values that are not NULL: itself, and for an `Option` what is in it.
    type Plain: FieldType;
    /// Gives the value to store.
    fn encode(self) -> Value;
    /// Reads a stored value.
    ///
    /// # Errors
    /// The stored value does not fit the type.
    fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error>;
}

/// What tells whether JSON has the shape of a type; else what is wrong, without the JSON's own texts.
pub type JsonShape = fn(&serde_json::Value) -> Result<(), String>;

/// What a field's type allows: the `Class` of a [`FieldType`](crate::FieldType).
pub mod class {
    /// Texts: equality, order, patterns.
    #[derive(Debug)]
    pub enum Text {}
    /// Integers: equality, order, `add`, `sum`.
    #[derive(Debug)]
    pub enum Integer {}
    /// Floats: the same, and no groups.
    #[derive(Debug)]
    pub enum Float {}
    /// Decimals: as integers.
    #[derive(Debug)]
    pub enum Decimal {}
    /// Times, UUIDs, bools, bytes, enumerations: equality and order.
    #[derive(Debug)]
    pub enum Plain {}
    /// JSON: paths and `contains`.
    #[derive(Debug)]
    pub enum Json {}
    /// Arrays: equality and `contains`.
    #[derive(Debug)]
    pub enum Array {}

    /// Encrypted values: nothing but whether there is one.
    #[derive(Debug)]
    pub enum Sealed {}

    /// Takes `eq`, `ne`, `in_`, `not_in`.
    #[diagnostic::on_unimplemented(
        message = "a column of JSON or of encrypted values has no `eq`",
        note = "of JSON use `.path(…)` or `.contains(…)`; of encrypted values the database knows only whether there is one: `.is_null()`"
    )]
    pub trait Equatable {}
    impl Equatable for Text {}
    impl Equatable for Integer {}
    impl Equatable for Float {}
    impl Equatable for Decimal {}
    impl Equatable for Plain {}
    impl Equatable for Array {}

    /// Takes `gt`, `ge`, `lt`, `le`, `between` and `order_by`.
    #[diagnostic::on_unimplemented(
        message = "a column of this type has no order",
        note = "JSON, arrays and encrypted values have none"
    )]
    pub trait Ordered: Equatable {}
    impl Ordered for Text {}
    impl Ordered for Integer {}
    impl Ordered for Float {}
    impl Ordered for Decimal {}
    impl Ordered for Plain {}

    /// Takes `add`, `sum` and `avg`.
    #[diagnostic::on_unimplemented(
        message = "only a column of numbers takes `add`, `sum` and `avg`",
        note = "numbers are i16, i32, i64, f32, f64 and Decimal, Options of these and newtypes over them"
    )]
    pub trait Numeric: Ordered {
        /// The type of a sum.
        type Sum: super::FieldType;
        /// The type of an average.
        type Mean: super::FieldType;
    }
    impl Numeric for Integer {
        type Sum = i64;
        type Mean = f64;
    }
    impl Numeric for Float {
        type Sum = f64;
        type Mean = f64;
    }
    impl Numeric for Decimal {
        type Sum = rust_decimal::Decimal;
        type Mean = rust_decimal::Decimal;
    }

    /// Takes `group_by`: equal values are one value, and come in an order.
    #[diagnostic::on_unimplemented(
        message = "rows cannot be grouped by a column of this type",
        note = "floats, JSON, arrays and encrypted values make no groups: group by another column, or by one that holds what you mean"
    )]
    pub trait Grouping: Ordered {}
    impl Grouping for Text {}
    impl Grouping for Integer {}
    impl Grouping for Decimal {}
    impl Grouping for Plain {}
}

macro_rules! scalar {
    ($($type:ty, $kind:ident, $class:ident, $value:ident, $read:ident;)*) => {$(
        impl FieldType for $type {
            const KIND: Kind = Kind::$kind;
            type Class = class::$class;
            type Plain = Self;
            fn encode(self) -> Value {
                Value::$value(self.into())
            }
            fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
                Ok(row.$read(at)?.into())
            }
        }
    )*};
}

scalar! {
    String, Text, Text, Text, text;
    bool, Bool, Plain, Bool, bool;
    i64, I64, Integer, Int, int;
    f64, F64, Float, Float, float;
    Uuid, Uuid, Plain, Uuid, uuid;
    DateTime<Utc>, DateTime, Plain, DateTime, datetime;
    NaiveDate, Date, Plain, Date, date;
    NaiveTime, Time, Plain, Time, time;
    NaiveDateTime, NaiveDateTime, Plain, NaiveDateTime, naive_datetime;
    Vec<u8>, Bytes, Plain, Bytes, bytes;
}

macro_rules! narrow {
    ($($type:ty, $kind:ident;)*) => {$(
        impl FieldType for $type {
            const KIND: Kind = Kind::$kind;
            type Class = class::Integer;
            type Plain = Self;
            fn encode(self) -> Value {
                Value::Int(self.into())
            }
            fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
                Self::try_from(row.int(at)?).map_err(|_| decode_error(at, stringify!($type), "a larger integer"))
            }
        }
    )*};
}

narrow! { i16, I16; i32, I32; }

impl FieldType for f32 {
    const KIND: Kind = Kind::F32;
    type Class = class::Float;
    type Plain = Self;
    fn encode(self) -> Value {
        Value::Float(self.into())
    }
    fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        Ok(row.float(at)? as f32)
    }
}

impl FieldType for Decimal {
    const KIND: Kind = Kind::Decimal(None);
    type Class = class::Decimal;
    type Plain = Self;
    fn encode(self) -> Value {
        Value::Decimal(self)
    }
    fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        row.decimal(at)
    }
}

impl FieldType for serde_json::Value {
    const KIND: Kind = Kind::Json;
    type Class = class::Json;
    type Plain = Self;
    fn encode(self) -> Value {
        Value::Json(self)
    }
    fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        row.json(at)
    }
}

impl<T: FieldType> FieldType for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
    const SHAPE: Option<JsonShape> = T::SHAPE;
    type Class = T::Class;
    type Plain = T::Plain;
    fn encode(self) -> Value {
        self.map_or(Value::Null, T::encode)
    }
    fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        if row.is_null(at)? { Ok(None) } else { T::decode(row, at).map(Some) }
    }
}

/// A JSON column with a Rust type: `Json<Layout>`.
///
/// The type is serialized on the way in and deserialized on the way out; what does not fit is an error that names the
/// column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T: Serialize + DeserializeOwned + Send + 'static> FieldType for Json<T> {
    const KIND: Kind = Kind::Json;
    const SHAPE: Option<JsonShape> = Some(shape::<T>);
    type Class = class::Json;
    type Plain = Self;
    fn encode(self) -> Value {
        // What serde refuses (a map with keys that are not text) cannot be told through `encode`; `admit` refuses a slot.
        serde_json::to_value(&self.0).map_or(Value::Slot(u32::MAX), Value::Json)
    }
    fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        serde_json::from_value(row.json(at)?).map(Json).map_err(|error| {
            let what = other_shape(&error);
            Error::new(ErrorKind::Decode, decode_error(at, std::any::type_name::<T>(), &what).to_string())
        })
    }
}

pub(crate) fn shape<T: DeserializeOwned>(json: &serde_json::Value) -> Result<(), String> {
    T::deserialize(json).map(drop).map_err(|error| other_shape(&error))
}

/// serde's own text may quote the data, so only its category is told.
fn other_shape(error: &serde_json::Error) -> String {
    format!("JSON of another shape ({:?})", error.classify())
}

/// A scalar that may stand in an array column.
#[diagnostic::on_unimplemented(
    message = "a `Vec<{Self}>` is not an array column: its elements must be scalars"
)]
pub trait ArrayElement: FieldType {
    /// The kind of the element, as a place that `Kind::Array` can point to.
    const ELEMENT: &'static Kind = &Self::KIND;
    /// Takes an element out of a value.
    ///
    /// # Errors
    /// The value is of another type.
    fn from_value(value: Value) -> Result<Self, Error>;
}

macro_rules! element {
    ($($type:ty, $pattern:pat => $result:expr;)*) => {$(
        impl ArrayElement for $type {
            fn from_value(value: Value) -> Result<Self, Error> {
                match value {
                    $pattern => $result,
                    other => Err(decode_error(0, stringify!($type), other.type_name())),
                }
            }
        }
    )*};
}

element! {
    String, Value::Text(v) => Ok(v.into_owned());
    bool, Value::Bool(v) => Ok(v);
    i16, Value::Int(v) => v.try_into().map_err(|_| decode_error(0, "i16", "a larger integer"));
    i32, Value::Int(v) => v.try_into().map_err(|_| decode_error(0, "i32", "a larger integer"));
    i64, Value::Int(v) => Ok(v);
    f32, Value::Float(v) => Ok(v as f32);
    f64, Value::Float(v) => Ok(v);
    Uuid, Value::Uuid(v) => Ok(v);
    Decimal, Value::Decimal(v) => Ok(v);
    DateTime<Utc>, Value::DateTime(v) => Ok(v);
    NaiveDate, Value::Date(v) => Ok(v);
    NaiveTime, Value::Time(v) => Ok(v);
    NaiveDateTime, Value::NaiveDateTime(v) => Ok(v);
}

impl<T: ArrayElement> FieldType for Vec<T> {
    const KIND: Kind = Kind::Array(T::ELEMENT);
    type Class = class::Array;
    type Plain = Self;
    fn encode(self) -> Value {
        Value::Array(self.into_iter().map(T::encode).collect())
    }
    fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        row.array(at, T::ELEMENT)?.into_iter().map(T::from_value).collect()
    }
}

/// An enumeration that `#[derive(DbEnum)]` made storable.
pub trait DbEnum: FieldType + Copy {
    /// The enumeration's definition.
    const DEF: &'static crate::kind::EnumDef;
    /// The variant with that stored name.
    fn from_db_name(name: &str) -> Option<Self>;
}
