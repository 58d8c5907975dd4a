//! A row that is read from values.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::encrypted::Held;
use crate::error::Error;
use crate::kind::Kind;
use crate::row::{RowReader, decode_error};
use crate::value::Value;

/// Reads values as a driver's row.
#[derive(Debug)]
pub struct ValueReader<'a>(pub &'a [Value]);

impl ValueReader<'_> {
    fn at(&self, at: usize) -> Result<&Value, Error> {
        self.0.get(at).ok_or_else(|| decode_error(at, "a value", "nothing"))
    }
}

macro_rules! read {
    ($($name:ident $type:ty, $variant:ident $wanted:literal $value:ident => $read:expr;)*) => {$(
        fn $name(&mut self, at: usize) -> Result<$type, Error> {
            match self.at(at)? {
                Value::$variant($value) => Ok($read),
                other => Err(decode_error(at, $wanted, other.type_name())),
            }
        }
    )*};
}

impl RowReader for ValueReader<'_> {
    fn is_null(&mut self, at: usize) -> Result<bool, Error> {
        Ok(self.at(at)?.is_null())
    }

    read! {
        bool bool, Bool "bool" v => *v;
        int i64, Int "integer" v => *v;
        float f64, Float "float" v => *v;
        text &str, Text "text" v => v.as_ref();
        bytes &[u8], Bytes "bytes" v => v.as_slice();
        uuid Uuid, Uuid "UUID" v => *v;
        decimal Decimal, Decimal "decimal" v => *v;
        datetime DateTime<Utc>, DateTime "timestamp" v => *v;
        date NaiveDate, Date "date" v => *v;
        time NaiveTime, Time "time" v => *v;
        naive_datetime NaiveDateTime, NaiveDateTime "date and time" v => *v;
        json Json, Json "JSON" v => v.clone();
    }

    /// What an observer sees of a write that is not done yet was given, and not read.
    fn encrypted(&mut self, at: usize) -> Result<Held, Error> {
        match self.at(at)? {
            Value::Plain(plaintext) => Ok(Held::Plain(plaintext.clone())),
            Value::Bytes(bytes) => Ok(Held::Sealed(bytes.as_slice().into())),
            Value::Slot(_) => Ok(Held::Unwritable),
            other => Err(decode_error(at, "an encrypted value", other.type_name())),
        }
    }

    fn array(&mut self, at: usize, _: &Kind) -> Result<Vec<Value>, Error> {
        match self.at(at)? {
            Value::Array(items) => Ok(items.clone()),
            other => Err(decode_error(at, "array", other.type_name())),
        }
    }
}
