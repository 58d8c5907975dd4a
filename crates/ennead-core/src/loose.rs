//! References that the database does not see: keys in a list, and keys of one of several models.
//!
//! No foreign key can stand for these, so that the scope asks for the rows that a write names, in its transaction and under
//! its tenant: [`named`] takes the keys out of what an operation sets.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use crate::def::{FieldDef, ModelDef};
use crate::error::Error;
use crate::kind::Kind;
use crate::operation::{ConflictAction, Operation};
use crate::value::Value;

/// What a field names, where no foreign key can say so.
#[derive(Debug, Clone, Copy)]
pub enum LooseReference {
    /// `#[references_each(Widget)]`: the field is a list of keys, in JSON or as an array.
    Each(LooseTarget),
    /// `#[references_any(kind = …, …)]`: the field is a key, and another field tells of which model.
    Any {
        /// The Rust name of the field that tells.
        kind: &'static str,
        /// What it tells, by its values.
        kinds: &'static [LooseKind],
    },
}

/// A model whose rows are named.
#[derive(Debug, Clone, Copy)]
pub struct LooseTarget {
    /// The model (a function, so that models may refer to each other).
    pub model: fn() -> &'static ModelDef,
    /// The relation's name, as nodes know it.
    pub relation: &'static str,
}

/// A value of the field that tells which model is named.
#[derive(Debug, Clone, Copy)]
pub struct LooseKind {
    /// The value.
    pub kind: &'static str,
    /// The model; `None` where the other field then names no row.
    pub target: Option<LooseTarget>,
}

impl LooseReference {
    /// The models that it leads to, each once.
    #[must_use]
    pub fn targets(&self) -> Vec<LooseTarget> {
        match self {
            LooseReference::Each(target) => vec![*target],
            LooseReference::Any { kinds, .. } => {
                let mut all: Vec<LooseTarget> = Vec::new();
                for target in kinds.iter().filter_map(|kind| kind.target) {
                    if !all.iter().any(|other| (other.model)().is((target.model)())) {
                        all.push(target);
                    }
                }
                all
            }
        }
    }

    /// The field that tells of which model a key is, and its values for that one.
    #[must_use]
    pub fn kinds_of(&self, parent: &ModelDef) -> Option<(&'static str, Vec<&'static str>)> {
        let LooseReference::Any { kind, kinds } = self else { return None };
        let is_it = |one: &&LooseKind| one.target.is_some_and(|target| (target.model)().is(parent));
        Some((kind, kinds.iter().filter(is_it).map(|one| one.kind).collect()))
    }
}

/// The keys in a stored list; what is none is passed over.
#[must_use]
pub fn keys_in(list: &Value, key: &Kind) -> Vec<Value> {
    match list {
        Value::Json(serde_json::Value::Array(items)) => {
            items.iter().filter_map(|item| key_of(item, key)).collect()
        }
        Value::Array(items) => items.clone(),
        _ => Vec::new(),
    }
}

/// A key as JSON holds it.
fn key_of(json: &serde_json::Value, key: &Kind) -> Option<Value> {
    match key {
        Kind::Text => json.as_str().map(|text| Value::text(text.to_owned())),
        // In the one form that the database compares texts in.
        Kind::Uuid => {
            let text = json.as_str()?;
            Uuid::parse_str(text).ok().filter(|uuid| uuid.to_string() == text).map(Value::Uuid)
        }
        Kind::I16 => json.as_i64().filter(|it| i16::try_from(*it).is_ok()).map(Value::Int),
        Kind::I32 => json.as_i64().filter(|it| i32::try_from(*it).is_ok()).map(Value::Int),
        Kind::I64 => json.as_i64().map(Value::Int),
        _ => None,
    }
}

/// The values that an operation gives to a column, row by row.
pub(crate) fn given(operation: &Operation, column: u16) -> Option<Vec<&Value>> {
    match operation {
        Operation::Insert(op) => {
            let at = op.columns.iter().position(|has| *has == column)?;
            Some(op.rows.iter().map(|row| &row[at]).collect())
        }
        Operation::Update(op) => {
            let set = op.set.iter().find(|set| set.column == column && !set.add)?;
            Some(vec![&set.value])
        }
        Operation::UpdateEach(op) => {
            let at = op.columns.iter().position(|set| *set == (column, false))?;
            Some(op.rows.iter().map(|row| &row[at + 1]).collect())
        }
        _ => None,
    }
}

/// The rows that a field names in what an operation sets: keys by model, each once and in their order of appearance.
///
/// # Errors
/// `is_invalid_input`: a list that is none, a key of another type, a kind that names no model, one of two fields set without
/// the other.
pub(crate) fn named(
    operation: &Operation,
    column: u16,
    reference: LooseReference,
) -> Result<Vec<(&'static ModelDef, Vec<Value>)>, Error> {
    let model = operation.model();
    let field = model.field(column);
    match reference {
        LooseReference::Each(target) => {
            let parent = (target.model)();
            let lists = given(operation, column).unwrap_or_default();
            let (mut seen, many) = (Keys::default(), lists.len() > 1);
            for (row, list) in lists.into_iter().enumerate() {
                each(parent, list, &mut seen)
                    .map_err(|what| refused(model, &[field], many.then_some(row), &what))?;
            }
            Ok(vec![(parent, seen.keys)])
        }
        LooseReference::Any { kind, kinds } => any(operation, column, kind, kinds),
    }
}

