//! What `on_conflict` takes, as a JSON Schema.

use ennead_core::ModelDef;
use ennead_core::constraints::{find_unique, primary_key, uniques};
use serde_json::{Value as Json, json};

use super::changes;
use super::describe::{amounts, has_amounts, is_changeable, of, version};

/// A declared unique, and what happens to the row that is there; of one row also the version that it must have.
pub(super) fn describe(model: &'static ModelDef, single: bool) -> Json {
    let names: Vec<&str> = model.fields.iter().filter(|field| is_changeable(field)).map(|f| f.name).collect();
    let list = json!({ "type": "array", "items": { "enum": names }, "minItems": 1, "uniqueItems": true });
    let update = json!({ "anyOf": [list, { "enum": names }] });
    let targets = targets(model);
    let on = || ("on", json!({ "anyOf": targets }));
    let not = || ("ignore", json!({ "const": false }));
    // Nothing to update or to add may be said, too.
    let (none, nothing) =
        (json!({ "type": "array", "maxItems": 0 }), json!({ "type": "object", "maxProperties": 0 }));
    let mut ignoring =
        vec![on(), ("ignore", json!({ "const": true })), ("update", none.clone()), ("add", nothing)];
    ignoring.extend(changes::has_paths(model).then(|| ("paths", none.clone())));
    let mut ways = vec![of(ignoring, &["on", "ignore"])];
    if model.append_only {
        return json!({ "anyOf": ways });
    }
    let version = || version(model).filter(|_| single);
    let with_version = |properties: Vec<(&'static str, Json)>, required: &[&str]| {
        of(properties.into_iter().chain(version()), required)
    };
    let mut common = vec![on(), not()];
    let paths = changes::has_paths(model).then(|| changes::describe(model));
    common.extend(paths.iter().map(|paths| ("paths", paths.clone())));
    let mut way = |required: &'static str, others: [(&'static str, Json); 2]| {
        ways.push(with_version(common.iter().cloned().chain(others).collect(), &["on", required]));
    };
    way("update", [("update", update.clone()), ("add", amounts(model))]);
    if has_amounts(model) {
        let mut some = amounts(model);
        some["minProperties"] = json!(1);
        way("add", [("update", none.clone()), ("add", some)]);
    }
    if let Some(mut some) = paths {
        some["minItems"] = json!(1);
        common.retain(|(name, _)| *name != "paths");
        common.push(("paths", some));
        let others = [("update", none), ("add", amounts(model))];
        ways.push(with_version(common.into_iter().chain(others).collect(), &["on", "paths"]));
    }
    json!({ "anyOf": ways })
}

/// The uniques that can be named, each with the tenant's column and without.
fn targets(model: &'static ModelDef) -> Vec<Json> {
    let mut targets = Vec::new();
    let declared = uniques(model).into_iter().map(|unique| unique.columns);
    for columns in std::iter::once(primary_key(model)).chain(declared) {
        if columns.is_empty() || find_unique(model, &columns).is_none() {
            continue;
        }
        let name = |at: &u16| model.field(*at).name;
        let own: Vec<&str> = columns.iter().map(name).collect();
        let less = columns.iter().filter(|at| model.tenant_field() != Some(**at));
        let less: Vec<&str> = less.map(name).collect();
        if let [single] = less[..] {
            targets.push(json!({ "const": single }));
        }
        for names in [less, own] {
            let (items, length) = (json!({ "enum": names }), names.len());
            let list = json!({
                "type": "array", "items": items, "uniqueItems": true, "minItems": length, "maxItems": length,
            });
            if length > 0 && !targets.contains(&list) {
                targets.push(list);
            }
        }
    }
    targets
}
