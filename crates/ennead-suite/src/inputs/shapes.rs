//! Parameters as the nodes take them, drawn from the models' definitions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use ennead::__private::{FieldDef, Kind, ModelDef, Role, Uniqueness};
use ennead::{Node, NodeOperation};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::related::{include, question, relations};
use crate::draw::Draw;
use crate::types::models::Layout;

/// Parameters of a node.
pub(super) fn params(draw: &mut Draw, node: &Node) -> Json {
    let model = node.model();
    match node.operation() {
        NodeOperation::Create => {
            let row = row(draw, model);
            // A field called `data` would be taken for the row itself.
            if draw.any() || model.find("data").is_some() { json!({ "data": row }) } else { row }
        }
        NodeOperation::Upsert => json!({ "data": row(draw, model), "on_conflict": conflict(draw, model) }),
        NodeOperation::BulkCreate => {
            let rows: Vec<Json> = (0..draw.below(3)).map(|_| row(draw, model)).collect();
            let mut params = json!({ "data": rows });
            if draw.any() {
                params["on_conflict"] = if draw.any() { Json::Null } else { conflict(draw, model) };
            }
            params
        }
        NodeOperation::Read => {
            let unique: Vec<&FieldDef> =
                model.fields.iter().filter(|f| f.unique != Uniqueness::No && !f.hidden).collect();
            let mut params = if !unique.is_empty() && draw.any() {
                let field = unique[draw.below(unique.len())];
                json!({ field.name: value(draw, &field.kind) })
            } else {
                json!({ key_name(draw, model): key(draw, model) })
            };
            if draw.any() {
                params["fields"] = fields(draw, model);
            }
            if draw.any() {
                params["include"] = include(draw, model);
            }
            deleted(draw, model, &["with_deleted"], &mut params);
            params
        }
        NodeOperation::Update => {
            let mut params = setting(draw, model);
            if draw.below(4) == 0 {
                params = json!({ "restore": true });
            }
            params[key_name(draw, model)] = key(draw, model);
            if draw.any() {
                params["when"] = filter(draw, model, 2);
            }
            params
        }
        NodeOperation::Delete => {
            let mut params = json!({ key_name(draw, model): key(draw, model) });
            if draw.any() {
                params["when"] = filter(draw, model, 2);
            }
            params
        }
        NodeOperation::List => list(draw, model),
        NodeOperation::Count => {
            let mut params = summary(draw, model);
            deleted(draw, model, &["with_deleted", "only_deleted"], &mut params);
            params
        }
        NodeOperation::BulkUpdate => match draw.below(3) {
            0 => {
                let name = key_name(draw, model);
                let rows: Vec<Json> = (0..draw.below(3))
                    .map(|_| {
                        let mut row = Json::Object(changes(draw, model, false));
                        row[name] = key(draw, model);
                        row
                    })
                    .collect();
                json!({ "data": rows })
            }
            1 => {
                let mut params = setting(draw, model);
                params["all_rows"] = json!(true);
                params
            }
            _ => {
                let mut params = setting(draw, model);
                params["filter"] = filter(draw, model, 3);
                params
            }
        },
        NodeOperation::BulkDelete => match draw.below(4) {
            0 => json!({ "filter": filter(draw, model, 3) }),
            1 => json!({ "ids": (0..draw.below(4)).map(|_| key(draw, model)).collect::<Vec<_>>() }),
            2 => json!({ "ids": [key(draw, model)], "filter": filter(draw, model, 2) }),
            _ => json!({ "all_rows": true }),
        },
        other => unreachable!("{other:?}"),
    }
}

/// What is said of deleted rows; now and then of a model that has none, or both at once, which is refused.
fn deleted(draw: &mut Draw, model: &'static ModelDef, names: &[&str], params: &mut Json) {
    for name in names {
        if draw.below(if model.soft_delete().is_some() { 3 } else { 20 }) == 0 {
            params[*name] = json!(draw.any::<bool>());
        }
    }
}

