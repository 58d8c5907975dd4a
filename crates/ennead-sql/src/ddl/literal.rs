//! Values as SQL literals, and the defaults that DDL carries.

use ennead_core::constraints::quote;
use ennead_core::{Dialect, Error, FieldDef, Kind, Literal, ModelDef, Value, admit, codec};

use super::invalid;

/// A text as a literal. Both databases take it alike: a backslash is a character like others.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Texts as literals, with commas between.
pub(super) fn list(texts: &[&str]) -> String {
    texts.iter().map(|item| text(item)).collect::<Vec<_>>().join(", ")
}

/// The default of a column, where the model gives one that SQL can say.
pub(super) fn default(
    model: &'static ModelDef,
    field: &'static FieldDef,
    dialect: Dialect,
) -> Result<Option<String>, Error> {
    let Some(literal) = field.default.and_then(|default| default.literal) else {
        return Ok(None);
    };
    let misfit = || invalid(model, field, &format!("its default is no {}", field.kind.rust_name()));
    let mut value = value(literal, field.kind).ok_or_else(misfit)?;
    admit(model, field, &mut value)?;
    sql(&value, field.kind, dialect).map(Some).ok_or_else(misfit)
}

/// The value that a literal is in a column of that kind.
fn value(literal: Literal, kind: Kind) -> Option<Value> {
    Some(match (literal, kind) {
        (Literal::Bool(bool), Kind::Bool) => Value::Bool(bool),
        (Literal::Int(int), Kind::I16 | Kind::I32 | Kind::I64) => Value::Int(int),
        (Literal::Int(int), Kind::F32 | Kind::F64) => Value::Float(int as f64),
        (Literal::Int(int), Kind::Decimal(_)) => Value::Decimal(int.into()),
        (Literal::Float(float), Kind::F32 | Kind::F64) => Value::Float(float),
        (Literal::Text(text), Kind::Text | Kind::Enum(_)) => Value::text(text),
        (Literal::Text(text), Kind::Decimal(_)) => Value::Decimal(text.parse().ok()?),
        (Literal::Text(text), Kind::Uuid) => Value::Uuid(text.parse().ok()?),
        (Literal::Text(text), Kind::DateTime) => Value::DateTime(text.parse().ok()?),
        (Literal::Text(text), Kind::Date) => Value::Date(text.parse().ok()?),
        (Literal::Text(text), Kind::Time) => Value::Time(text.parse().ok()?),
        (Literal::Text(text), Kind::NaiveDateTime) => Value::NaiveDateTime(text.parse().ok()?),
        (Literal::Bool(bool), Kind::Json) => Value::Json(bool.into()),
        (Literal::Int(int), Kind::Json) => Value::Json(int.into()),
        (Literal::Float(float), Kind::Json) if float.is_finite() => Value::Json(float.into()),
        (Literal::Text(text), Kind::Json) => Value::Json(text.into()),
        _ => return None,
    })
}

/// A value as the literal that the database stores as the library itself would.
fn sql(value: &Value, kind: Kind, dialect: Dialect) -> Option<String> {
    Some(match (value, dialect) {
        (Value::Bool(bool), Dialect::Postgres) => bool.to_string(),
        (Value::Bool(bool), Dialect::Sqlite) => i32::from(*bool).to_string(),
        (Value::Int(int), _) => int.to_string(),
        (Value::Float(float), _) => format!("{float:?}"),
        (Value::Text(name), Dialect::Postgres) => match kind {
            Kind::Enum(def) if def.native => format!("{}::{}", text(name), quote(def.type_name)),
            _ => text(name),
        },
        (Value::Text(value), Dialect::Sqlite) => text(value),
        (Value::Decimal(decimal), Dialect::Postgres) => decimal.to_string(),
        (Value::Decimal(decimal), Dialect::Sqlite) => match kind {
            Kind::Decimal(Some(precision)) => codec::scaled(*decimal, precision.scale)?.to_string(),
            _ => text(&decimal.to_string()),
        },
        (Value::Uuid(uuid), _) => text(&uuid.to_string()),
        (Value::DateTime(time), _) => text(codec::datetime_text(*time).as_str()),
        (Value::Date(date), _) => text(codec::date_text(*date).as_str()),
        (Value::Time(time), _) => text(codec::time_text(*time).as_str()),
        (Value::NaiveDateTime(time), _) => text(codec::naive_text(*time).as_str()),
        (Value::Json(json), _) => text(&json.to_string()),
        _ => return None,
    })
}
