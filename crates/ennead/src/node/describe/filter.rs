//! The filter language as JSON Schemas: one definition for a model, and one for each model that a relation leads to.
//!
//! Conditions on related rows are described one relation deep. The node itself takes more, one inside the other; a description that
//! held every model that can be reached would hold the whole schema, in each node.

use ennead_core::{FieldDef, Kind, ModelDef};
use serde_json::{Map, Value as Json, json};

use super::{kind, nullable, object};
use crate::node::params::visible;
use crate::node::relations::Relation;
use crate::node::{Node, places};

/// A reference to the filter of the node's own model.
pub(super) fn reference() -> Json {
    json!({ "$ref": "#/$defs/filter" })
}

/// A filter that may not be empty.
pub(super) fn some_filter() -> Json {
    json!({ "$ref": "#/$defs/filter", "minProperties": 1 })
}

/// A reference to the filter of a related model.
pub(super) fn related(model: &ModelDef) -> Json {
    json!({ "$ref": format!("#/$defs/{}", name_of(model)) })
}

fn name_of(model: &ModelDef) -> String {
    format!("filter_{}", model.name)
}

/// Puts the definitions of filters beside a schema that refers to them.
pub(super) fn with_filter(mut schema: Json, node: &Node) -> Json {
    let relations = node.relations.of(node.model);
    let mut own = definition(node.model, &reference());
    for relation in &relations {
        own["properties"][relation.name] = questions(*relation);
    }
    let mut all = Map::from_iter([("filter".to_owned(), own)]);
    for relation in relations {
        let model = relation.model();
        all.entry(name_of(model)).or_insert_with(|| definition(model, &related(model)));
    }
    schema["$defs"] = Json::Object(all);
    schema
}

/// The filter of a model's own fields.
fn definition(model: &'static ModelDef, itself: &Json) -> Json {
    let group = json!({ "type": "array", "items": itself });
    let mut properties = Map::from_iter([
        ("$and".to_owned(), group.clone()),
        ("$or".to_owned(), group),
        ("$not".to_owned(), itself.clone()),
    ]);
    let mut paths = Map::new();
    for (_, field) in visible(model) {
        if field.kind == Kind::Json {
            let other = places::other(model);
            properties.insert(field.name.to_owned(), places::field(&other));
            paths.insert(places::pattern(field), places::place(&other));
        } else {
            properties.insert(field.name.to_owned(), condition(field));
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "patternProperties": paths,
        "additionalProperties": false,
    })
}

/// What is asked of the rows of a relation.
fn questions(relation: Relation) -> Json {
    let filter = related(relation.model());
    let properties = Map::from_iter([
        ("$some".to_owned(), filter.clone()),
        ("$none".to_owned(), filter.clone()),
        ("$exists".to_owned(), json!({ "type": "boolean" })),
    ]);
    let mut quantified = object(properties, &[]);
    quantified["minProperties"] = json!(1);
    if relation.many { quantified } else { nullable(json!({ "anyOf": [filter, quantified] })) }
}

fn condition(field: &FieldDef) -> Json {
    let flag = json!({ "type": "boolean" });
    let mut operators = Map::from_iter([("$null".to_owned(), flag.clone()), ("$exists".to_owned(), flag)]);
    let mut add = |names: &[&str], schema: Json| {
        operators.extend(names.iter().map(|name| ((*name).to_owned(), schema.clone())));
    };
    let value = kind(&field.kind);
    let list = json!({ "type": "array", "items": nullable(value.clone()) });
    match field.kind {
        Kind::Array(element) => {
            add(&["$contains"], kind(element));
            add(&["$eq", "$ne"], nullable(value.clone()));
            add(&["$in", "$nin"], list.clone());
        }
        _ => {
            add(&["$eq", "$ne"], nullable(value.clone()));
            add(&["$gt", "$gte", "$lt", "$lte"], value.clone());
            add(&["$in", "$nin"], list.clone());
            add(
                &["$between"],
                json!({ "type": "array", "items": value.clone(), "minItems": 2, "maxItems": 2 }),
            );
        }
    }
    if field.kind == Kind::Text {
        add(&["$contains", "$starts_with", "$ends_with"], self::kind(&field.kind));
        // A backslash escapes what follows, so none stands alone at the end.
        let pattern = "^([^\\\\\\u0000]|\\\\[^\\u0000])*$";
        add(&["$like", "$ilike"], json!({ "type": "string", "pattern": pattern }));
    }
    let mut operators = object(operators, &[]);
    operators["minProperties"] = json!(1);
    json!({ "anyOf": [{ "type": "null" }, operators, value, list] })
}
