//! Values in Postgres's binary form, with the types they are declared as.

use ennead_core::codec::postgres_days;
use ennead_core::{Kind, Value};
use ennead_sql::BindRef;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, Postgres};
use sqlx::types::Type;

use super::numeric;

/// Microseconds from 1970 to 2000, where Postgres's clock begins.
pub(super) const EPOCH: i64 = 946_684_800_000_000;

/// A value for sqlx to send.
pub(super) struct Argument<'v>(pub(super) BindRef<'v>);

impl Type<Postgres> for Argument<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(25))
    }
}

/// The type of one value, and of an array of such values.
pub(super) fn oids(kind: &Kind) -> (u32, u32) {
    match kind {
        Kind::Bool => (16, 1000),
        Kind::I16 => (21, 1005),
        Kind::I32 => (23, 1007),
        Kind::I64 => (20, 1016),
        Kind::F32 => (700, 1021),
        Kind::F64 => (701, 1022),
        Kind::Decimal(_) => (1700, 1231),
        Kind::Uuid => (2950, 2951),
        Kind::DateTime => (1184, 1185),
        Kind::Date => (1082, 1182),
        Kind::Time => (1083, 1183),
        Kind::NaiveDateTime => (1114, 1115),
        Kind::Bytes | Kind::Encrypted => (17, 1001),
        Kind::Json => (3802, 3807),
        Kind::Text | Kind::Enum(_) => (25, 1009),
        // An array of arrays travels as the texts of its elements.
        Kind::Array(element) => (oids(element).1, 1009),
    }
}

impl<'q> Encode<'q, Postgres> for Argument<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self.0 {
            BindRef::One(Value::Null, _) => return Ok(IsNull::Yes),
            // The planner lets none come here.
            BindRef::One(Value::Plain(_), _) => return Err("a value that was to be encrypted".into()),
            BindRef::One(value, kind) => one(value, kind, buffer),
            BindRef::Many(values, kind) => many(values, kind, buffer),
        }
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        let oid = match self.0 {
            BindRef::One(_, kind) => oids(kind).0,
            BindRef::Many(_, kind) => oids(kind).1,
        };
        Some(PgTypeInfo::with_oid(Oid(oid)))
    }
}

/// A value behind its length, as arrays and COPY hold it.
pub(super) fn behind_length(value: &Value, kind: &Kind, out: &mut Vec<u8>) {
    if value.is_null() {
        out.extend_from_slice(&(-1_i32).to_be_bytes());
        return;
    }
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    one(value, kind, out);
    let length = (out.len() - at - 4) as i32;
    out[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

fn one(value: &Value, kind: &Kind, out: &mut Vec<u8>) {
    match value {
        Value::Null | Value::Slot(_) | Value::Plain(_) => {}
        Value::Bool(v) => out.push(u8::from(*v)),
        Value::Int(v) => match kind {
            // `admit` saw to the range.
            Kind::I16 => out.extend_from_slice(&(*v as i16).to_be_bytes()),
            Kind::I32 => out.extend_from_slice(&(*v as i32).to_be_bytes()),
            _ => out.extend_from_slice(&v.to_be_bytes()),
        },
        Value::Float(v) => match kind {
            Kind::F32 => out.extend_from_slice(&(*v as f32).to_be_bytes()),
            _ => out.extend_from_slice(&v.to_be_bytes()),
        },
        Value::Text(v) => out.extend_from_slice(v.as_bytes()),
        Value::Bytes(v) => out.extend_from_slice(v),
        Value::Uuid(v) => out.extend_from_slice(v.as_bytes()),
        Value::Decimal(v) => numeric::encode(*v, out),
        Value::DateTime(v) => out.extend_from_slice(&(v.timestamp_micros() - EPOCH).to_be_bytes()),
        Value::NaiveDateTime(v) => {
            out.extend_from_slice(&(v.and_utc().timestamp_micros() - EPOCH).to_be_bytes())
        }
        Value::Date(v) => out.extend_from_slice(&postgres_days(*v).to_be_bytes()),
        Value::Time(v) => out.extend_from_slice(&time_micros(*v).to_be_bytes()),
        Value::Json(v) => {
            // The version of the form.
            out.push(1);
            out.extend_from_slice(v.to_string().as_bytes());
        }
        Value::Array(items) => match kind {
            Kind::Array(element) => many(items, element, out),
            _ => many(items, kind, out),
        },
    }
}

fn time_micros(time: chrono::NaiveTime) -> i64 {
    time.signed_duration_since(chrono::NaiveTime::MIN).num_microseconds().unwrap_or_default()
}

/// An array: dimensions, whether NULLs are in it, the element's type, length and lower bound, then the elements.
fn many(values: &[Value], kind: &Kind, out: &mut Vec<u8>) {
    let as_text = matches!(kind, Kind::Array(_));
    let element = if as_text { 25 } else { oids(kind).0 };
    let has_null = values.iter().any(Value::is_null);
    out.extend_from_slice(&i32::from(!values.is_empty()).to_be_bytes());
    out.extend_from_slice(&i32::from(has_null).to_be_bytes());
    out.extend_from_slice(&element.to_be_bytes());
    if values.is_empty() {
        return;
    }
    out.extend_from_slice(&(values.len() as i32).to_be_bytes());
    out.extend_from_slice(&1_i32.to_be_bytes());
    for value in values {
        match value {
            Value::Array(items) if as_text => {
                let text = array_literal(items);
                out.extend_from_slice(&(text.len() as i32).to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            value => behind_length(value, kind, out),
        }
    }
}

/// An array as Postgres reads it from text.
fn array_literal(items: &[Value]) -> String {
    let mut out = String::from("{");
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let text = match item {
            Value::Bool(v) => v.to_string(),
            Value::Int(v) => v.to_string(),
            Value::Float(v) => v.to_string(),
            Value::Text(v) => v.to_string(),
            Value::Uuid(v) => v.to_string(),
            Value::Decimal(v) => v.to_string(),
            Value::DateTime(v) => v.format("%Y-%m-%d %H:%M:%S%.6f+00").to_string(),
            Value::NaiveDateTime(v) => v.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
            Value::Date(v) => v.to_string(),
            Value::Time(v) => v.format("%H:%M:%S%.6f").to_string(),
            Value::Json(v) => v.to_string(),
            Value::Null | Value::Slot(_) | Value::Plain(_) | Value::Bytes(_) | Value::Array(_) => {
                String::new()
            }
        };
        out.push('"');
        for c in text.chars() {
            if matches!(c, '"' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        out.push('"');
    }
    out.push('}');
    out
}
