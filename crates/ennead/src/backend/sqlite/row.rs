//! Reading and binding values in the form that SQLite holds them in.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use ennead_core::codec::{
    date_text, datetime_text, naive_text, parse_date, parse_datetime, parse_naive, parse_time, scaled,
    time_text, unscaled,
};
use ennead_core::{Error, Kind, RowReader, Value, decode_error};
use ennead_sql::BindRef;
use libsqlite3_sys as ffi;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use uuid::Uuid;

use super::lane::{Execution, Native, SqliteError};

/// Binds a value to a placeholder, counted from 1.
///
/// # Safety
/// The value must live until the execution is dropped, or reset and bound anew.
pub(super) unsafe fn bind(
    execution: &mut Execution<'_>,
    at: usize,
    bind: BindRef<'_>,
) -> Result<(), SqliteError> {
    let mut uuid = Uuid::encode_buffer();
    let (text, native);
    let native = match bind {
        BindRef::Many(values, kind) => {
            text = Json::Array(values.iter().map(|value| element(value, kind)).collect()).to_string();
            Native::TextCopy(&text)
        }
        BindRef::One(value, kind) => match value {
            // The planner lets no plaintext come here.
            Value::Null | Value::Slot(_) | Value::Plain(_) => Native::Null,
            Value::Bool(v) => Native::Int((*v).into()),
            Value::Int(v) => Native::Int(*v),
            Value::Float(v) => Native::Real(*v),
            Value::Text(v) => Native::Text(v),
            Value::Bytes(v) => Native::Blob(v),
            Value::Uuid(v) => Native::TextCopy(v.hyphenated().encode_lower(&mut uuid)),
            Value::Decimal(v) => match scale(kind).and_then(|scale| scaled(*v, scale)) {
                Some(integer) => Native::Int(integer),
                None => {
                    text = v.normalize().to_string();
                    Native::TextCopy(&text)
                }
            },
            Value::DateTime(v) => {
                native = datetime_text(*v);
                Native::TextCopy(native.as_str())
            }
            Value::Date(v) => {
                native = date_text(*v);
                Native::TextCopy(native.as_str())
            }
            Value::Time(v) => {
                native = time_text(*v);
                Native::TextCopy(native.as_str())
            }
            Value::NaiveDateTime(v) => {
                native = naive_text(*v);
                Native::TextCopy(native.as_str())
            }
            Value::Json(v) => {
                text = v.to_string();
                Native::TextCopy(&text)
            }
            Value::Array(items) => {
                let kind = if let Kind::Array(inner) = kind { inner } else { kind };
                text = Json::Array(items.iter().map(|value| element(value, kind)).collect()).to_string();
                Native::TextCopy(&text)
            }
        },
    };
    // SAFETY: what is not copied borrows from the value, which the caller keeps.
    unsafe { execution.bind(at, &native) }
}

fn scale(kind: &Kind) -> Option<u8> {
    match kind {
        Kind::Decimal(Some(precision)) => Some(precision.scale),
        _ => None,
    }
}

/// A value as an element of a JSON array, such that `json_each` gives what the column holds.
fn element(value: &Value, kind: &Kind) -> Json {
    match value {
        Value::Null | Value::Slot(_) | Value::Plain(_) => Json::Null,
        Value::Bool(v) => Json::from(i64::from(*v)),
        Value::Int(v) => Json::from(*v),
        Value::Float(v) => Json::from(*v),
        Value::Text(v) => Json::from(&**v),
        Value::Bytes(_) => Json::Null,
        Value::Uuid(v) => Json::from(v.to_string()),
        Value::Decimal(v) => match scale(kind).and_then(|scale| scaled(*v, scale)) {
            Some(integer) => Json::from(integer),
            None => Json::from(v.normalize().to_string()),
        },
        Value::DateTime(v) => Json::from(datetime_text(*v).as_str()),
        Value::Date(v) => Json::from(date_text(*v).as_str()),
        Value::Time(v) => Json::from(time_text(*v).as_str()),
        Value::NaiveDateTime(v) => Json::from(naive_text(*v).as_str()),
        Value::Json(v) => v.clone(),
        Value::Array(items) => Json::Array(items.iter().map(|item| element(item, kind)).collect()),
    }
}

/// The current row of an execution.
pub(super) struct Reader<'a, 'l> {
    pub(super) execution: &'a mut Execution<'l>,
    pub(super) kinds: &'a [Kind],
}

impl Reader<'_, '_> {
    fn of_type(&self, at: usize, wanted: i32, name: &str) -> Result<(), Error> {
        let found = self.execution.column_type(at);
        if found == wanted { Ok(()) } else { Err(decode_error(at, name, type_name(found))) }
    }