#[derive(Default)]
struct Keys {
    keys: Vec<Value>,
    seen: HashSet<Value>,
}

impl Keys {
    fn add(&mut self, key: Value) {
        if self.seen.insert(key.clone()) {
            self.keys.push(key);
        }
    }
}

fn each(parent: &'static ModelDef, list: &Value, seen: &mut Keys) -> Result<(), String> {
    let items = match list {
        Value::Null => return Ok(()),
        Value::Array(items) => {
            items.iter().cloned().for_each(|key| seen.add(key));
            return Ok(());
        }
        Value::Json(serde_json::Value::Array(items)) => items,
        other => {
            let is = match other {
                Value::Json(json) => json_type(json),
                other => other.type_name(),
            };
            return Err(format!("holds a list of keys of {}, and this is {is}", parent.name));
        }
    };
    for (at, item) in items.iter().enumerate() {
        let Some(key) = key_of(item, &parent.key_field().kind) else {
            return Err(format!(
                "holds a list of keys of {}, and item {at} is {} rather than {}",
                parent.name,
                json_type(item),
                key_type(&parent.key_field().kind)
            ));
        };
        seen.add(key);
    }
    Ok(())
}

fn key_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::Uuid => "a UUID in hyphenated lower case",
        Kind::I16 => "an integer of 16 bits",
        Kind::I32 => "an integer of 32 bits",
        _ => "an integer",
    }
}

fn json_type(json: &serde_json::Value) -> &'static str {
    match json {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "a bool",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a text",
        serde_json::Value::Array(_) => "a list",
        serde_json::Value::Object(_) => "an object",
    }
}

fn any(
    operation: &Operation,
    column: u16,
    kind: &'static str,
    kinds: &'static [LooseKind],
) -> Result<Vec<(&'static ModelDef, Vec<Value>)>, Error> {
    let model = operation.model();
    let field = model.field(column);
    let Some((tells_at, tells)) = model.find(kind) else {
        let text = format!("{}.{} is told by `{kind}`, which is no field", model.name, field.name);
        return Err(Error::invalid(text).with_model(model.name));
    };
    let both = || {
        let what = format!("and `{kind}` name a row together: set both");
        Err(refused(model, &[field, tells], None, &what))
    };
    if conflict_parts(operation, column, tells_at) {
        return both();
    }
    let (keys, told) = (given(operation, column), given(operation, tells_at));
    let (keys, told) = match (keys, told) {
        (Some(keys), Some(told)) => (keys, told),
        // Nothing is named any more, whatever the other says.
        (Some(keys), None) if keys.iter().all(|key| key.is_null()) => return Ok(Vec::new()),
        (None, None) => return Ok(Vec::new()),
        _ => return both(),
    };
    let many = keys.len() > 1;
    let mut named: Vec<(&'static ModelDef, Keys)> = Vec::new();
    for (row, (key, told)) in keys.into_iter().zip(told).enumerate() {
        if key.is_null() {
            continue;
        }
        let row = many.then_some(row);
        let Value::Text(told) = told else {
            let what = format!("names a row, and `{kind}` does not tell of which model");
            return Err(refused(model, &[field, tells], row, &what));
        };
        let Some(one) = kinds.iter().find(|one| one.kind == told.as_ref()) else {
            let known: BTreeSet<&str> = kinds.iter().map(|one| one.kind).collect();
            let known: Vec<&str> = known.into_iter().collect();
            let what = format!("names a row by a `{kind}` that is none of {}", known.join(", "));
            return Err(refused(model, &[field, tells], row, &what));
        };
        let Some(target) = one.target else { continue };
        let parent = (target.model)();
        let at = match named.iter().position(|(other, _)| other.is(parent)) {
            Some(at) => at,
            None => {
                named.push((parent, Keys::default()));
                named.len() - 1
            }
        };
        named[at].1.add(key.clone());
    }
    Ok(named.into_iter().map(|(parent, keys)| (parent, keys.keys)).collect())
}

/// Whether an upsert changes one of two columns and not the other.
fn conflict_parts(operation: &Operation, one: u16, other: u16) -> bool {
    let Operation::Insert(insert) = operation else { return false };
    match insert.conflict.as_ref().map(|conflict| &conflict.action) {
        Some(ConflictAction::Update { columns, .. }) => columns.contains(&one) != columns.contains(&other),
        _ => false,
    }
}

fn refused(model: &ModelDef, fields: &[&FieldDef], row: Option<usize>, what: &str) -> Error {
    let name = fields.first().map_or("", |field| field.name);
    let place = row.map_or_else(String::new, |row| format!(" (row {row})"));
    Error::invalid(format!("{}.{name} {what}{place}", model.name))
        .with_model(model.name)
        .with_fields(fields.iter().map(|field| field.name).collect())
}

#[cfg(test)]
mod tests;
