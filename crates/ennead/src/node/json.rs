//! Values as JSON, exact for every kind, and back with the path of what does not fit.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ennead_core::codec::{date_text, datetime_text, naive_text, time_text};
pub(crate) use ennead_core::json_type_name as type_name;
use ennead_core::{Kind, Plaintext, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use uuid::Uuid;

use super::time;

/// A value as JSON.
pub(crate) fn to_json(value: Value) -> Json {
    match value {
        // What is to be encrypted is never shown.
        Value::Null | Value::Slot(_) | Value::Plain(_) => Json::Null,
        Value::Bool(v) => Json::from(v),
        Value::Int(v) => Json::from(v),
        Value::Float(v) => Json::from(v),
        Value::Text(v) => Json::String(v.into_owned()),
        Value::Bytes(v) => Json::String(STANDARD.encode(v)),
        Value::Uuid(v) => Json::String(v.to_string()),
        Value::Decimal(v) => Json::String(v.to_string()),
        Value::DateTime(v) => Json::from(datetime_text(v).as_str()),
        Value::Date(v) => Json::from(date_text(v).as_str()),
        Value::Time(v) => Json::from(time_text(v).as_str()),
        Value::NaiveDateTime(v) => Json::from(naive_text(v).as_str()),
        Value::Json(v) => v,
        Value::Array(v) => v.into_iter().map(to_json).collect(),
    }
}

/// JSON as a value of a kind; `null` is NULL.
///
/// # Errors
/// What was expected and what was found, without the value.
pub(crate) fn from_json(json: Json, kind: &Kind) -> Result<Value, String> {
    let found = type_name(&json);
    let fail = || format!("expected {}, got {found}", expected(kind));
    Ok(match (kind, json) {
        (Kind::Json, json) => Value::Json(json),
        (Kind::Encrypted, json) => Value::Plain(Plaintext::of(&json).ok_or_else(fail)?),
        (_, Json::Null) => Value::Null,
        (Kind::Bool, Json::Bool(v)) => Value::Bool(v),
        (Kind::I16 | Kind::I32 | Kind::I64, Json::Number(v)) => {
            let whole = v.as_f64().is_some_and(|float| float.fract() == 0.0);
            let out = || if whole { format!("out of range for {}", kind.rust_name()) } else { fail() };
            Value::Int(v.as_i64().or_else(|| integer(v.as_f64()?)).ok_or_else(out)?)
        }
        (Kind::F32 | Kind::F64, Json::Number(v)) => Value::Float(v.as_f64().ok_or_else(fail)?),
        (Kind::Decimal(_), Json::Number(v)) => Value::Decimal(decimal(&v.to_string())?),
        (Kind::Array(element), Json::Array(items)) => {
            let items = items
                .into_iter()
                .enumerate()
                .map(|(at, item)| from_json(item, element).map_err(|what| format!("element {at}: {what}")));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        (kind, Json::String(text)) => from_text(text, kind)?,
        _ => return Err(fail()),
    })
}

/// A whole number, however it is written: JSON does not tell 1 from 1.0.
pub(crate) fn whole(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| integer(json.as_f64()?))
}

/// A float that is a whole number in the range in which floats count exactly: JSON does not tell 1 from 1.0.
fn integer(float: f64) -> Option<i64> {
    (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
}

fn from_text(text: String, kind: &Kind) -> Result<Value, String> {
    Ok(match kind {
        Kind::Text | Kind::Enum(_) => Value::text(text),
        Kind::Uuid => Value::Uuid(uuid(&text).ok_or("not a UUID")?),
        Kind::Decimal(_) if !is_plain(&text) => return Err("not a decimal of at most 28 digits".into()),
        Kind::Decimal(_) => Value::Decimal(decimal(&text)?),
        Kind::Bytes => Value::Bytes(STANDARD.decode(text).map_err(|_| "not base64")?),
        Kind::DateTime => Value::DateTime(time::datetime(&text).ok_or("not an ISO 8601 timestamp")?),
        Kind::NaiveDateTime => {
            Value::NaiveDateTime(time::naive(&text).ok_or("not an ISO 8601 date and time without a zone")?)
        }
        Kind::Date => Value::Date(time::date(&text).ok_or("not an ISO 8601 date")?),
        Kind::Time => Value::Time(time::time(&text).ok_or("not an ISO 8601 time")?),
        kind => return Err(format!("expected {}, got a string", expected(kind))),
    })
}

/// With hyphens or without; not in braces or as a URN, which the JSON Schema does not describe.
fn uuid(text: &str) -> Option<Uuid> {
    matches!(text.len(), 32 | 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

fn decimal(text: &str) -> Result<Decimal, String> {
    let exact = if text.contains(['e', 'E']) {
        Decimal::from_scientific(text)
    } else {
        Decimal::from_str_exact(text)
    };
    exact.map_err(|_| "not a decimal of at most 28 digits".into())
}

/// Digits, and perhaps a sign and a point with digits behind it: no underscores, and no exponent.
fn is_plain(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    text.split_once('.').map_or_else(|| digits(text), |(whole, part)| digits(whole) && digits(part))
}

fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Bool => "a boolean",
        Kind::I16 | Kind::I32 | Kind::I64 => "an integer",
        Kind::F32 | Kind::F64 => "a number",
        Kind::Decimal(_) => "a decimal as a string",
        Kind::Uuid => "a UUID as a string",
        Kind::DateTime | Kind::NaiveDateTime => "an ISO 8601 timestamp as a string",
        Kind::Date => "an ISO 8601 date as a string",
        Kind::Time => "an ISO 8601 time as a string",
        Kind::Bytes => "base64 as a string",
        Kind::Json | Kind::Encrypted => "JSON",
        Kind::Enum(_) => "the name of a variant as a string",
        Kind::Array(_) => "an array",
    }
}
