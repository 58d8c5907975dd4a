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
use crate::value::{Value, json_type_name};

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

    /// What a field of one row names: the model, and keys of it; nothing where no row is meant. `told` is what the other field holds
    /// that tells the model.
    ///
    /// # Errors
    /// Why the value is no such reference.
    pub fn names(&self, value: &Value, told: Option<&Value>) -> Result<Option<Rows>, Unnamed> {
        match (self, value) {
            (_, Value::Null) => Ok(None),
            (LooseReference::Each(target), _) => {
                let model = (target.model)();
                let items = match value {
                    Value::Array(items) => return Ok(Some((model, items.clone()))),
                    Value::Json(serde_json::Value::Array(items)) => items,
                    Value::Json(json) => return Err(Unnamed::NoList(json_type_name(json))),
                    other => return Err(Unnamed::NoList(other.type_name())),
                };
                let key = |(at, item)| {
                    key_of(item, &model.key_field().kind).ok_or(Unnamed::NoKey(at, json_type_name(item)))
                };
                let keys: Result<Vec<Value>, Unnamed> = items.iter().enumerate().map(key).collect();
                Ok(Some((model, keys?)))
            }
            (LooseReference::Any { kinds, .. }, _) => {
                let Some(Value::Text(told)) = told else { return Err(Unnamed::Untold) };
                let kind = kinds.iter().find(|one| one.kind == told.as_ref()).ok_or(Unnamed::Unknown)?;
                Ok(kind.target.map(|target| ((target.model)(), vec![value.clone()])))
            }
        }
    }

    /// The field that tells of which model a key is.
    #[must_use]
    pub fn told_by(&self, model: &ModelDef) -> Option<u16> {
        match self {
            LooseReference::Any { kind, .. } => Some(model.find(kind)?.0),
            LooseReference::Each(_) => None,
        }
    }
}

/// Rows of a model, by their keys.
type Rows = (&'static ModelDef, Vec<Value>);

/// Why a value is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnamed {
    /// It is no list, but this.
    NoList(&'static str),
    /// An item of the list, by its place, is no key, but this.
    NoKey(usize, &'static str),
    /// Nothing tells of which model it is.
    Untold,
    /// What tells it is none of the values that are known.
    Unknown,
}

impl Unnamed {
    fn text(self, reference: &LooseReference) -> String {
        match (reference, self) {
            (LooseReference::Each(target), Unnamed::NoKey(at, is)) => {
                let model = (target.model)();
                let key = key_type(&model.key_field().kind);
                format!("holds a list of keys of {}, and item {at} is {is} rather than {key}", model.name)
            }
            (LooseReference::Each(target), Unnamed::NoList(is)) => {
                format!("holds a list of keys of {}, and this is {is}", (target.model)().name)
            }
            (LooseReference::Any { kind, kinds }, Unnamed::Unknown) => {
                let known: BTreeSet<&str> = kinds.iter().map(|one| one.kind).collect();
                let known: Vec<&str> = known.into_iter().collect();
                format!("names a row by a `{kind}` that is none of {}", known.join(", "))
            }
            (LooseReference::Any { kind, .. }, _) => {
                format!("names a row, and `{kind}` does not tell of which model")
            }
            (LooseReference::Each(_), _) => "names no rows".to_owned(),
        }
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
) -> Result<Vec<Rows>, Error> {
    let model = operation.model();
    let told_at = reference.told_by(model);
    let values = given(operation, column);
    let told = told_at.and_then(|at| given(operation, at));
    if let Some(told_at) = told_at
        && (conflict_parts(operation, column, told_at) || one_alone(values.as_deref(), told.as_deref()))
    {
        let (field, tells) = (model.field(column), model.field(told_at));
        let what = format!("and `{}` name a row together: set both", tells.name);
        return Err(refused(model, &[field, tells], None, &what));
    }
    let values = values.unwrap_or_default();
    let many = values.len() > 1;
    let mut named: Vec<(&'static ModelDef, Vec<Value>, HashSet<Value>)> = Vec::new();
    for (row, value) in values.into_iter().enumerate() {
        let told = told.as_ref().and_then(|told| told.get(row).copied());
        let rows = reference.names(value, told).map_err(|why| {
            let fields: Vec<&FieldDef> =
                std::iter::once(column).chain(told_at).map(|at| model.field(at)).collect();
            refused(model, &fields, many.then_some(row), &why.text(&reference))
        })?;
        let Some((parent, keys)) = rows else { continue };
        let at = named.iter().position(|(other, ..)| other.is(parent)).unwrap_or_else(|| {
            named.push((parent, Vec::new(), HashSet::new()));
            named.len() - 1
        });
        let (_, all, seen) = &mut named[at];
        all.extend(keys.into_iter().filter(|key| seen.insert(key.clone())));
    }
    Ok(named.into_iter().map(|(parent, keys, _)| (parent, keys)).collect())
}

/// Whether one of two columns is set and the other is not. To name nothing any more needs no other.
fn one_alone(keys: Option<&[&Value]>, told: Option<&[&Value]>) -> bool {
    match (keys, told) {
        (Some(keys), None) => keys.iter().any(|key| !key.is_null()),
        (None, told) => told.is_some(),
        (Some(_), Some(_)) => false,
    }
}

fn key_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Uuid => "a UUID in hyphenated lower case",
        Kind::I16 => "an integer of 16 bits",
        Kind::I32 => "an integer of 32 bits",
        _ => "an integer",
    }
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
