//! Changes at paths of a JSON column: what an update says, what it must keep to, and what it does to a document.
//!
//! All changes of one column travel as one value, in the order in which they were written: an array of objects with `k` (what
//! is done), `p` (the path) and `v` (the value or the amount). So statements hold no path in their text, and have one shape
//! whatever the paths. SQLite runs [`apply_changes`] itself; Postgres is told the same in SQL (`ennead-sql`, `dml/json.rs`).

use serde_json::{Map, Number, Value as Json};

use crate::admit::{check_json_within, no_nul};
use crate::def::ModelDef;
use crate::error::Error;
use crate::kind::Kind;
use crate::operation::Assignment;
use crate::value::Value;

/// How many parts a path has at most.
pub const MAX_PATH_PARTS: usize = 32;
/// How many characters a part of a path has at most, where it is written to.
pub const MAX_PATH_PART: usize = 1024;
/// How many changes at paths one operation makes to one column at most.
pub(crate) const MAX_PATH_CHANGES: usize = 32;

/// Beyond this a float is not added to: the sum might be no number any more.
const LARGEST: f64 = 1e307;
/// What the message of a database begins with that refuses a change of the library's own making.
const MARK: &str = "ennead_path:";

/// A number that can be added at a path: an `i32`, `u32`, `i64` or `f64`. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number that can be added to one in JSON",
    note = "an i32, u32, i64 or f64 can: of numbers without a fraction the sum is exact, others are added as f64"
)]
pub trait JsonAmount: sealed::Sealed {
    /// The number as JSON; NULL where it is none.
    #[doc(hidden)]
    fn into_json(self) -> Json;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! amounts {
    ($($type:ty)*) => {$(
        impl sealed::Sealed for $type {}
        impl JsonAmount for $type {
            fn into_json(self) -> Json {
                self.into()
            }
        }
    )*};
}

amounts! { i32 u32 i64 f64 }

/// One change as the value of an assignment that adds.
fn change(kind: &str, path: Vec<String>, value: Option<Json>) -> Value {
    let mut map = Map::new();
    map.insert("k".into(), kind.into());
    map.insert("p".into(), path.into());
    map.extend(value.map(|value| ("v".to_owned(), value)));
    Value::Json(Json::Array(vec![Json::Object(map)]))
}

/// Puts a value at a path.
#[must_use]
pub fn set_at(path: Vec<String>, value: Json) -> Value {
    change("set", path, Some(value))
}

/// Adds to the number at a path.
#[must_use]
pub fn add_at(path: Vec<String>, amount: Json) -> Value {
    change("add", path, Some(amount))
}

/// Takes away what is at a path.
#[must_use]
pub fn remove_at(path: Vec<String>) -> Value {
    change("remove", path, None)
}

/// Whether an assignment changes a JSON column at paths.
#[must_use]
pub fn changes_paths(model: &ModelDef, column: u16, add: bool) -> bool {
    add && model.field(column).kind == Kind::Json
}

/// Puts the changes of one column together, in the order in which they were written.
pub(crate) fn merge_changes(model: &ModelDef, set: &mut Vec<Assignment>) {
    let column = |one: &Assignment| changes_paths(model, one.column, one.add).then_some(one.column);
    merge(set, column, |one| &mut one.value);
}

/// The same for the amounts of an upsert.
pub(crate) fn merge_amounts(model: &ModelDef, add: &mut Vec<(u16, Value)>) {
    merge(add, |one| changes_paths(model, one.0, true).then_some(one.0), |one| &mut one.1);
}

/// `column` is that of a change at paths, and `value` what holds the changes.
fn merge<T>(all: &mut Vec<T>, column: impl Fn(&T) -> Option<u16>, value: impl Fn(&mut T) -> &mut Value) {
    let mut at = 1;
    while at < all.len() {
        let first = column(&all[at])
            .and_then(|changed| all[..at].iter().position(|before| column(before) == Some(changed)));
        let Some(first) = first else {
            at += 1;
            continue;
        };
        let mut later = all.remove(at);
        if let (Value::Json(Json::Array(all)), Value::Json(Json::Array(more))) =
            (value(&mut all[first]), value(&mut later))
        {
            all.append(more);
        }
    }
}

/// Checks changes before any SQL: their number, their paths, their values.
///
/// # Errors
/// What is wrong, without the values.
pub fn check_changes(value: &mut Value) -> Result<(), String> {
    let Value::Json(Json::Array(changes)) = value else { return Err("expected changes at its paths".into()) };
    if changes.is_empty() || changes.len() > MAX_PATH_CHANGES {
        return Err(format!("one operation changes 1 to {MAX_PATH_CHANGES} paths of a column"));
    }
    changes.iter_mut().try_for_each(check_change)
}

fn check_change(change: &mut Json) -> Result<(), String> {
    let none = || "expected a change at a path".to_owned();
    let path = path_of(change).ok_or_else(none)?;
    if path.is_empty() || path.len() > MAX_PATH_PARTS {
        return Err(format!("a JSON path has 1 to {MAX_PATH_PARTS} parts"));
    }
    for part in &path {
        no_nul(part)?;
        if part.chars().count() > MAX_PATH_PART {
            return Err(format!("a part of a JSON path has at most {MAX_PATH_PART} characters"));
        }
    }
    let depth = path.len() + 1;
    let kind = change["k"].as_str().unwrap_or_default().to_owned();
    match (kind.as_str(), change.get_mut("v")) {
        ("remove", None) => Ok(()),
        ("set", Some(value)) => check_json_within(value, depth),
        ("add", Some(value)) => {
            let Json::Number(amount) = &*value else {
                return Err("only a finite number can be added".into());
            };
            if let Some(whole) = whole(amount) {
                let whole =
                    i64::try_from(whole).map_err(|_| "the amount is out of range for i64".to_owned())?;
                *value = whole.into();
            }
            Ok(())
        }
        _ => Err(none()),
    }
}

/// The parts of a change's path.
fn path_of(change: &Json) -> Option<Vec<String>> {
    let text = |part: &Json| part.as_str().map(str::to_owned);
    change.get("p")?.as_array()?.iter().map(text).collect()
}

/// Why a document does not take a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The path leads through a text, a number, a bool or `null`.
    Scalar,
    /// The path leads through an array at what is neither one of its positions nor the next one.
    Position,
    /// What is there is no number, and cannot be added to.
    NoNumber,
    /// The sum is out of range.
    Sum,
}

