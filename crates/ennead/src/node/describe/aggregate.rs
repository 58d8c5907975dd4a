//! What the Count node takes and gives, as JSON Schemas: the number of rows, and what they amount to.

use ennead_core::{FieldDef, Kind, ModelDef};
use serde_json::{Map, Value as Json, json};

use super::filter::reference;
use super::{count, kind, nullable, object, of, typed};
use crate::node::params::visible;

fn numbers(model: &'static ModelDef) -> Vec<&'static FieldDef> {
    fields(model, |kind| {
        matches!(kind, Kind::I16 | Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::Decimal(_))
    })
}

fn ordered(model: &'static ModelDef) -> Vec<&'static FieldDef> {
    fields(model, |kind| !matches!(kind, Kind::Json | Kind::Array(_)))
}

fn grouping(model: &'static ModelDef) -> Vec<&'static FieldDef> {
    fields(model, |kind| !matches!(kind, Kind::Json | Kind::Array(_) | Kind::F32 | Kind::F64))
}

fn fields(model: &'static ModelDef, is: fn(&Kind) -> bool) -> Vec<&'static FieldDef> {
    visible(model).map(|(_, field)| field).filter(|field| is(&field.kind)).collect()
}

/// The fields of each function.
fn functions(model: &'static ModelDef) -> [(&'static str, Vec<&'static FieldDef>); 4] {
    let (numbers, ordered) = (numbers(model), ordered(model));
    [("sum", numbers.clone()), ("avg", numbers), ("min", ordered.clone()), ("max", ordered)]
}

/// What it takes; `deleted` are the parameters about rows that are soft-deleted, and `not_both` says that they exclude each other.
pub(super) fn parameters(
    model: &'static ModelDef,
    deleted: impl Fn() -> Vec<(&'static str, Json)>,
    not_both: fn(Json) -> Json,
) -> Json {
    let named = |fields: &[&FieldDef]| {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        json!({ "type": "array", "items": { "enum": names }, "minItems": 1, "uniqueItems": true })
    };
    let asked = || {
        let mut properties = vec![("filter", nullable(reference()))];
        for (name, fields) in functions(model) {
            let nothing = json!({ "type": "null" });
            properties.push((name, if fields.is_empty() { nothing } else { nullable(named(&fields)) }));
        }
        properties.extend(deleted());
        properties
    };
    let (mut whole, mut groups) = (asked(), asked());
    whole.extend(["group_by", "order_by", "limit"].map(|name| (name, json!({ "type": "null" }))));
    groups.push(("group_by", named(&grouping(model))));
    groups.push(("order_by", order(model)));
    groups.push(("limit", nullable(count())));
    // Nothing at all is asked with `null`, too.
    json!({ "anyOf": [not_both(of(whole, &[])), not_both(of(groups, &["group_by"])), { "type": "null" }] })
}

/// An order of groups; that a field in it stands in `group_by` is not said here.
fn order(model: &'static ModelDef) -> Json {
    let join = |fields: &[&FieldDef]| fields.iter().map(|field| field.name).collect::<Vec<_>>().join("|");
    let mut ways = vec!["count".to_owned(), join(&grouping(model))];
    for (name, fields) in functions(model) {
        if name != "avg" && !fields.is_empty() {
            ways.push(format!("{name}\\.({})", join(&fields)));
        }
    }
    let text = json!({ "type": "string", "pattern": format!("^[+-]?({})$", ways.join("|")) });
    json!({ "anyOf": [text.clone(), { "type": "array", "items": text }, { "type": "null" }] })
}

/// What it gives.
pub(super) fn result(model: &'static ModelDef) -> Json {
    let figures = || {
        let mut properties = vec![("count", count())];
        for (name, fields) in functions(model) {
            let given =
                |field: &&FieldDef| (field.name.to_owned(), nullable(kind(&gives(name, &field.kind))));
            let fields: Map<String, Json> = fields.iter().map(given).collect();
            properties.push((name, object(fields, &[])));
        }
        properties
    };
    let key = grouping(model).into_iter().map(|field| (field.name.to_owned(), typed(field))).collect();
    let mut group = figures();
    group.push(("group", object(key, &[])));
    let groups = json!({ "type": "array", "items": of(group, &["group", "count"]) });
    let more = json!({ "type": "boolean" });
    json!({ "anyOf": [of(figures(), &["count"]), of([("groups", groups), ("more", more)], &["groups", "more"])] })
}

/// The kind of what a function gives of a column.
fn gives(function: &str, column: &Kind) -> Kind {
    match (function, column) {
        ("sum", Kind::I16 | Kind::I32 | Kind::I64) => Kind::I64,
        ("sum" | "avg", Kind::Decimal(_)) => Kind::Decimal(None),
        ("sum" | "avg", _) => Kind::F64,
        (_, column) => *column,
    }
}
