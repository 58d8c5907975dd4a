//! What Postgres answers of jsonb, answered for SQLite by functions of the library's own, so that both give the same rows.

use std::cmp::Ordering;

use ennead_core::{apply_changes, unfit_mark};
use serde_json::Value;

/// Answers a test of the JSON in a column: `None` is NULL, where the column is NULL or nothing stands at the path.
pub(super) fn test(column: Option<&str>, path: &str, test: &str, value: Option<&str>) -> Option<bool> {
    let Some(column) = column else {
        // There is nothing in NULL; every other question to it is NULL.
        return match test {
            "exists" => Some(false),
            "missing" => Some(true),
            _ => None,
        };
    };
    let column: Value = serde_json::from_str(column).ok()?;
    let path: Vec<String> = serde_json::from_str(path).ok()?;
    let found = get(&column, &path);
    match test {
        "exists" => return Some(found.is_some()),
        "missing" => return Some(found.is_none()),
        _ => {}
    }
    let found = found?;
    let value: Value = serde_json::from_str(value?).ok()?;
    Some(match test {
        "contains" => contains_at_top(found, &value),
        "eq" => equal(found, &value),
        "ne" => !equal(found, &value),
        order => {
            let ordering = compare(found, &value);
            match order {
                "gt" => ordering == Some(Ordering::Greater),
                "ge" => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
                "lt" => ordering == Some(Ordering::Less),
                _ => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            }
        }
    })
}

/// The JSON at a path of a column.
pub(super) fn at(column: &str, path: &str) -> Option<String> {
    let column: Value = serde_json::from_str(column).ok()?;
    let path: Vec<String> = serde_json::from_str(path).ok()?;
    get(&column, &path).map(Value::to_string)
}

/// A column with changes at its paths; else what the error of the statement says.
pub(super) fn change(column: Option<&str>, changes: &str, number: &str) -> Result<Option<String>, String> {
    let read =
        |text: &str| serde_json::from_str::<Value>(text).map_err(|_| "the column holds no JSON".to_owned());
    let document = column.map(read).transpose()?;
    let mut changes = read(changes)?;
    for change in changes.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        // Each value is a text of its own: within the changes it might be nested too deep to be read.
        if let Some(Value::String(text)) = change.remove("t") {
            change.insert("v".into(), read(&text)?);
        }
    }
    let changed = apply_changes(document, &changes)
        .map_err(|(why, path)| unfit_mark(number.parse().unwrap_or_default(), why, &path))?;
    Ok(changed.map(|json| json.to_string()))
}

/// The value at a path, as Postgres's `#>` finds it: object keys, array positions, negative ones from the end.
fn get<'v>(json: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(json, |json, part| match json {
        Value::Object(map) => map.get(part),
        Value::Array(items) => {
            // As C reads an integer: behind white space, with a sign, of 32 bits.
            let part = part.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
            let at = i64::from(part.parse::<i32>().ok()?);
            let at = if at < 0 { at + items.len() as i64 } else { at };
            items.get(usize::try_from(at).ok()?)
        }
        _ => None,
    })
}

/// Numbers are equal by value (1 and 1.0), all else by structure.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_)) => compare(left, right) == Some(Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => left == right,
    }
}

/// The order of two values of one type; texts by their bytes.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        (Value::Number(left), Value::Number(right)) => {
            if let (Some(left), Some(right)) = (integer(left), integer(right)) {
                return Some(left.cmp(&right));
            }
            left.as_f64()?.partial_cmp(&right.as_f64()?)
        }
        _ => None,
    }
}

/// The integer that a number is as it is written, be it as a float: what Postgres compares. Those beyond 128 bits and
/// those with a fraction are in the order of their floats.
fn integer(number: &serde_json::Number) -> Option<i128> {
    if let Some(integer) = number.as_i128() {
        return Some(integer);
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e38)?;
    float.to_string().parse().ok()
}

/// As `@>`: at the top an array also contains a scalar that is among its elements.
fn contains_at_top(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Array(_), Value::Array(_) | Value::Object(_)) => contains(whole, part),
        (Value::Array(items), scalar) => items.iter().any(|item| equal(item, scalar)),
        _ => contains(whole, part),
    }
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|own| contains(own, value)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            part.iter().all(|value| whole.iter().any(|own| contains(own, value)))
        }
        _ => equal(whole, part),
    }
}

#[cfg(test)]
mod tests {
    use super::test;

    #[test]
    fn it_answers_as_postgres_does() {
        let json = r#"{"a": {"b": [1, 2.0, {"c": "x"}]}, "n": null, "1": "one"}"#;
        let ask = |path: &str, what: &str, value: Option<&str>| test(Some(json), path, what, value);
        assert_eq!(ask(r#"["a","b","0"]"#, "eq", Some("1.0")), Some(true));
        assert_eq!(ask(r#"["a","b","-1","c"]"#, "ge", Some("\"x\"")), Some(true));
        assert_eq!(ask(r#"["a","b","0"]"#, "gt", Some("\"x\"")), Some(false));
        assert_eq!(ask(r#"["n"]"#, "exists", None), Some(true));
        assert_eq!(ask(r#"["z"]"#, "exists", None), Some(false));
        assert_eq!(ask(r#"["z"]"#, "ne", Some("1")), None);
        assert_eq!(ask(r#"["1"]"#, "eq", Some("\"one\"")), Some(true));
        assert_eq!(ask("[]", "contains", Some(r#"{"a": {"b": [{"c": "x"}, 2]}}"#)), Some(true));
        assert_eq!(ask("[]", "contains", Some(r#"{"a": {"b": 2}}"#)), Some(false));
        assert_eq!(test(Some("[1,[2]]"), "[]", "contains", Some("1")), Some(true));
        assert_eq!(test(Some("[1,[2]]"), "[]", "contains", Some("[2]")), Some(false));
        assert_eq!(test(None, "[]", "contains", Some("1")), None);
    }
}
