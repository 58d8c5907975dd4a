//! Values that a node takes, found by its JSON Schema.

use std::collections::BTreeMap;
use std::sync::Mutex;

use ennead::Value;
use ennead::def::FieldDef;
use serde_json::{Value as Json, json};

/// Which text fits a pattern: each is compiled once.
static FITTING: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// The `n`th value that fits a schema; those of another number differ, where the type has that many. `tag` stands in
/// texts.
#[track_caller]
pub(crate) fn sample(schema: &Json, tag: &str, n: usize) -> Json {
    if let Some(ways) = schema["anyOf"].as_array() {
        return sample(&ways[0], tag, n);
    }
    if let Some(variants) = schema["enum"].as_array() {
        return variants[n % variants.len()].clone();
    }
    match schema["type"].as_str() {
        Some("boolean") => json!(n.is_multiple_of(2)),
        Some("integer") => json!(n + 1),
        Some("number") => json!(n as f64 + 0.5),
        Some("string") => {
            let (day, hour, minute) = (n / 1440 % 28 + 1, n / 60 % 24, n % 60);
            let time = format!("2026-01-{day:02}T{hour:02}:{minute:02}:00.000000Z");
            let candidates = [format!("{tag}-{n}"), time, "c2VhbGVk".to_owned()].map(Json::from);
            let pattern = schema["pattern"].as_str().unwrap_or_default();
            let mut fitting = FITTING.lock().unwrap();
            let at = fitting.entry(pattern.to_owned()).or_insert_with(|| {
                let at = candidates.iter().position(|text| jsonschema::is_valid(schema, text));
                at.unwrap_or_else(|| panic!("no text is known that fits {schema}"))
            });
            candidates[*at].clone()
        }
        _ => panic!("no value is known that fits {schema}"),
    }
}

/// The same for JSON columns and encrypted ones, whose schema takes anything: in the shape of the field's default. What is encrypted under the
/// name of a secret is a text.
pub(crate) fn sample_json(field: &FieldDef, n: usize) -> Json {
    match field.default.map(|default| (default.value)()) {
        Some(Value::Json(json)) if json.is_array() => json!([format!("item-{n}")]),
        _ if field.name == "secret" => json!(format!("whsec-of-many-letters-{n}")),
        _ => json!({ "key": format!("value-{n}") }),
    }
}
