//! The rules of fields in the JSON Schemas of what nodes take.

use ennead_core::{FieldDef, Kind, Literal, Rule};
use serde_json::{Map, Value as Json, json};

/// Adds what the rules of a field ask for to the schema of its type.
pub(super) fn add(schema: &mut Json, field: &FieldDef) {
    let Json::Object(schema) = schema else { return };
    for rule in field.rules {
        match rule {
            Rule::Email => put(schema, "format", json!("email")),
            Rule::Url => put(schema, "format", json!("uri")),
            Rule::Length { min, max } => length(schema, &field.kind, *min, *max),
            Rule::Range { min, max } => {
                for (name, bound) in [("minimum", min), ("maximum", max)] {
                    if let Some(bound) = bound.and_then(number) {
                        put(schema, name, bound);
                    }
                }
            }
            Rule::Regex(pattern) if is_everywhere(pattern) => {
                let patterns = schema.entry("allOf").or_insert_with(|| json!([]));
                if let Json::Array(patterns) = patterns {
                    patterns.push(json!({ "pattern": pattern }));
                }
            }
            Rule::Regex(_) | Rule::Custom { .. } => {}
        }
    }
}

fn put(schema: &mut Map<String, Json>, name: &str, value: Json) {
    schema.insert(name.to_owned(), value);
}

fn length(schema: &mut Map<String, Json>, kind: &Kind, min: Option<u32>, max: Option<u32>) {
    let (names, measured): (_, fn(u32) -> u64) = match kind {
        Kind::Array(_) => (["minItems", "maxItems"], u64::from),
        // Three bytes are four characters of base64.
        Kind::Bytes => (["minLength", "maxLength"], |bytes| u64::from(bytes).div_ceil(3) * 4),
        _ => (["minLength", "maxLength"], u64::from),
    };
    for (name, bound) in names.into_iter().zip([min, max]) {
        if let Some(bound) = bound {
            put(schema, name, json!(measured(bound)));
        }
    }
}

/// A bound as a number. A decimal may come as a text, of which JSON Schema compares nothing.
fn number(bound: Literal) -> Option<Json> {
    match bound {
        Literal::Int(bound) => Some(json!(bound)),
        Literal::Float(bound) => Some(json!(bound)),
        Literal::Text(digits) => Some(json!(digits.parse::<f64>().ok()?)),
        Literal::Bool(_) => None,
    }
}

/// Whether a pattern says the same in ECMA-262, whose patterns JSON Schema has.
fn is_everywhere(pattern: &str) -> bool {
    let groups = pattern.match_indices("(?").all(|(at, _)| pattern[at..].starts_with("(?:"));
    let own = ["\\A", "\\z", "\\x{", "\\<", "\\>", "[[", "&&", "--", "~~", "\\h", "\\Q"];
    groups && !own.iter().any(|own| pattern.contains(own))
}
