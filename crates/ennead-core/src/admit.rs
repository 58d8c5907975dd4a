//! The gate that every value passes before SQL: what one database would take and the other not is refused for both.

use chrono::{Datelike, NaiveDate, Timelike};
use rust_decimal::Decimal;

use crate::codec::{micros, naive_micros, time_micros};
use crate::def::{FieldDef, ModelDef};
use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::value::Value;

/// How deep JSON may be nested: serde_json reads no deeper.
pub const MAX_JSON_DEPTH: usize = 127;

/// Checks a value that a field is to be set to, and cuts it to what both databases hold (microseconds, no `-0.0`).
///
/// # Errors
/// Invalid input that names the field and the rule, never the value.
pub fn admit(model: &ModelDef, field: &FieldDef, value: &mut Value) -> Result<(), Error> {
    if value.is_null() {
        if field.nullable {
            return Ok(());
        }
        let text = format!("{}.{} takes no NULL", model.name, field.name);
        return Err(Error::new(ErrorKind::NotNullViolation, text)
            .with_model(model.name)
            .with_fields(vec![field.name]));
    }
    admit_operand(model, field, value)
}

/// Checks a value that a field is compared with.
///
/// # Errors
/// Invalid input that names the field and the rule, never the value.
pub fn admit_operand(model: &ModelDef, field: &FieldDef, value: &mut Value) -> Result<(), Error> {
    check(&field.kind, value).map_err(|what| {
        Error::invalid(format!("{}.{}: {what}", model.name, field.name))
            .with_model(model.name)
            .with_fields(vec![field.name])
    })
}

/// Checks a value of a kind.
///
/// # Errors
/// What is wrong, without the value.
pub fn check(kind: &Kind, value: &mut Value) -> Result<(), String> {
    match (kind, value) {
        (_, Value::Null) => Err("NULL is not a value here: use `is_null`".into()),
        (Kind::Text, Value::Text(text)) => no_nul(text),
        (Kind::Enum(def), Value::Text(text)) => {
            if def.variants.contains(&&**text) {
                Ok(())
            } else {
                Err(format!("not one of {}'s values ({})", def.name, def.variants.join(", ")))
            }
        }
        (Kind::Bool, Value::Bool(_)) | (Kind::Uuid, Value::Uuid(_)) | (Kind::Bytes, Value::Bytes(_)) => {
            Ok(())
        }
        (Kind::I16 | Kind::I32 | Kind::I64, Value::Int(int)) => {
            let (low, high) = kind.integer_bounds().unwrap_or((i64::MIN, i64::MAX));
            if (low..=high).contains(int) {
                Ok(())
            } else {
                Err(format!("out of range for {}", kind.rust_name()))
            }
        }
        (Kind::F32 | Kind::F64, Value::Float(float)) => {
            if !float.is_finite() {
                return Err("floats are finite: NaN and infinities cannot be stored".into());
            }
            if *kind == Kind::F32 && float.abs() > f64::from(f32::MAX) {
                return Err("out of range for f32".into());
            }
            if *float == 0.0 {
                *float = 0.0;
            }
            Ok(())
        }
        (Kind::Decimal(precision), Value::Decimal(decimal)) => {
            *decimal = decimal.normalize();
            let Some(p) = precision else { return Ok(()) };
            if decimal.scale() > u32::from(p.scale) {
                return Err(format!("more than {} digits behind the point", p.scale));
            }
            if decimal.trunc().abs()
                >= Decimal::from_i128_with_scale(10_i128.pow((p.precision - p.scale).into()), 0)
            {
                return Err(format!("more than {} digits before the point", p.precision - p.scale));
            }
            Ok(())
        }
        (Kind::DateTime, Value::DateTime(time)) => {
            no_leap_second(time.nanosecond())?;
            *time = micros(*time);
            year(time.date_naive())
        }
        (Kind::NaiveDateTime, Value::NaiveDateTime(time)) => {
            no_leap_second(time.nanosecond())?;
            *time = naive_micros(*time);
            year(time.date())
        }
        (Kind::Date, Value::Date(date)) => year(*date),
        (Kind::Time, Value::Time(time)) => {
            no_leap_second(time.nanosecond())?;
            *time = time_micros(*time);
            Ok(())
        }
        (Kind::Json, Value::Json(json)) => check_json(json),
        // Whether stored bytes open in their new place is asked where they are sealed.
        (Kind::Encrypted, Value::Plain(_) | Value::Bytes(_)) => Ok(()),
        (Kind::Array(element), Value::Array(items)) => items.iter_mut().try_for_each(|item| match item {
            Value::Null => Err("an array column holds no NULL elements".into()),
            item => check(element, item),
        }),
        (_, Value::Slot(_)) => Err("cannot be serialized as JSON".into()),
        (kind, value) => Err(format!("expected {}, got {}", kind.rust_name(), value.type_name())),
    }
}

/// chrono counts the nanoseconds of a leap second on from those of the second before it.
fn no_leap_second(nanosecond: u32) -> Result<(), String> {
    if nanosecond < 1_000_000_000 {
        Ok(())
    } else {
        Err("a leap second is no time of day that databases hold".into())
    }
}

pub(crate) fn no_nul(text: &str) -> Result<(), String> {
    if text.as_bytes().contains(&0) { Err("text cannot hold the NUL character".into()) } else { Ok(()) }
}

fn year(date: NaiveDate) -> Result<(), String> {
    if (1..=9999).contains(&date.year()) { Ok(()) } else { Err("years go from 1 to 9999".into()) }
}

fn check_json(json: &serde_json::Value) -> Result<(), String> {
    check_json_within(json, 1)
}

/// The same for JSON that stands so deep in a document.
pub(crate) fn check_json_within(json: &serde_json::Value, depth: usize) -> Result<(), String> {
    let mut work = vec![(json, depth)];
    while let Some((json, depth)) = work.pop() {
        if depth > MAX_JSON_DEPTH {
            return Err(format!("JSON is nested deeper than {MAX_JSON_DEPTH} levels"));
        }
        match json {
            serde_json::Value::String(text) => no_nul(text)?,
            serde_json::Value::Array(items) => work.extend(items.iter().map(|item| (item, depth + 1))),
            serde_json::Value::Object(map) => {
                for (key, item) in map {
                    no_nul(key)?;
                    work.push((item, depth + 1));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
