//! Values as the JSON that the contract says, written here once more: the library is not asked about itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ennead::__private::{FieldDef, Value};
use serde_json::{Map, Value as Json};

use super::Reason;

/// A value as JSON.
pub(super) fn to_json(value: &Value) -> Result<Json, Reason> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(v) => Json::from(*v),
        Value::Int(v) => Json::from(*v),
        Value::Float(v) if v.is_finite() => Json::from(*v),
        Value::Float(_) => return Err(Reason::NotFinite),
        Value::Text(v) => Json::from(&**v),
        Value::Bytes(v) => Json::from(STANDARD.encode(v)),
        Value::Uuid(v) => Json::from(v.to_string()),
        Value::Decimal(v) => Json::from(v.to_string()),
        // With all nine digits: what is cut is cut by the node.
        Value::DateTime(v) => Json::from(format!("{v:?}")),
        Value::Date(v) => Json::from(format!("{v:?}")),
        Value::Time(v) => Json::from(format!("{v:?}")),
        Value::NaiveDateTime(v) => Json::from(format!("{v:?}")),
        Value::Json(v) => v.clone(),
        Value::Array(v) => Json::Array(v.iter().map(to_json).collect::<Result<_, _>>()?),
        Value::Slot(_) | Value::Plain(_) => return Err(Reason::NoJson),
    })
}

/// A value of a field as JSON.
pub(super) fn of_field(field: &FieldDef, value: &Value) -> Result<Json, Reason> {
    match value {
        Value::Json(Json::Null) if field.nullable => Err(Reason::JsonNull),
        value => to_json(value),
    }
}

/// An object of fields; one that stands twice is no JSON.
pub(super) fn object<'a>(
    pairs: impl IntoIterator<Item = (&'static FieldDef, &'a Value)>,
) -> Result<Map<String, Json>, Reason> {
    let mut map = Map::new();
    for (field, value) in pairs {
        if map.insert(field.name.to_owned(), of_field(field, value)?).is_some() {
            return Err(Reason::Twice);
        }
    }
    Ok(map)
}