    fn parsed<T>(
        &mut self,
        at: usize,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        parse(self.text(at)?).ok_or_else(|| decode_error(at, name, "text of another form"))
    }
}

fn type_name(code: i32) -> &'static str {
    match code {
        ffi::SQLITE_INTEGER => "an integer",
        ffi::SQLITE_FLOAT => "a float",
        ffi::SQLITE_TEXT => "text",
        ffi::SQLITE_BLOB => "bytes",
        _ => "NULL",
    }
}

impl RowReader for Reader<'_, '_> {
    fn is_null(&mut self, at: usize) -> Result<bool, Error> {
        Ok(self.execution.column_type(at) == ffi::SQLITE_NULL)
    }

    fn bool(&mut self, at: usize) -> Result<bool, Error> {
        Ok(self.int(at)? != 0)
    }

    fn int(&mut self, at: usize) -> Result<i64, Error> {
        self.of_type(at, ffi::SQLITE_INTEGER, "an integer")?;
        Ok(self.execution.column_int(at))
    }

    fn float(&mut self, at: usize) -> Result<f64, Error> {
        self.of_type(at, ffi::SQLITE_FLOAT, "a float")?;
        Ok(self.execution.column_real(at))
    }

    fn text(&mut self, at: usize) -> Result<&str, Error> {
        self.of_type(at, ffi::SQLITE_TEXT, "text")?;
        std::str::from_utf8(self.execution.column_text(at))
            .map_err(|_| decode_error(at, "text", "bytes that are not UTF-8"))
    }

    fn bytes(&mut self, at: usize) -> Result<&[u8], Error> {
        self.of_type(at, ffi::SQLITE_BLOB, "bytes")?;
        Ok(self.execution.column_blob(at))
    }

    fn uuid(&mut self, at: usize) -> Result<Uuid, Error> {
        self.parsed(at, "a UUID", |text| Uuid::try_parse(text).ok())
    }

    fn decimal(&mut self, at: usize) -> Result<Decimal, Error> {
        match self.kinds.get(at).and_then(scale) {
            Some(scale) => Ok(unscaled(self.int(at)?, scale).normalize()),
            None => self.parsed(at, "a decimal", |text| text.parse().ok()),
        }
    }

    fn datetime(&mut self, at: usize) -> Result<DateTime<Utc>, Error> {
        self.parsed(at, "a timestamp", parse_datetime)
    }

    fn date(&mut self, at: usize) -> Result<NaiveDate, Error> {
        self.parsed(at, "a date", parse_date)
    }

    fn time(&mut self, at: usize) -> Result<NaiveTime, Error> {
        self.parsed(at, "a time", parse_time)
    }

    fn naive_datetime(&mut self, at: usize) -> Result<NaiveDateTime, Error> {
        self.parsed(at, "a date and time", parse_naive)
    }

    fn json(&mut self, at: usize) -> Result<Json, Error> {
        self.parsed(at, "JSON", |text| serde_json::from_str(text).ok())
    }

    fn array(&mut self, at: usize, kind: &Kind) -> Result<Vec<Value>, Error> {
        let items: Vec<Json> = self.parsed(at, "an array", |text| serde_json::from_str(text).ok())?;
        let parse = |item: Json| {
            parse_element(item, kind).ok_or_else(|| decode_error(at, kind.rust_name(), "another element"))
        };
        items.into_iter().map(parse).collect()
    }
}

fn parse_element(item: Json, kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::Bool => Value::Bool(item.as_i64()? != 0),
        Kind::I16 | Kind::I32 | Kind::I64 => Value::Int(item.as_i64()?),
        Kind::F32 | Kind::F64 => Value::Float(item.as_f64()?),
        Kind::Text | Kind::Enum(_) => match item {
            Json::String(text) => Value::text(text),
            _ => return None,
        },
        Kind::Uuid => Value::Uuid(Uuid::try_parse(item.as_str()?).ok()?),
        Kind::Decimal(_) => Value::Decimal(item.as_str()?.parse().ok()?),
        Kind::DateTime => Value::DateTime(parse_datetime(item.as_str()?)?),
        Kind::Date => Value::Date(parse_date(item.as_str()?)?),
        Kind::Time => Value::Time(parse_time(item.as_str()?)?),
        Kind::NaiveDateTime => Value::NaiveDateTime(parse_naive(item.as_str()?)?),
        Kind::Json => Value::Json(item),
        Kind::Bytes | Kind::Encrypted | Kind::Array(_) => return None,
    })
}