fn optional(draw: &mut Draw, name: &str, make: impl FnOnce(&mut Draw) -> Json) -> Json {
    match draw.below(4) {
        0 => json!({}),
        1 => json!({ name: null }),
        _ => json!({ name: make(draw) }),
    }
}

/// What a Count node is asked; now and then what it refuses.
fn summary(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let mut params = optional(draw, "filter", |draw| filter(draw, model, 3));
    let all = visible(model);
    let names = |draw: &mut Draw, is: fn(&FieldDef) -> bool| {
        let some: Vec<&str> = all.iter().filter(|f| is(f)).map(|f| f.name).collect();
        match some.len() {
            0 => Json::Null,
            len => {
                let (first, second) = (draw.below(len), draw.below(len));
                if first == second { json!([some[first]]) } else { json!([some[first], some[second]]) }
            }
        }
    };
    let in_order = |field: &FieldDef| !matches!(field.kind, Kind::Json | Kind::Array(_));
    for name in ["sum", "avg", "min", "max"] {
        if draw.below(3) == 0 {
            let is = if matches!(name, "sum" | "avg") { is_number } else { in_order };
            // Everything has an average, now and then.
            let is = if draw.below(12) == 0 { |_: &FieldDef| true } else { is };
            params[name] = names(draw, is);
        }
    }
    if draw.any() {
        let groups =
            |field: &FieldDef| !matches!(field.kind, Kind::Json | Kind::Array(_) | Kind::F32 | Kind::F64);
        let is = if draw.below(12) == 0 { |_: &FieldDef| true } else { groups };
        params["group_by"] = names(draw, is);
        let keys = params["group_by"].clone();
        if draw.any() {
            params["limit"] = draw.of(&[json!(0), json!(2), json!(100.0), Json::Null, json!(i64::MAX)]);
        }
        if draw.any() {
            let name =
                if draw.any() { all[draw.below(all.len())].name } else { keys[0].as_str().unwrap_or("id") };
            let function = draw.of(&["", "", "sum.", "min.", "max.", "avg."]);
            let rank = match draw.below(3) {
                0 => json!("-count"),
                1 => json!(format!("-{function}{name}")),
                _ => json!(["+count", format!("{function}{name}")]),
            };
            params["order_by"] = rank;
        }
    }
    params
}

fn list(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let mut params = optional(draw, "filter", |draw| filter(draw, model, 3));
    if draw.any() {
        params["order_by"] = order(draw, model);
    }
    if draw.any() {
        params["fields"] = fields(draw, model);
    }
    if draw.any() {
        params["include"] = include(draw, model);
    }
    deleted(draw, model, &["with_deleted", "only_deleted"], &mut params);
    let paged = draw.below(3) == 0;
    if paged {
        params["cursor"] = Json::Null;
    }
    if draw.any() {
        params["limit"] = draw.of(&[json!(1), json!(3), json!(100.0), Json::Null, json!(i64::MAX)]);
    }
    if !paged && draw.any() {
        params["offset"] = draw.of(&[json!(0), json!(1), json!(2.0), Json::Null, json!(i64::MAX)]);
    }
    params
}