impl Unfit {
    const ALL: [Unfit; 4] = [Unfit::Scalar, Unfit::Position, Unfit::NoNumber, Unfit::Sum];

    /// Its name between a database and the library.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Unfit::Scalar => "scalar",
            Unfit::Position => "position",
            Unfit::NoNumber => "number",
            Unfit::Sum => "sum",
        }
    }
}

/// What a database says of a change that a row does not take: [`unfit`] reads it.
#[must_use]
pub fn unfit_mark(column: u16, why: Unfit, path: &[String]) -> String {
    format!("{MARK}{column}:{}:{}", why.name(), Json::from(path.to_vec()))
}

/// The error of a change that a row does not take, where a database's message tells of one.
#[must_use]
pub fn unfit(model: &'static ModelDef, message: &str) -> Option<Error> {
    let (_, told) = message.split_once(MARK)?;
    let mut parts = told.splitn(3, ':');
    let column: usize = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let why = Unfit::ALL.into_iter().find(|why| why.name() == name)?;
    let rest = parts.next()?;
    let path: Json = serde_json::from_str(rest.get(..=rest.rfind(']')?)?).ok()?;
    let field = model.fields.get(column)?;
    let what = match why {
        Unfit::Scalar => {
            format!("the path {path} leads through a value that is neither an object nor an array")
        }
        Unfit::Position => {
            format!(
                "the path {path} leads through an array, at neither one of its positions nor the next one"
            )
        }
        Unfit::NoNumber => format!("what is at the path {path} is no number, and cannot be added to"),
        Unfit::Sum => format!("the sum at the path {path} is out of range"),
    };
    let text = format!("{}.{}: {what}", model.name, field.name);
    Some(Error::invalid(text).with_model(model.name).with_fields(vec![field.name]))
}

