//! Paths with dots into JSON.

use serde_json::{Map, Value as Json};

/// The value at a path: object keys and array positions; the empty path is the whole.
pub(super) fn get<'v>(json: &'v Json, path: &str) -> Option<&'v Json> {
    parts(path).try_fold(json, |json, part| match json {
        Json::Object(map) => map.get(part),
        Json::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Puts a value at a path; objects on the way are made. `false` where something else than an object or an existing array
/// position stands on the way.
pub(super) fn put(json: &mut Json, path: &str, value: Json) -> bool {
    let mut place = json;
    for part in parts(path) {
        if place.is_null() {
            *place = Json::Object(Map::new());
        }
        place = match place {
            Json::Object(map) => map.entry(part).or_insert(Json::Null),
            Json::Array(items) => match part.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                Some(item) => item,
                None => return false,
            },
            _ => return false,
        };
    }
    *place = value;
    true
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('.').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_go_through_objects_and_arrays() {
        let json = json!({ "a": [{ "b": 1 }], "0": "zero" });
        assert_eq!(get(&json, "a.0.b"), Some(&json!(1)));
        assert_eq!(get(&json, "0"), Some(&json!("zero")));
        assert_eq!(get(&json, ""), Some(&json));
        assert_eq!(get(&json, "a.1"), None);
        let mut made = Json::Null;
        assert!(put(&mut made, "data.user_id", json!("u")));
        assert_eq!(made, json!({ "data": { "user_id": "u" } }));
        assert!(!put(&mut made, "data.user_id.x", json!(1)));
    }
}
