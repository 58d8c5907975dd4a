//! What values must keep to beyond their types: the rules of `#[validate(…)]`.

mod given;
mod pattern;

use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_decimal::Decimal;

pub use self::given::custom;
use crate::def::{Literal, ModelDef};
use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::operation::Operation;
use crate::value::Value;

/// A rule of a field.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// A text that is an email address, as HTML's `<input type="email">` takes them.
    Email,
    /// A text that is an absolute URL.
    Url,
    /// How many characters a text has, bytes, or items of an array.
    Length {
        /// At least.
        min: Option<u32>,
        /// At most.
        max: Option<u32>,
    },
    /// Between which bounds a number lies, both taken in.
    Range {
        /// The least.
        min: Option<Literal>,
        /// The greatest.
        max: Option<Literal>,
    },
    /// A text in which the regular expression is found.
    Regex(&'static str),
    /// What a function of the application says.
    Custom {
        /// The function's path, as it is written.
        name: &'static str,
        /// Calls it.
        check: fn(&Value) -> Result<(), String>,
    },
}

/// One field of one row that a rule refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// In what of a request it is: `data` of a node, nothing of a typed operation.
    pub place: &'static str,
    /// The row's place in a bulk operation; `None` where the operation gives one set of values.
    pub row: Option<usize>,
    /// The field.
    pub field: &'static str,
    /// The rule: `email`, `url`, `length`, `range`, `regex`, `custom`.
    pub rule: &'static str,
    /// What the rule asks for. It never holds the value, unless a function of the application puts it there.
    pub message: Cow<'static, str>,
}

impl Violation {
    /// Where it is: `email`, `[3].email` in a bulk operation, `data[3].email` in one by name.
    #[must_use]
    pub fn path(&self) -> String {
        match self.row {
            Some(row) => format!("{}[{row}].{}", self.place, self.field),
            None if self.place.is_empty() => self.field.to_owned(),
            None => format!("{}.{}", self.place, self.field),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path(), self.message)
    }
}

/// Says where in a request the refused values stand, and, of an operation that has rows, in which of them; `first` is the
/// place of the first row that the operation saw.
#[must_use]
pub fn in_request(error: Error, place: &'static str, first: Option<usize>) -> Error {
    let (Some(model), false) = (error.model(), error.violations().is_empty()) else { return error };
    let placed = error.violations().iter().cloned().map(|violation| Violation {
        place,
        row: first.map(|first| first + violation.row.unwrap_or(0)),
        ..violation
    });
    refused(model, placed.collect())
}

/// Whether values of a kind can keep these rules.
#[must_use]
pub const fn rules_fit(kind: &Kind, rules: &[Rule]) -> bool {
    let mut at = 0;
    while at < rules.len() {
        let fits = match rules[at] {
            Rule::Email | Rule::Url | Rule::Regex(_) => matches!(kind, Kind::Text),
            Rule::Length { .. } => matches!(kind, Kind::Text | Kind::Bytes | Kind::Array(_)),
            Rule::Range { .. } => {
                matches!(kind, Kind::I16 | Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::Decimal(_))
            }
            Rule::Custom { .. } => !matches!(kind, Kind::Encrypted),
        };
        if !fits {
            return false;
        }
        at += 1;
    }
    true
}

/// How many violations an error's text tells; the error itself has all of them.
const TOLD: usize = 8;

/// Holds what an operation sets against the rules of its model, whoever built it. All that is wrong is told at once.
pub(crate) fn allow(operation: &Operation) -> Result<(), Error> {
    let model = operation.model();
    if model.fields.iter().all(|field| field.rules.is_empty()) {
        return Ok(());
    }
    let mut found = Vec::new();
    match operation {
        Operation::Insert(insert) => {
            let is_bulk = insert.rows.len() > 1;
            for (at, row) in insert.rows.iter().enumerate() {
                let row_at = is_bulk.then_some(at);
                for (column, value) in insert.columns.iter().zip(row) {
                    field(model, *column, value, row_at, &mut found);
                }
            }
        }
        Operation::Update(update) => {
            for set in update.set.iter().filter(|set| !set.add) {
                field(model, set.column, &set.value, None, &mut found);
            }
        }
        Operation::UpdateEach(update) => {
            for (at, row) in update.rows.iter().enumerate() {
                // The key stands first.
                for ((column, add), value) in update.columns.iter().zip(row.iter().skip(1)) {
                    if !add {
                        field(model, *column, value, Some(at), &mut found);
                    }
                }
            }
        }
        Operation::Select(_) | Operation::Count(_) | Operation::Aggregate(_) | Operation::Delete(_) => {}
    }
    if found.is_empty() { Ok(()) } else { Err(refused(model.name, found)) }
}

fn field(model: &ModelDef, column: u16, value: &Value, row: Option<usize>, found: &mut Vec<Violation>) {
    let field = model.field(column);
    // What is not there keeps every rule: whether it may be missing is another question.
    if value.is_null() {
        return;
    }
    for rule in field.rules {
        if let Err(message) = rule.check(value) {
            found.push(Violation { place: "", row, field: field.name, rule: rule.name(), message });
        }
    }
}

