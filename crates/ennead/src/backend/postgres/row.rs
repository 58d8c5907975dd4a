//! Reading rows in Postgres's binary form.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use ennead_core::codec::{from_micros, from_postgres_days};
use ennead_core::{Error, ErrorKind, Kind, RowReader, Value, decode_error};
use rust_decimal::Decimal;
use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::{Column, Row, TypeInfo, ValueRef};
use uuid::Uuid;

use super::numeric;
use super::types::EPOCH;

/// Types that `CREATE TYPE` and extensions make have numbers from here on.
const OWN_TYPES: u32 = 16_384;

/// Refuses columns of other types than the model's: many would read as something, and none as what is stored.
pub(super) fn check(row: &PgRow, kinds: &[Kind]) -> Result<(), Error> {
    for (column, kind) in row.columns().iter().zip(kinds) {
        let Some(oid) = column.type_info().oid() else { continue };
        if !fits(oid.0, kind) {
            return Err(Error::new(
                ErrorKind::SchemaMismatch,
                format!(
                    "the column {} has the type {}, which is not that of the model ({}): migrate it",
                    column.name(),
                    column.type_info().name(),
                    kind.rust_name()
                ),
            ));
        }
    }
    Ok(())
}

/// Whether a type, by the number that Postgres gives it, is read as a kind.
fn fits(oid: u32, kind: &Kind) -> bool {
    match kind {
        Kind::Bool => oid == 16,
        Kind::I16 | Kind::I32 | Kind::I64 => matches!(oid, 20 | 21 | 23),
        Kind::F32 | Kind::F64 => matches!(oid, 700 | 701),
        // "char", name, text, unknown, char(n), varchar; citext and enums.
        Kind::Text | Kind::Enum(_) => matches!(oid, 18 | 19 | 25 | 705 | 1042 | 1043) || oid >= OWN_TYPES,
        Kind::Uuid => oid == 2950,
        Kind::Decimal(_) => oid == 1700,
        Kind::DateTime => oid == 1184,
        Kind::Date => oid == 1082,
        Kind::Time => oid == 1083,
        Kind::NaiveDateTime => oid == 1114,
        Kind::Bytes | Kind::Encrypted => oid == 17,
        Kind::Json => matches!(oid, 114 | 3802),
        Kind::Array(_) => true,
    }
}

/// A row as sqlx received it.
pub(super) struct Reader<'a> {
    pub(super) row: &'a PgRow,
}

impl<'a> Reader<'a> {
    fn raw(&self, at: usize) -> Result<PgValueRef<'a>, Error> {
        self.row.try_get_raw(at).map_err(|_| decode_error(at, "a column", "no column"))
    }

    fn slice(&self, at: usize) -> Result<&'a [u8], Error> {
        self.raw(at)?.as_bytes().map_err(|_| decode_error(at, "a value", "NULL"))
    }

    fn fixed<const N: usize>(&self, at: usize, name: &str) -> Result<[u8; N], Error> {
        self.slice(at)?.try_into().map_err(|_| decode_error(at, name, "a value of another type"))
    }
}

fn micros_of(bytes: [u8; 8]) -> Option<DateTime<Utc>> {
    from_micros(i64::from_be_bytes(bytes).checked_add(EPOCH)?)
}

fn time_of(bytes: [u8; 8]) -> Option<NaiveTime> {
    let micros = i64::from_be_bytes(bytes);
    (0..86_400_000_000).contains(&micros).then(|| NaiveTime::MIN + TimeDelta::microseconds(micros))
}

fn int_of(bytes: &[u8]) -> Option<i64> {
    Some(match bytes.len() {
        2 => i16::from_be_bytes(bytes.try_into().ok()?).into(),
        4 => i32::from_be_bytes(bytes.try_into().ok()?).into(),
        _ => i64::from_be_bytes(bytes.try_into().ok()?),
    })
}

fn float_of(bytes: &[u8]) -> Option<f64> {
    Some(match bytes.len() {
        4 => f32::from_be_bytes(bytes.try_into().ok()?).into(),
        _ => f64::from_be_bytes(bytes.try_into().ok()?),
    })
}

