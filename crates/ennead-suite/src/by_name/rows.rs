//! A row of JSON, read as strictly as a driver reads its own.

use std::fmt::Display;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use ennead::__private::{Error, Kind, ModelDef, RowReader, Value, decode_error};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use uuid::Uuid;

/// A row that a node gave.
pub(super) struct JsonRow {
    model: &'static ModelDef,
    row: Json,
    bytes: Vec<u8>,
}

impl JsonRow {
    pub(super) fn new(model: &'static ModelDef, row: Json) -> Self {
        let fields = row.as_object().map_or(0, serde_json::Map::len);
        assert_eq!(fields, model.fields.len(), "{}: a node gives every field and nothing else", model.name);
        Self { model, row, bytes: Vec::new() }
    }

    fn at(&self, at: usize) -> Result<&Json, Error> {
        let name = self.model.fields[at].name;
        self.row.get(name).ok_or_else(|| decode_error(at, name, "nothing"))
    }

    fn read<'a, T>(
        &'a self,
        at: usize,
        wanted: &str,
        read: impl FnOnce(&'a Json) -> Option<T>,
    ) -> Result<T, Error> {
        let json = self.at(at)?;
        read(json).ok_or_else(|| decode_error(at, wanted, &json.to_string()))
    }
}

/// What is written just as it is written out again: one form for each value.
fn exactly<T: Display>(text: &str, value: T) -> Option<T> {
    (value.to_string() == text).then_some(value)
}

fn micros(text: &str) -> Option<NaiveDateTime> {
    let value = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.6f").ok()?;
    (value.format("%Y-%m-%dT%H:%M:%S%.6f").to_string() == text).then_some(value)
}

fn element(json: &Json, kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::Text | Kind::Enum(_) => Value::text(json.as_str()?.to_owned()),
        Kind::Bool => Value::Bool(json.as_bool()?),
        Kind::I16 | Kind::I32 | Kind::I64 => Value::Int(json.as_i64()?),
        Kind::F32 | Kind::F64 => Value::Float(json.as_f64()?),
        Kind::Decimal(_) => Value::Decimal(Decimal::from_str_exact(json.as_str()?).ok()?),
        Kind::Uuid => Value::Uuid(exactly(json.as_str()?, Uuid::try_parse(json.as_str()?).ok()?)?),
        Kind::DateTime => Value::DateTime(micros(json.as_str()?.strip_suffix('Z')?)?.and_utc()),
        Kind::NaiveDateTime => Value::NaiveDateTime(micros(json.as_str()?)?),
        Kind::Date => Value::Date(exactly(json.as_str()?, json.as_str()?.parse::<NaiveDate>().ok()?)?),
        Kind::Time => Value::Time(time(json.as_str()?)?),
        Kind::Bytes => Value::Bytes(STANDARD.decode(json.as_str()?).ok()?),
        Kind::Json => Value::Json(json.clone()),
        Kind::Encrypted | Kind::Array(_) => return None,
    })
}

fn time(text: &str) -> Option<NaiveTime> {
    let value = NaiveTime::parse_from_str(text, "%H:%M:%S%.6f").ok()?;
    (value.format("%H:%M:%S%.6f").to_string() == text).then_some(value)
}

macro_rules! read {
    ($($name:ident $kind:ident $variant:ident $type:ty),*) => {$(
        fn $name(&mut self, at: usize) -> Result<$type, Error> {
            self.read(at, stringify!($name), |json| match element(json, &Kind::$kind)? {
                Value::$variant(value) => Some(value),
                _ => None,
            })
        }
    )*};
}

impl RowReader for JsonRow {
    fn is_null(&mut self, at: usize) -> Result<bool, Error> {
        let field = &self.model.fields[at];
        Ok(self.at(at)?.is_null() && (field.nullable || field.kind != Kind::Json))
    }

    fn text(&mut self, at: usize) -> Result<&str, Error> {
        self.read(at, "text", Json::as_str)
    }

    fn bytes(&mut self, at: usize) -> Result<&[u8], Error> {
        self.bytes = self.read(at, "base64", |json| STANDARD.decode(json.as_str()?).ok())?;
        Ok(&self.bytes)
    }

    fn decimal(&mut self, at: usize) -> Result<Decimal, Error> {
        self.read(at, "decimal", |json| Decimal::from_str_exact(json.as_str()?).ok())
    }

    fn array(&mut self, at: usize, kind: &Kind) -> Result<Vec<Value>, Error> {
        self.read(at, "array", |json| json.as_array()?.iter().map(|item| element(item, kind)).collect())
    }

    read!(
        bool Bool Bool bool,
        int I64 Int i64,
        float F64 Float f64,
        uuid Uuid Uuid Uuid,
        datetime DateTime DateTime DateTime<Utc>,
        date Date Date NaiveDate,
        time Time Time NaiveTime,
        naive_datetime NaiveDateTime NaiveDateTime NaiveDateTime,
        json Json Json Json
    );
}
