//! A value that was given, read as the type of its field, for a function of the application.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::error::Error;
use crate::field::FieldType;
use crate::kind::Kind;
use crate::row::RowReader;
use crate::value::Value;

/// Calls a function of the application on a value of that type.
///
/// # Errors
/// What the function says, or that the value is none of the type.
pub fn custom<T: FieldType>(
    value: &Value,
    check: impl FnOnce(&T) -> Result<(), String>,
) -> Result<(), String> {
    let value = T::decode(&mut Given(value), 0).map_err(|error| error.to_string())?;
    check(&value)
}

struct Given<'a>(&'a Value);

macro_rules! read {
    ($($name:ident, $variant:ident, $type:ty;)*) => {$(
        fn $name(&mut self, _: usize) -> Result<$type, Error> {
            match self.0 {
                Value::$variant(value) => Ok(value.clone()),
                _ => Err(other(stringify!($variant))),
            }
        }
    )*};
}

impl RowReader for Given<'_> {
    read! {
        bool, Bool, bool;
        int, Int, i64;
        float, Float, f64;
        uuid, Uuid, Uuid;
        decimal, Decimal, Decimal;
        datetime, DateTime, DateTime<Utc>;
        date, Date, NaiveDate;
        time, Time, NaiveTime;
        naive_datetime, NaiveDateTime, NaiveDateTime;
        json, Json, serde_json::Value;
    }

    fn is_null(&mut self, _: usize) -> Result<bool, Error> {
        Ok(self.0.is_null())
    }

    fn text(&mut self, _: usize) -> Result<&str, Error> {
        match self.0 {
            Value::Text(text) => Ok(text),
            _ => Err(other("Text")),
        }
    }

    fn bytes(&mut self, _: usize) -> Result<&[u8], Error> {
        match self.0 {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(other("Bytes")),
        }
    }

    fn array(&mut self, _: usize, _: &Kind) -> Result<Vec<Value>, Error> {
        match self.0 {
            Value::Array(items) => Ok(items.clone()),
            _ => Err(other("Array")),
        }
    }
}

fn other(kind: &str) -> Error {
    Error::invalid(format!("the value is no {kind}"))
}
