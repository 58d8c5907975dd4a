//! What a parameter takes, as far as its path tells: samples for the places that connections fill, and their kinds.

use ennead_core::{FieldDef, Kind, ModelDef};
use serde_json::{Value as Json, json};

use crate::node::{Node, NodeOperation};

/// A value that the parameter at a path takes.
pub(super) fn sample_at(node: &Node, path: &str) -> Json {
    let model = node.model();
    match (path, node.operation()) {
        ("data", NodeOperation::BulkCreate) => return json!([sample_row(model)]),
        ("data", NodeOperation::Create | NodeOperation::Upsert) => return sample_row(model),
        ("data" | "filter", _) => return json!({}),
        ("ids" | "include", _) => return json!([]),
        ("limit" | "offset", _) => return json!(1),
        ("cursor", _) => return Json::Null,
        ("sum" | "avg" | "min" | "max" | "group_by" | "order_by", NodeOperation::Count) => return Json::Null,
        ("with_deleted" | "only_deleted" | "restore", _) if model.soft_delete().is_some() => {
            return json!(false);
        }
        _ => {}
    }
    let (place, last) = walk(node, path);
    match last {
        // What is said about the rows of a relation, and conditions on such rows as a whole.
        Some("filter" | "$some" | "$none") => json!({}),
        Some("include" | "order_by") if place.is_some_and(|place| place.including) => json!([]),
        Some("limit") if place.is_some_and(|place| place.including) => json!(1),
        Some("with_deleted") if place.is_some_and(|place| place.including) => json!(false),
        Some("$exists" | "$null") => json!(true),
        Some("$in" | "$nin") => json!([]),
        Some("$between") => {
            let bound = kind_at(node, path).map_or(Json::Null, |kind| sample(&kind));
            json!([bound, bound])
        }
        _ if place.is_some_and(|place| place.whole) => json!({}),
        _ => match field_at(node, path) {
            Some(field) => sample_of(field),
            None => kind_at(node, path).map_or(Json::Null, |kind| sample(&kind)),
        },
    }
}

/// Where a path leads.
#[derive(Clone, Copy)]
struct Place {
    model: &'static ModelDef,
    /// Among what is included, rather than among conditions.
    including: bool,
    /// The last part names a relation.
    whole: bool,
}

/// The model that the last part of a path is about, and that part: relations on the way lead on.
fn walk<'p>(node: &Node, path: &'p str) -> (Option<Place>, Option<&'p str>) {
    let mut parts = path.split('.').filter(|part| !part.is_empty());
    let including = match parts.next() {
        Some("include") => true,
        Some("filter" | "when") => false,
        last => return (None, last),
    };
    let mut place = Place { model: node.model(), including, whole: false };
    let mut last = None;
    for part in parts {
        place.whole = false;
        match part {
            "include" => place.including = true,
            "filter" if place.including => place.including = false,
            part => {
                if let Some(relation) = node.relations.look(place.model, part) {
                    place = Place { model: relation.model(), whole: true, ..place };
                }
            }
        }
        last = Some(part);
    }
    (Some(place), last)
}

/// The kind of the field that the last part of a path names.
pub(super) fn kind_at(node: &Node, path: &str) -> Option<Kind> {
    field_at(node, path).map(|field| field.kind)
}

fn field_at(node: &Node, path: &str) -> Option<&'static FieldDef> {
    let model = walk(node, path).0.map_or(node.model(), |place| place.model);
    let last = path.rsplit('.').find(|part| !part.starts_with('$') && part.parse::<usize>().is_err())?;
    if last == "id" {
        return Some(model.key_field());
    }
    model.find(last).map(|(_, field)| field)
}

/// A value of a field. Where a Rust type reads its JSON, one of the simplest that the type does read.
fn sample_of(field: &FieldDef) -> Json {
    let Some(shape) = field.shape else { return sample(&field.kind) };
    let simple = [json!({}), json!("x"), json!(0), json!([]), json!(true), Json::Null];
    simple.into_iter().find(|json| shape(json).is_ok()).unwrap_or_else(|| sample(&field.kind))
}

fn sample_row(model: &'static ModelDef) -> Json {
    let settable = model.fields.iter().filter(|field| field.is_writable() && !field.nullable);
    Json::Object(settable.map(|field| (field.name.to_owned(), sample_of(field))).collect())
}

fn sample(kind: &Kind) -> Json {
    match kind {
        Kind::Text => json!("x"),
        Kind::Bool => json!(true),
        Kind::I16 | Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 => json!(0),
        Kind::Decimal(_) => json!("0"),
        Kind::Uuid => json!(uuid::Uuid::nil()),
        Kind::DateTime => json!("2000-01-01T00:00:00Z"),
        Kind::NaiveDateTime => json!("2000-01-01T00:00:00"),
        Kind::Date => json!("2000-01-01"),
        Kind::Time => json!("00:00:00"),
        Kind::Bytes => json!(""),
        Kind::Json | Kind::Encrypted => json!({}),
        Kind::Enum(def) => json!(def.variants.first().copied().unwrap_or_default()),
        Kind::Array(_) => json!([]),
    }
}