/// Applies changes to a document, one after the other; none is one without anything in it.
///
/// # Errors
/// Why it does not take one of them, and at which path.
pub fn apply_changes(document: Option<Json>, changes: &Json) -> Result<Option<Json>, (Unfit, Vec<String>)> {
    let mut document = document;
    for change in changes.as_array().into_iter().flatten() {
        let path = path_of(change).unwrap_or_default();
        let done = match (change["k"].as_str(), change.get("v")) {
            (Some("set"), Some(value)) => put(&mut document, &path, value, false),
            (Some("add"), Some(value)) => put(&mut document, &path, value, true),
            _ => {
                take(&mut document, &path);
                Ok(())
            }
        };
        done.map_err(|why| (why, path))?;
    }
    Ok(document)
}

/// Puts a value at a path, or adds it to the number that is there. What is missing on the way is made, as objects.
fn put(document: &mut Option<Json>, path: &[String], value: &Json, add: bool) -> Result<(), Unfit> {
    let Some((last, above)) = path.split_last() else { return Ok(()) };
    let mut at = document.get_or_insert_with(|| Json::Object(Map::new()));
    for part in above {
        (at, _) = enter(at, part, || Json::Object(Map::new()))?;
    }
    let (there, is_new) = enter(at, last, || value.clone())?;
    match (is_new, add, &*there, value) {
        (true, ..) => {}
        (false, false, ..) => *there = value.clone(),
        (false, true, Json::Number(number), Json::Number(amount)) => *there = sum(number, amount)?.into(),
        (false, true, ..) => return Err(Unfit::NoNumber),
    }
    Ok(())
}

/// What is at one part of a path, made where nothing is.
fn enter<'d>(
    at: &'d mut Json,
    part: &str,
    new: impl FnOnce() -> Json,
) -> Result<(&'d mut Json, bool), Unfit> {
    match at {
        Json::Object(map) => {
            let is_new = !map.contains_key(part);
            Ok((map.entry(part).or_insert_with(new), is_new))
        }
        Json::Array(items) => {
            let length = items.len();
            let position = position(part).filter(|at| *at <= length).ok_or(Unfit::Position)?;
            if position == length {
                items.push(new());
            }
            Ok((&mut items[position], position == length))
        }
        _ => Err(Unfit::Scalar),
    }
}

/// Takes away what is at a path; where nothing is, nothing changes.
fn take(document: &mut Option<Json>, path: &[String]) {
    let (Some(mut at), Some((last, above))) = (document.as_mut(), path.split_last()) else { return };
    for part in above {
        let next = match at {
            Json::Object(map) => map.get_mut(part),
            Json::Array(items) => position(part).and_then(|at| items.get_mut(at)),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return,
        }
    }
    match at {
        Json::Object(map) => drop(map.remove(last)),
        Json::Array(items) => {
            if let Some(position) = position(last).filter(|at| *at < items.len()) {
                items.remove(position);
            }
        }
        _ => {}
    }
}

/// A position in an array as it is written: digits without leading zeros, at most nine.
fn position(part: &str) -> Option<usize> {
    let digits = part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (part == "0" || !part.starts_with('0'));
    plain.then(|| part.parse().ok()).flatten()
}

/// The sum of two numbers: exact where both are without a fraction, and else that of their floats.
fn sum(number: &Number, amount: &Number) -> Result<Number, Unfit> {
    if let (Some(left), Some(right)) = (whole(number), whole(amount)) {
        return i64::try_from(left + right).map(Number::from).map_err(|_| Unfit::Sum);
    }
    let (left, right) = number.as_f64().zip(amount.as_f64()).ok_or(Unfit::Sum)?;
    if left.abs() > LARGEST || right.abs() > LARGEST {
        return Err(Unfit::Sum);
    }
    let float = Number::from_f64(left + right).ok_or(Unfit::Sum)?;
    // Without a fraction it is written as the integer that it is, as Postgres writes it.
    Ok(whole(&float).and_then(|whole| i64::try_from(whole).ok()).map_or(float, Number::from))
}

/// The integer that a number is as it is written, be it as a float; one that is far from 64 bits stands for all beyond.
fn whole(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_i128() {
        return Some(integer);
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    if float.abs() > 1e30 {
        return Some(if float > 0.0 { i128::MAX / 4 } else { i128::MIN / 4 });
    }
    float.to_string().parse().ok()
}

#[cfg(test)]
mod tests;