/// Holds one stored value against the rules of its field: what a change at a path made of it.
///
/// # Errors
/// The rules that it breaks.
pub fn check_value(model: &'static ModelDef, column: u16, value: &Value) -> Result<(), Error> {
    let mut found = Vec::new();
    field(model, column, value, None, &mut found);
    if found.is_empty() { Ok(()) } else { Err(refused(model.name, found)) }
}

fn refused(model: &'static str, found: Vec<Violation>) -> Error {
    let mut text = format!("{model}: ");
    for (at, violation) in found.iter().take(TOLD).enumerate() {
        let between = if at == 0 { "" } else { "; " };
        text.push_str(&format!("{between}{violation}"));
    }
    if found.len() > TOLD {
        text.push_str(&format!("; and {} more", found.len() - TOLD));
    }
    let mut fields: Vec<&'static str> = Vec::new();
    for violation in &found {
        if !fields.contains(&violation.field) {
            fields.push(violation.field);
        }
    }
    Error::new(ErrorKind::Validation, text).with_model(model).with_fields(fields).with_violations(found)
}

impl Rule {
    /// Its name, as it is written in `#[validate(…)]`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Email => "email",
            Rule::Url => "url",
            Rule::Length { .. } => "length",
            Rule::Range { .. } => "range",
            Rule::Regex(_) => "regex",
            Rule::Custom { .. } => "custom",
        }
    }

    /// Holds a value against it.
    ///
    /// # Errors
    /// What the rule asks for, without the value.
    pub fn check(&self, value: &Value) -> Result<(), Cow<'static, str>> {
        let keeps = match (self, value) {
            (Rule::Email, Value::Text(text)) => garde::rules::email::parse_email(text).is_ok(),
            (Rule::Url, Value::Text(text)) => garde::rules::url::Url::validate_url(&text.as_ref()).is_ok(),
            (Rule::Length { min, max }, value) => {
                let length = match value {
                    Value::Text(text) => text.chars().count(),
                    Value::Bytes(bytes) => bytes.len(),
                    Value::Array(items) => items.len(),
                    _ => return Ok(()),
                };
                min.is_none_or(|min| length >= min as usize) && max.is_none_or(|max| length <= max as usize)
            }
            (Rule::Range { min, max }, value) => {
                min.is_none_or(|min| is_least(value, min)) && max.is_none_or(|max| is_greatest(value, max))
            }
            (Rule::Regex(pattern), Value::Text(text)) => return pattern::check(pattern, text),
            (Rule::Custom { name, check }, value) => {
                // A function that panics refuses the value; nothing was begun that would be left half done.
                return match catch_unwind(AssertUnwindSafe(|| check(value))) {
                    Ok(checked) => checked.map_err(Cow::Owned),
                    Err(_) => Err(Cow::Owned(format!("the validator {name} panicked"))),
                };
            }
            _ => true,
        };
        if keeps { Ok(()) } else { Err(self.message()) }
    }

    /// What it asks for.
    #[must_use]
    pub fn message(&self) -> Cow<'static, str> {
        match self {
            Rule::Email => "must be an email address".into(),
            Rule::Url => "must be a URL with its scheme".into(),
            Rule::Length { min: Some(min), max: Some(max) } => {
                format!("must have {min} to {max} characters or items").into()
            }
            Rule::Length { min: Some(min), .. } => {
                format!("must have {min} characters or items at least").into()
            }
            Rule::Length { max: Some(max), .. } => {
                format!("must have {max} characters or items at most").into()
            }
            Rule::Range { min: Some(min), max: Some(max) } => format!("must be from {min} to {max}").into(),
            Rule::Range { min: Some(min), .. } => format!("must be {min} at least").into(),
            Rule::Range { max: Some(max), .. } => format!("must be {max} at most").into(),
            Rule::Regex(pattern) => format!("must match {pattern}").into(),
            Rule::Length { .. } | Rule::Range { .. } | Rule::Custom { .. } => "is refused".into(),
        }
    }
}

fn is_least(value: &Value, bound: Literal) -> bool {
    compare(value, bound).is_none_or(std::cmp::Ordering::is_ge)
}

fn is_greatest(value: &Value, bound: Literal) -> bool {
    compare(value, bound).is_none_or(std::cmp::Ordering::is_le)
}

/// A number and a bound of its own kind; the macro gives no others.
fn compare(value: &Value, bound: Literal) -> Option<std::cmp::Ordering> {
    match (value, bound) {
        (Value::Int(value), Literal::Int(bound)) => Some(value.cmp(&bound)),
        (Value::Float(value), Literal::Float(bound)) => value.partial_cmp(&bound),
        (Value::Float(value), Literal::Int(bound)) => value.partial_cmp(&(bound as f64)),
        (Value::Decimal(value), Literal::Int(bound)) => Some(value.cmp(&Decimal::from(bound))),
        (Value::Decimal(value), Literal::Text(bound)) => Some(value.cmp(&bound.parse().ok()?)),
        (Value::Float(value), Literal::Text(bound)) => value.partial_cmp(&bound.parse().ok()?),
        (Value::Int(value), Literal::Text(bound)) => (*value as f64).partial_cmp(&bound.parse().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
