//! Changes at paths of JSON fields by name: read from `paths`, and described.

use ennead_core::Kind;
use ennead_core::{
    Assignment, Error, FieldDef, MAX_PATH_PART, MAX_PATH_PARTS, ModelDef, Role, add_at, check_changes,
    remove_at, set_at,
};
use serde_json::{Value as Json, json};

use super::describe::{is_changeable, of};
use super::json::type_name;
use super::params::{Params, field, invalid, is_settable, nearest, visible};

/// What may be done at a path.
const CHANGES: [&str; 3] = ["set", "add", "remove"];

/// The JSON fields that change at paths.
fn changeable(model: &'static ModelDef) -> impl Iterator<Item = &'static FieldDef> {
    visible(model).map(|(_, field)| field).filter(|field| field.kind == Kind::Json && is_changeable(field))
}

/// Whether the model has a JSON field that changes at paths: others take no `paths`.
pub(super) fn has_paths(model: &'static ModelDef) -> bool {
    changeable(model).next().is_some()
}

/// Reads `[{"field": "usage", "path": ["executions"], "add": 1}, …]`, or with `set`, or `"remove": true`.
pub(super) fn read(model: &'static ModelDef, place: &str, json: Json) -> Result<Vec<Assignment>, Error> {
    let Json::Array(items) = json else {
        return Err(invalid(model, place, &format!("expected an array, got {}", type_name(&json))));
    };
    let one = |(at, item)| change(model, &format!("{place}[{at}]"), item);
    items.into_iter().enumerate().map(one).collect()
}

fn change(model: &'static ModelDef, place: &str, item: Json) -> Result<Assignment, Error> {
    if !item.is_object() {
        return Err(invalid(model, place, &format!("expected an object, got {}", type_name(&item))));
    }
    let mut params = Params::new(model, place, item)?;
    let (column, definition) = match params.required("field")? {
        Json::String(name) => field(model, &params.at("field"), &name, false)?,
        _ => return Err(invalid(model, &params.at("field"), "expected the name of a field")),
    };
    let refuse = |at: &str, what: &str| invalid(model, at, what).with_fields(vec![definition.name]);
    if definition.kind != Kind::Json {
        let known = changeable(model).map(|field| field.name).collect::<Vec<_>>().join(", ");
        return Err(refuse(
            &params.at("field"),
            &format!("only a JSON field has paths; those of the model are {known}"),
        ));
    }
    if !is_settable(definition) || definition.immutable || definition.role == Role::Key {
        return Err(refuse(&params.at("field"), "cannot be changed"));
    }
    let path = parts(params.required("path")?)
        .ok_or_else(|| refuse(&params.at("path"), "expected an array of strings"))?;
    let given: Vec<&str> = CHANGES.into_iter().filter(|name| params.has(name)).collect();
    let [name] = given[..] else {
        let unknown = params.into_map().keys().next().map(|key| nearest(key, CHANGES.into_iter()));
        let what = format!("give one of `set`, `add` and `remove`{}", unknown.unwrap_or_default());
        return Err(refuse(place, &what));
    };
    let at = params.at(name);
    let mut value = match (name, params.required(name)?) {
        ("set", value) => set_at(path, value),
        ("add", amount @ Json::Number(_)) => add_at(path, amount),
        ("add", other) => return Err(refuse(&at, &format!("expected a number, got {}", type_name(&other)))),
        (_, Json::Bool(true)) => remove_at(path),
        _ => return Err(refuse(&at, "expected true")),
    };
    params.finish(&["field", "path", name])?;
    check_changes(&mut value).map_err(|what| refuse(place, &what))?;
    Ok(Assignment { column, value, add: true })
}

fn parts(json: Json) -> Option<Vec<String>> {
    let Json::Array(parts) = json else { return None };
    let text = |part| match part {
        Json::String(text) => Some(text),
        _ => None,
    };
    parts.into_iter().map(text).collect()
}

/// What `paths` takes.
pub(super) fn describe(model: &'static ModelDef) -> Json {
    let names: Vec<&str> = changeable(model).map(|field| field.name).collect();
    let part = json!({ "type": "string", "pattern": "^[^\\u0000]*$", "maxLength": MAX_PATH_PART });
    let path = json!({ "type": "array", "items": part, "minItems": 1, "maxItems": MAX_PATH_PARTS });
    let way = |name: &'static str, value: Json| {
        let properties = [("field", json!({ "enum": names })), ("path", path.clone()), (name, value)];
        of(properties, &["field", "path", name])
    };
    let ways = [
        way("set", json!({})),
        way("add", json!({ "type": "number" })),
        way("remove", json!({ "const": true })),
    ];
    json!({ "type": "array", "items": { "anyOf": ways } })
}
