//! Values on their way to a database and back.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::encrypted::Plaintext;

/// A value of a field, of whatever [`Kind`](crate::Kind).
///
/// `Debug` shows the kind of a value and never the value itself, so that logs and panics hold no row data.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// A bool.
    Bool(bool),
    /// An integer of any width.
    Int(i64),
    /// A float of any width.
    Float(f64),
    /// A text, or the stored name of an enumeration.
    Text(Cow<'static, str>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A UUID.
    Uuid(Uuid),
    /// A decimal.
    Decimal(Decimal),
    /// A moment, UTC.
    DateTime(DateTime<Utc>),
    /// A date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A date and time without a zone.
    NaiveDateTime(NaiveDateTime),
    /// JSON.
    Json(serde_json::Value),
    /// A list of scalars.
    Array(Vec<Value>),
    /// A value of an encrypted field that is not sealed yet. It never comes to a database: the executor seals it, and the planner refuses it.
    Plain(Plaintext),
    /// The place of a value that was taken out, while a statement's shape is looked up.
    #[doc(hidden)]
    Slot(u32),
}

impl Value {
    /// Whether it is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// A text value.
    #[must_use]
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Value::Text(text.into())
    }

    /// What it is, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "integer",
            Value::Float(_) => "float",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::Uuid(_) => "UUID",
            Value::Decimal(_) => "decimal",
            Value::DateTime(_) => "timestamp",
            Value::Date(_) => "date",
            Value::Time(_) => "time",
            Value::NaiveDateTime(_) => "date and time",
            Value::Json(_) => "JSON",
            Value::Array(_) => "array",
            Value::Plain(_) => "plaintext",
            Value::Slot(_) => "slot",
        }
    }
}

/// What JSON is, for messages.
#[must_use]
pub fn json_type_name(json: &serde_json::Value) -> &'static str {
    match json {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "a boolean",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Array(_) => "an array",
        serde_json::Value::Object(_) => "an object",
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Slot(at) => write!(f, "#{at}"),
            Value::Array(items) => write!(f, "<array of {}>", items.len()),
            other => write!(f, "<{}>", other.type_name()),
        }
    }
}

// Floats in here are finite and never -0.0 (`admit` sees to it), so equality is total.
impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Value::Null => {}
            Value::Bool(v) => v.hash(state),
            Value::Int(v) => v.hash(state),
            Value::Float(v) => v.to_bits().hash(state),
            Value::Text(v) => v.hash(state),
            Value::Bytes(v) => v.hash(state),
            Value::Uuid(v) => v.hash(state),
            Value::Decimal(v) => v.hash(state),
            Value::DateTime(v) => v.hash(state),
            Value::Date(v) => v.hash(state),
            Value::Time(v) => v.hash(state),
            Value::NaiveDateTime(v) => v.hash(state),
            Value::Json(v) => v.to_string().hash(state),
            Value::Array(v) => v.hash(state),
            Value::Plain(v) => v.hash(state),
            Value::Slot(v) => v.hash(state),
        }
    }
}