fn key_name(draw: &mut Draw, model: &'static ModelDef) -> &'static str {
    let own = model.key_field().name;
    if own != "id" && model.find("id").is_none() && draw.any() { "id" } else { own }
}

/// Keys are few, so that rows meet.
fn key(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let number = draw.below(6) as u128;
    match model.key_field().kind {
        Kind::Text => json!(format!("k{number}")),
        Kind::Uuid => json!(uuid::Uuid::from_u128(number)),
        _ => json!(number as i64),
    }
}

fn visible(model: &'static ModelDef) -> Vec<&'static FieldDef> {
    model.fields.iter().filter(|field| !field.hidden).collect()
}

fn is_required(model: &ModelDef, field: &FieldDef) -> bool {
    let generated = matches!(field.role, Role::Tenant | Role::CreatedAt | Role::UpdatedAt | Role::Version);
    let key = field.role == Role::Key && model.key.generation != ennead::__private::KeyGeneration::Assigned;
    !(field.nullable || field.default.is_some() || generated || key)
}

fn row(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let mut map = Map::new();
    for field in model.fields.iter().filter(|field| field.is_writable()) {
        if !is_required(model, field) && draw.below(3) != 0 {
            continue;
        }
        let value = match field.role {
            Role::Key => key(draw, model),
            Role::Tenant => json!("acme"),
            _ => maybe_null(draw, field),
        };
        map.insert(field.name.to_owned(), value);
    }
    Json::Object(map)
}

fn maybe_null(draw: &mut Draw, field: &FieldDef) -> Json {
    if field.nullable && draw.below(4) == 0 {
        return Json::Null;
    }
    match field.shape {
        // The one type that stands in a `Json<T>` of these models.
        Some(_) => serde_json::to_value(draw.any::<ennead::Json<Layout>>()).unwrap(),
        None => value(draw, &field.kind),
    }
}

fn is_changeable(field: &FieldDef) -> bool {
    field.is_writable() && !field.immutable && !matches!(field.role, Role::Key | Role::Tenant)
}

fn is_number(field: &FieldDef) -> bool {
    matches!(field.kind, Kind::I16 | Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::Decimal(_))
}

/// Some fields with values, at least one; or numbers with amounts, perhaps none.
fn changes(draw: &mut Draw, model: &'static ModelDef, amounts: bool) -> Map<String, Json> {
    let all: Vec<&FieldDef> =
        model.fields.iter().filter(|f| is_changeable(f) && (!amounts || is_number(f))).collect();
    let number = if amounts { draw.below(3) } else { 1 + draw.below(3) };
    let mut map = Map::new();
    for _ in 0..number.min(all.len()) {
        let field = all[draw.below(all.len())];
        let value = if amounts { value(draw, &field.kind) } else { maybe_null(draw, field) };
        map.insert(field.name.to_owned(), value);
    }
    map
}

/// `data`, `add` or both, never of the same field.
fn setting(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let mut data = changes(draw, model, false);
    let add = changes(draw, model, true);
    data.retain(|name, _| !add.contains_key(name));
    let paths = paths(draw, model, |name| data.contains_key(name));
    let mut params = match (data.is_empty(), add.is_empty()) {
        (true, _) => json!({ "add": add }),
        (false, true) if draw.any() => json!({ "data": data }),
        _ => json!({ "data": data, "add": add }),
    };
    if !paths.is_empty() {
        params["paths"] = Json::Array(paths);
    }
    params
}

/// Changes at paths of JSON fields that are not set as a whole, perhaps none.
fn paths(draw: &mut Draw, model: &'static ModelDef, is_set: impl Fn(&str) -> bool) -> Vec<Json> {
    let fits = |field: &&&FieldDef| field.kind == Kind::Json && is_changeable(field) && !is_set(field.name);
    let all: Vec<&FieldDef> = visible(model).iter().filter(fits).copied().collect();
    if all.is_empty() {
        return Vec::new();
    }
    let one = |draw: &mut Draw| {
        let parts = ["a", "b", "0", "x.y", "", "\"", "-1"];
        let path: Vec<&str> = (0..1 + draw.below(3)).map(|_| draw.of(&parts)).collect();
        let field = all[draw.below(all.len())].name;
        match draw.below(3) {
            0 => json!({ "field": field, "path": path, "set": scalar(draw) }),
            1 => {
                json!({ "field": field, "path": path, "add": draw.of(&[json!(1), json!(-0.5), json!(2.0)]) })
            }
            _ => json!({ "field": field, "path": path, "remove": true }),
        }
    };
    (0..draw.below(3)).map(|_| one(draw)).collect()
}

fn conflict(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let unique = model.fields.iter().filter(|field| field.unique != Uniqueness::No);
    let targets: Vec<&str> = unique.map(|field| field.name).chain([model.key_field().name]).collect();
    let on = targets[draw.below(targets.len())];
    let on = if draw.any() { json!(on) } else { json!([on]) };
    if draw.any() {
        return json!({ "on": on, "ignore": true });
    }
    let all: Vec<&str> = model.fields.iter().filter(|f| is_changeable(f)).map(|f| f.name).collect();
    let name = all[draw.below(all.len())];
    let mut add = changes(draw, model, true);
    add.remove(name);
    let paths = paths(draw, model, |field| field == name);
    match paths.is_empty() {
        true => json!({ "on": on, "update": [name], "add": add }),
        false if draw.any() => json!({ "on": on, "paths": paths }),
        false => json!({ "on": on, "update": [name], "add": add, "paths": paths }),
    }
}

pub(super) fn fields(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let all = visible(model);
    let (first, second) = (all[draw.below(all.len())].name, all[draw.below(all.len())].name);
    match draw.below(3) {
        0 => Json::Null,
        1 if first != second => json!([first, second]),
        _ => json!([first]),
    }
}

pub(super) fn order(draw: &mut Draw, model: &'static ModelDef) -> Json {
    let all = visible(model);
    let ordered: Vec<&&FieldDef> =
        all.iter().filter(|field| !matches!(field.kind, Kind::Json | Kind::Array(_))).collect();
    let part = |draw: &mut Draw| {
        let name = ordered[draw.below(ordered.len())].name;
        draw.of(&[
            json!(name),
            json!(format!("-{name}")),
            json!(format!("+{name}")),
            json!({ name: "asc" }),
            json!({ name: "desc" }),
        ])
    };
    match draw.below(4) {
        0 => Json::Null,
        1 => part(draw),
        _ => (0..draw.below(3)).map(|_| part(draw)).collect(),
    }
}

/// A filter of the whole language.
pub(super) fn filter(draw: &mut Draw, model: &'static ModelDef, depth: usize) -> Json {
    conditions(draw, model, depth, !relations(model).is_empty())
}

/// A filter that follows no relations.
pub(super) fn plain_filter(draw: &mut Draw, model: &'static ModelDef, depth: usize) -> Json {
    conditions(draw, model, depth, false)
}

fn conditions(draw: &mut Draw, model: &'static ModelDef, depth: usize, follows: bool) -> Json {
    if depth > 0 && draw.below(3) == 0 {
        let group = draw.of(&["$and", "$or", "$not"]);
        if group == "$not" {
            return json!({ "$not": conditions(draw, model, depth - 1, follows) });
        }
        let items: Vec<Json> =
            (0..draw.below(3)).map(|_| conditions(draw, model, depth - 1, follows)).collect();
        return json!({ group: items });
    }
    let mut map = Map::new();
    for _ in 0..1 + draw.below(2) {
        if follows && draw.any() {
            let (name, question) = question(draw, model);
            map.insert(name, question);
            continue;
        }
        let all = visible(model);
        let field = all[draw.below(all.len())];
        let (key, condition) = if field.role == Role::Tenant {
            (field.name.to_owned(), draw.of(&[json!("acme"), json!({ "$eq": "acme" })]))
        } else if field.kind == Kind::Json && draw.any() {
            (format!("{}.a.0", field.name), place(draw, field))
        } else {
            (field.name.to_owned(), condition(draw, field))
        };
        map.insert(key, condition);
    }
    Json::Object(map)
}

fn scalar(draw: &mut Draw) -> Json {
    draw.of(&[json!("x"), json!(1), json!(1.5), json!(true), Json::Null, json!(-7)])
}

fn place(draw: &mut Draw, field: &FieldDef) -> Json {
    let operator = draw.of(&[
        "$eq",
        "$ne",
        "$gt",
        "$gte",
        "$lt",
        "$lte",
        "$in",
        "$nin",
        "$between",
        "$contains",
        "$null",
    ]);
    match operator {
        "$in" | "$nin" => json!({ operator: [scalar(draw), scalar(draw)] }),
        "$between" => json!({ operator: [scalar(draw), scalar(draw)] }),
        "$null" => json!({ operator: true }),
        "$lt" | "$gte" | "$ne" => {
            let dotted = json!({ "$field": format!("{}.b.1", field.name) });
            json!({ operator: draw.of(&[dotted, json!({ "$field": field.name, "$path": ["a.b", "0"] })]) })
        }
        _ if draw.below(4) == 0 => draw.of(&[json!(1), json!("x"), Json::Null, json!([1, "x"])]),
        _ => json!({ operator: scalar(draw) }),
    }
}

fn condition(draw: &mut Draw, field: &FieldDef) -> Json {
    let one = |draw: &mut Draw| value(draw, &field.kind);
    match field.kind {
        Kind::Json => match draw.below(4) {
            0 => Json::Null,
            1 => json!({ "$exists": false }),
            2 => json!({ "$path": ["a", "b.c"], "$eq": scalar(draw) }),
            _ => json!({ "$contains": value(draw, &Kind::Json) }),
        },
        Kind::Array(element) => match draw.below(4) {
            0 => json!({ "$contains": value(draw, element) }),
            1 => json!({ "$in": [one(draw), null] }),
            2 => json!({ "$ne": one(draw) }),
            _ => one(draw),
        },
        _ => {
            let operator = draw.of(&[
                "", "[]", "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$between", "$null",
                "$exists", "$like",
            ]);
            match operator {
                "" => one(draw),
                "[]" => json!([one(draw), null]),
                "$in" | "$nin" => json!({ operator: [one(draw), one(draw), null] }),
                "$between" => json!({ operator: [one(draw), one(draw)] }),
                "$null" | "$exists" => json!({ operator: draw.any::<bool>() }),
                "$like" if field.kind == Kind::Text => {
                    let pattern = draw.of(&["$like", "$ilike", "$contains", "$starts_with", "$ends_with"]);
                    json!({ pattern: draw.of(&["", "a%", "_\\_", "%\\\\"]) })
                }
                "$like" => json!({ "$ne": null }),
                _ => json!({ operator: one(draw) }),
            }
        }
    }
}

/// A value of a kind, in the forms that JSON has for it.
pub(super) fn value(draw: &mut Draw, kind: &Kind) -> Json {
    match kind {
        Kind::Text => json!(draw.any::<String>()),
        Kind::Bool => json!(draw.any::<bool>()),
        Kind::I16 => json!(draw.any::<i16>()),
        Kind::I32 if draw.any() => json!(f64::from(draw.any::<i32>())),
        Kind::I32 => json!(draw.any::<i32>()),
        Kind::I64 => json!(draw.any::<i64>()),
        Kind::F32 => json!(f64::from(draw.any::<f32>())),
        Kind::F64 => json!(draw.any::<f64>()),
        Kind::Decimal(precision) => {
            let (digits, scale) = precision.map_or((18, 4), |p| (u32::from(p.precision), u32::from(p.scale)));
            let most = 10_i128.pow(digits) - 1;
            let units = draw.of(&[0, 1, -1, most, -most, most / 7]);
            json!(Decimal::from_i128_with_scale(units, scale).to_string())
        }
        Kind::Uuid => json!(draw.any::<uuid::Uuid>()),
        Kind::DateTime => {
            let time = draw.any::<DateTime<Utc>>();
            json!(match draw.below(3) {
                0 => format!("{:?}", time.naive_utc()),
                1 => format!("{:?}", time).replace('Z', "+00:00"),
                _ => format!("{time:?}"),
            })
        }
        Kind::Date => json!(format!("{:?}", draw.any::<NaiveDate>())),
        Kind::Time => json!(format!("{:?}", draw.any::<NaiveTime>())),
        Kind::NaiveDateTime => json!(format!("{:?}", draw.any::<NaiveDateTime>())),
        Kind::Bytes => json!(STANDARD.encode(draw.any::<Vec<u8>>())),
        Kind::Json | Kind::Encrypted => draw.any::<Json>(),
        Kind::Enum(def) => json!(def.variants[draw.below(def.variants.len())]),
        Kind::Array(element) => (0..draw.below(3)).map(|_| value(draw, element)).collect(),
    }
}