impl RowReader for Reader<'_> {
    fn is_null(&mut self, at: usize) -> Result<bool, Error> {
        Ok(self.raw(at)?.is_null())
    }

    fn bool(&mut self, at: usize) -> Result<bool, Error> {
        Ok(self.fixed::<1>(at, "a bool")? != [0])
    }

    fn int(&mut self, at: usize) -> Result<i64, Error> {
        int_of(self.slice(at)?).ok_or_else(|| decode_error(at, "an integer", "a value of another type"))
    }

    fn float(&mut self, at: usize) -> Result<f64, Error> {
        float_of(self.slice(at)?).ok_or_else(|| decode_error(at, "a float", "a value of another type"))
    }

    fn text(&mut self, at: usize) -> Result<&str, Error> {
        std::str::from_utf8(self.slice(at)?).map_err(|_| decode_error(at, "text", "bytes that are not UTF-8"))
    }

    fn bytes(&mut self, at: usize) -> Result<&[u8], Error> {
        self.slice(at)
    }

    fn uuid(&mut self, at: usize) -> Result<Uuid, Error> {
        self.fixed::<16>(at, "a UUID").map(Uuid::from_bytes)
    }

    fn decimal(&mut self, at: usize) -> Result<Decimal, Error> {
        numeric::decode(self.slice(at)?)
            .ok_or_else(|| decode_error(at, "a decimal", "a number with more digits than a Decimal holds"))
    }

    fn datetime(&mut self, at: usize) -> Result<DateTime<Utc>, Error> {
        micros_of(self.fixed(at, "a timestamp")?)
            .ok_or_else(|| decode_error(at, "a timestamp", "a moment out of range"))
    }

    fn date(&mut self, at: usize) -> Result<NaiveDate, Error> {
        from_postgres_days(i32::from_be_bytes(self.fixed(at, "a date")?))
            .ok_or_else(|| decode_error(at, "a date", "a date out of range"))
    }

    fn time(&mut self, at: usize) -> Result<NaiveTime, Error> {
        time_of(self.fixed(at, "a time")?).ok_or_else(|| decode_error(at, "a time", "24:00"))
    }

    fn naive_datetime(&mut self, at: usize) -> Result<NaiveDateTime, Error> {
        Ok(self.datetime(at)?.naive_utc())
    }

    fn json(&mut self, at: usize) -> Result<serde_json::Value, Error> {
        // jsonb begins with the version of its form, json with its text.
        let bytes = self.slice(at)?;
        let text = bytes.strip_prefix(&[1]).unwrap_or(bytes);
        serde_json::from_slice(text).map_err(|_| decode_error(at, "JSON", "a value of another type"))
    }

    fn array(&mut self, at: usize, kind: &Kind) -> Result<Vec<Value>, Error> {
        array_of(self.slice(at)?, kind)
            .ok_or_else(|| decode_error(at, "a one-dimensional array without NULLs", "another array"))
    }
}

fn array_of(bytes: &[u8], kind: &Kind) -> Option<Vec<Value>> {
    let word = |at: usize| Some(i32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    match word(0)? {
        0 => return Some(Vec::new()),
        1 => {}
        _ => return None,
    }
    let count = usize::try_from(word(12)?).ok()?;
    let mut at = 20;
    let mut items = Vec::with_capacity(count.min(bytes.len()));
    for _ in 0..count {
        let length = usize::try_from(word(at)?).ok()?;
        at += 4;
        items.push(element_of(bytes.get(at..at + length)?, kind)?);
        at += length;
    }
    Some(items)
}

fn element_of(bytes: &[u8], kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::Bool => Value::Bool(bytes != [0]),
        Kind::I16 | Kind::I32 | Kind::I64 => Value::Int(int_of(bytes)?),
        Kind::F32 | Kind::F64 => Value::Float(float_of(bytes)?),
        Kind::Text | Kind::Enum(_) => Value::text(std::str::from_utf8(bytes).ok()?.to_owned()),
        Kind::Uuid => Value::Uuid(Uuid::from_slice(bytes).ok()?),
        Kind::Decimal(_) => Value::Decimal(numeric::decode(bytes)?),
        Kind::DateTime => Value::DateTime(micros_of(bytes.try_into().ok()?)?),
        Kind::Date => Value::Date(from_postgres_days(i32::from_be_bytes(bytes.try_into().ok()?))?),
        Kind::Time => Value::Time(time_of(bytes.try_into().ok()?)?),
        Kind::NaiveDateTime => Value::NaiveDateTime(micros_of(bytes.try_into().ok()?)?.naive_utc()),
        Kind::Json | Kind::Bytes | Kind::Encrypted | Kind::Array(_) => return None,
    })
}
