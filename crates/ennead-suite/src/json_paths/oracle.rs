//! What changes at paths do, once more and in other words: documents are taken apart and put together again.

use serde_json::{Map, Number, Value};

/// What the text of an error says.
pub(super) type Reason = &'static str;

pub(super) const SCALAR: Reason = "leads through a value";
pub(super) const POSITION: Reason = "leads through an array";
pub(super) const NO_NUMBER: Reason = "is no number";
pub(super) const RANGE: Reason = "is out of range";

/// One change.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Set(Vec<String>, Value),
    Add(Vec<String>, Value),
    Remove(Vec<String>),
}

impl Change {
    /// What becomes of a document.
    pub(super) fn of(&self, document: &Value) -> Result<Value, Reason> {
        match self {
            Change::Set(path, value) => within(Some(document), path, &|_| Ok(value.clone())),
            Change::Add(path, amount) => within(Some(document), path, &|there| match (there, amount) {
                (None, amount) => Ok(plain(amount)),
                (Some(Value::Number(number)), Value::Number(amount)) => sum(number, amount),
                _ => Err(NO_NUMBER),
            }),
            Change::Remove(path) => Ok(without(document, path)),
        }
    }
}

fn plain(amount: &Value) -> Value {
    match amount.as_number().and_then(integer) {
        Some(integer) => Value::from(i64::try_from(integer).unwrap()),
        None => amount.clone(),
    }
}

fn within(
    document: Option<&Value>,
    path: &[String],
    leaf: &dyn Fn(Option<&Value>) -> Result<Value, Reason>,
) -> Result<Value, Reason> {
    let Some((part, rest)) = path.split_first() else { return leaf(document) };
    match document {
        None => Ok(Value::Object(Map::from_iter([(part.clone(), within(None, rest, leaf)?)]))),
        Some(Value::Object(map)) => {
            let inner = within(map.get(part), rest, leaf)?;
            let others =
                map.iter().filter(|(key, _)| *key != part).map(|(key, value)| (key.clone(), value.clone()));
            Ok(Value::Object(others.chain([(part.clone(), inner)]).collect()))
        }
        Some(Value::Array(items)) => {
            let at = (0..=items.len()).find(|at| at.to_string() == *part).ok_or(POSITION)?;
            let mut items = items.clone();
            let inner = within(items.get(at), rest, leaf)?;
            if at == items.len() {
                items.push(inner);
            } else {
                items[at] = inner;
            }
            Ok(Value::Array(items))
        }
        Some(_) => Err(SCALAR),
    }
}

fn without(document: &Value, path: &[String]) -> Value {
    let Some((part, rest)) = path.split_first() else { return document.clone() };
    let keep = |own: bool, value: &Value| match (own, rest.is_empty()) {
        (true, true) => None,
        (true, false) => Some(without(value, rest)),
        (false, _) => Some(value.clone()),
    };
    match document {
        Value::Object(map) => {
            let all = map.iter().filter_map(|(key, value)| Some((key.clone(), keep(key == part, value)?)));
            Value::Object(all.collect())
        }
        Value::Array(items) => {
            let all = items.iter().enumerate();
            Value::Array(all.filter_map(|(at, item)| keep(at.to_string() == *part, item)).collect())
        }
        scalar => scalar.clone(),
    }
}

/// The integer that a number without a fraction is, as it is written; what is beyond all bounds is cut.
fn integer(number: &Number) -> Option<i128> {
    let text = match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) if float.fract() != 0.0 => return None,
        Some(float) if float.abs() > 1e25 => return Some((float.signum() as i128) << 100),
        Some(float) => format!("{float}"),
        None => number.to_string(),
    };
    text.parse().ok()
}

fn sum(left: &Number, right: &Number) -> Result<Value, Reason> {
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        return i64::try_from(left + right).map(Value::from).map_err(|_| RANGE);
    }
    let (left, right) = (left.as_f64().unwrap(), right.as_f64().unwrap());
    if left.abs().max(right.abs()) > 1e307 { Err(RANGE) } else { Ok(Value::from(left + right)) }
}

/// Equal, with numbers by what they are and not by how they are written.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match (integer(left), integer(right)) {
            (None, None) => left.as_f64() == right.as_f64(),
            (left_whole, right_whole) => left_whole == right_whole && left.as_f64() == right.as_f64(),
        },
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}
