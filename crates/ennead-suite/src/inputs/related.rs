//! Parameters about relations, as deep as the JSON Schemas describe them.

use ennead::__private::ModelDef;
use ennead::Model;
use serde_json::{Map, Value as Json, json};

use super::models::{Desk, Room};
use super::shapes::{fields, order, plain_filter};
use crate::draw::Draw;

/// The relations of a model: the name, where it leads, and whether to many.
pub(super) fn relations(model: &'static ModelDef) -> &'static [(&'static str, &'static ModelDef, bool)] {
    match model.name {
        "Room" => &[
            ("above", Room::DEF, false),
            ("below", Room::DEF, true),
            ("desks", Desk::DEF, true),
            ("leading", Desk::DEF, false),
        ],
        "Desk" => &[("room", Room::DEF, false), ("lead", Room::DEF, false)],
        _ => &[],
    }
}

/// A question about the rows of a relation, and its name.
pub(super) fn question(draw: &mut Draw, model: &'static ModelDef) -> (String, Json) {
    let all = relations(model);
    let (name, other, many) = all[draw.below(all.len())];
    let question = match draw.below(if many { 4 } else { 7 }) {
        0 => json!({ "$some": plain_filter(draw, other, 1) }),
        1 => json!({ "$none": plain_filter(draw, other, 1) }),
        2 => json!({ "$exists": draw.any::<bool>() }),
        3 => json!({ "$some": {}, "$none": plain_filter(draw, other, 0), "$exists": true }),
        4 => Json::Null,
        5 => json!({}),
        _ => plain_filter(draw, other, 2),
    };
    (name.to_owned(), question)
}

/// What is included.
pub(super) fn include(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let all = relations(model);
    if all.is_empty() || draw.below(6) == 0 {
        return Json::Null;
    }
    let (name, other, _) = all[draw.below(all.len())];
    let (second, _, _) = all[draw.below(all.len())];
    let next = relations(other);
    let behind = format!("{name}.{}", next[draw.below(next.len())].0);
    match draw.below(6) {
        0 => json!(name),
        1 => json!(behind),
        2 => json!([name, behind]),
        3 if name != second => json!([name, { second: said(draw, model, second) }]),
        4 => json!([behind, { name: said(draw, model, name) }]),
        _ => {
            let mut map = Map::new();
            for name in [name, second] {
                map.insert(name.to_owned(), said(draw, model, name));
            }
            Json::Object(map)
        }
    }
}

fn said(draw: &mut Draw, model: &'static ModelDef, name: &str) -> Json {
    let (_, other, many) = relations(model).iter().find(|(known, ..)| *known == name).unwrap();
    let mut said = json!({});
    if draw.any() {
        said["filter"] = if draw.any() { Json::Null } else { plain_filter(draw, other, 1) };
    }
    if draw.any() {
        said["order_by"] = order(draw, other);
    }
    if draw.any() {
        said["fields"] = fields(draw, other);
    }
    if draw.any() {
        said["with_deleted"] = json!(draw.any::<bool>());
    }
    if *many && draw.any() {
        said["limit"] = draw.of(&[json!(0), json!(1), json!(2.0), Json::Null, json!(i64::MAX)]);
    }
    if draw.any() {
        let next = relations(other);
        let name = next[draw.below(next.len())].0;
        said["include"] = draw.of(&[json!(name), json!([name]), json!([]), Json::Null]);
    }
    said
}
