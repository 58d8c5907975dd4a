//! What filters ask about a JSON field and the places in it, as JSON Schemas.

use ennead_core::{FieldDef, Kind, ModelDef};
use serde_json::{Value as Json, json};

use super::describe::of;
use super::params::visible;

/// The pattern of a place's name in a filter: the field, and parts between dots.
pub(super) fn pattern(field: &FieldDef) -> String {
    format!("^{}(\\.[^.\"\\\\\\u0000]*){{1,32}}$", field.name)
}

/// Another place of the row, with which one is compared.
pub(super) fn other(model: &'static ModelDef) -> Json {
    let fields: Vec<&FieldDef> =
        visible(model).map(|(_, field)| field).filter(|field| field.kind == Kind::Json).collect();
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let dotted: Vec<Json> =
        fields.iter().map(|field| json!({ "type": "string", "pattern": pattern(field) })).collect();
    let ways = [
        of([("$field", json!({ "anyOf": dotted }))], &["$field"]),
        of([("$field", json!({ "enum": names })), ("$path", path())], &["$field", "$path"]),
    ];
    json!({ "anyOf": ways })
}

fn path() -> Json {
    let part = json!({ "type": "string", "pattern": "^[^\"\\\\\\u0000]*$" });
    json!({ "type": "array", "items": part, "minItems": 1, "maxItems": 32 })
}

/// What is asked about the field as a whole, or about a place in it that `$path` names.
pub(super) fn field(other: &Json) -> Json {
    let flag = json!({ "type": "boolean" });
    let mut whole = of([("$contains", json!({})), ("$null", flag.clone()), ("$exists", flag)], &[]);
    whole["minProperties"] = json!(1);
    let mut inside = operators(other);
    inside["properties"]["$path"] = path();
    inside["required"] = json!(["$path"]);
    inside["minProperties"] = json!(2);
    json!({ "anyOf": [{ "type": "null" }, whole, inside] })
}

/// What is asked about a place.
pub(super) fn place(other: &Json) -> Json {
    let mut operators = operators(other);
    operators["minProperties"] = json!(1);
    json!({ "anyOf": [scalar(), { "type": "array", "items": scalar() }, operators] })
}

/// What a place is compared with.
fn scalar() -> Json {
    json!({ "type": ["null", "boolean", "number", "string"], "pattern": "^[^\\u0000]*$" })
}

fn operators(other: &Json) -> Json {
    let (flag, list) = (json!({ "type": "boolean" }), json!({ "type": "array", "items": scalar() }));
    let mut pair = list.clone();
    pair["minItems"] = json!(2);
    pair["maxItems"] = json!(2);
    let value = json!({ "anyOf": [scalar(), other] });
    let compare = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"].map(|name| (name, value.clone()));
    let others = [
        ("$in", list.clone()),
        ("$nin", list),
        ("$between", pair),
        ("$contains", json!({})),
        ("$null", flag.clone()),
        ("$exists", flag),
    ];
    of(compare.into_iter().chain(others), &[])
}
