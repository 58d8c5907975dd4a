//! What may be included beside rows, and what then stands there, as JSON Schemas: two relations deep. The node itself takes more.

use ennead_core::ModelDef;
use serde_json::{Map, Value as Json, json};

use super::{count, fields, filter, nullable, object, of, order, typed};
use crate::node::Node;
use crate::node::params::visible;
use crate::node::relations::Relation;

/// The parameter. Whether a relation is named twice, the node tells.
pub(super) fn parameter(node: &Node) -> Json {
    let relations = node.relations.of(node.model);
    let behind = |one: &Relation| node.relations.of(one.model());
    let dotted = |one: &Relation| {
        behind(one).iter().map(|next| format!("{}.{}", one.name, next.name)).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = relations.iter().map(|one| one.name.to_owned()).collect();
    names.extend(relations.iter().flat_map(dotted));
    let said = relations.iter().map(|one| (one.name.to_owned(), said(*one, &behind(one))));
    included(&names, object(said.collect(), &[]))
}

/// A name or an object of names, or a list of these.
fn included<N: serde::Serialize>(names: &[N], object: Json) -> Json {
    let item = if names.is_empty() { object } else { json!({ "anyOf": [{ "enum": names }, object] }) };
    let list = json!({ "type": "array", "items": item });
    nullable(json!({ "anyOf": [item, list] }))
}

/// What is said about the rows of a relation.
fn said(relation: Relation, next: &[Relation]) -> Json {
    let model = relation.model();
    let mut properties = vec![
        ("filter", nullable(filter::related(model))),
        ("order_by", order(model)),
        ("with_deleted", json!({ "type": "boolean" })),
        ("fields", nullable(fields(model))),
    ];
    if relation.many {
        properties.push(("limit", nullable(count())));
    }
    let names: Vec<&str> = next.iter().map(|one| one.name).collect();
    properties.push(("include", included(&names, object(Map::new(), &[]))));
    of(properties, &[])
}

/// What stands in a row for the relations that are included.
pub(super) fn results(node: &Node) -> Map<String, Json> {
    let relations = node.relations.of(node.model);
    relations.iter().map(|one| (one.name.to_owned(), rows(*one, node))).collect()
}

fn rows(relation: Relation, node: &Node) -> Json {
    let model: &'static ModelDef = relation.model();
    let mut properties: Map<String, Json> =
        visible(model).map(|(_, field)| (field.name.to_owned(), typed(field))).collect();
    for next in node.relations.of(model) {
        let row = json!({ "type": "object" });
        let rows = if next.many { json!({ "type": "array", "items": row }) } else { nullable(row) };
        properties.insert(next.name.to_owned(), rows);
    }
    let row = object(properties, &[]);
    if relation.many { json!({ "type": "array", "items": row }) } else { nullable(row) }
}
