//! Values as they stand in a cursor: exact, and readable by their kind.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ennead_core::codec::{
    date_text, datetime_text, naive_text, parse_date, parse_datetime, parse_naive, parse_time, time_text,
};
use ennead_core::{Kind, Value};
use serde_json::{Value as JsonValue, json};

pub(crate) fn to_json(value: &Value) -> JsonValue {
    match value {
        Value::Null | Value::Slot(_) => JsonValue::Null,
        Value::Bool(v) => json!(v),
        Value::Int(v) => json!(v),
        Value::Float(v) => json!(v),
        Value::Text(v) => json!(v),
        Value::Bytes(v) => json!(STANDARD.encode(v)),
        Value::Uuid(v) => json!(v),
        Value::Decimal(v) => json!(v.to_string()),
        Value::DateTime(v) => json!(datetime_text(*v).as_str()),
        Value::Date(v) => json!(date_text(*v).as_str()),
        Value::Time(v) => json!(time_text(*v).as_str()),
        Value::NaiveDateTime(v) => json!(naive_text(*v).as_str()),
        Value::Json(v) => v.clone(),
        Value::Array(v) => v.iter().map(to_json).collect(),
    }
}

pub(crate) fn from_json(json: JsonValue, kind: &Kind) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    Some(match kind {
        Kind::Bool => Value::Bool(json.as_bool()?),
        Kind::I16 | Kind::I32 | Kind::I64 => Value::Int(json.as_i64()?),
        Kind::F32 | Kind::F64 => Value::Float(json.as_f64()?),
        Kind::Text | Kind::Enum(_) => match json {
            JsonValue::String(text) => Value::text(text),
            _ => return None,
        },
        Kind::Bytes => Value::Bytes(STANDARD.decode(json.as_str()?).ok()?),
        Kind::Uuid => Value::Uuid(json.as_str()?.parse().ok()?),
        Kind::Decimal(_) => Value::Decimal(json.as_str()?.parse().ok()?),
        Kind::DateTime => Value::DateTime(parse_datetime(json.as_str()?)?),
        Kind::Date => Value::Date(parse_date(json.as_str()?)?),
        Kind::Time => Value::Time(parse_time(json.as_str()?)?),
        Kind::NaiveDateTime => Value::NaiveDateTime(parse_naive(json.as_str()?)?),
        Kind::Json => Value::Json(json),
        Kind::Array(element) => match json {
            JsonValue::Array(items) => {
                Value::Array(items.into_iter().map(|item| from_json(item, element)).collect::<Option<_>>()?)
            }
            _ => return None,
        },
    })
}
