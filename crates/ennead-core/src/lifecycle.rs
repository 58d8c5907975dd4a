//! What a model lets happen to its rows, whoever asks.

use chrono::{DateTime, Utc};

use crate::def::{FieldDef, Literal, ModelDef, Role, SoftDelete};
use crate::error::{Error, ErrorKind};
use crate::operation::{Assignment, ConflictAction, Deleted, Insert, Operation, Update};
use crate::value::Value;

impl ModelDef {
    /// The field that tells whether a row is deleted: the flag, or else the moment.
    #[must_use]
    pub fn soft_delete(&self) -> Option<u16> {
        let flag = self.fields.iter().position(|field| field.soft_delete.is_some());
        flag.map(|at| at as u16).or_else(|| self.role(Role::DeletedAt))
    }

    /// What marks a row as deleted at a moment.
    #[must_use]
    pub fn marks(&self, now: DateTime<Utc>) -> Vec<Assignment> {
        self.assigned(|flag, _| value_of(flag.deleted), Value::DateTime(now))
    }

    /// What brings a marked row back.
    #[must_use]
    pub fn unmarks(&self) -> Vec<Assignment> {
        let restored = |flag: SoftDelete, field: &FieldDef| match (flag.restored, field.default) {
            (Some(restored), _) => value_of(restored),
            (None, Some(default)) => (default.value)(),
            (None, None) => Value::Null,
        };
        self.assigned(restored, Value::Null)
    }

    /// Whether a row, of all fields, is marked as deleted.
    #[must_use]
    pub fn is_marked(&self, row: &[Value]) -> bool {
        let of = |at: u16| row.get(usize::from(at)).is_some_and(|value| self.field(at).marks(value));
        self.soft_delete().is_some_and(of)
    }

    fn assigned(&self, of: impl Fn(SoftDelete, &FieldDef) -> Value, moment: Value) -> Vec<Assignment> {
        let mut set = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            let value = match field.soft_delete {
                Some(flag) => of(flag, field),
                None if field.role == Role::DeletedAt => moment.clone(),
                None => continue,
            };
            set.push(Assignment { column: at as u16, value, add: false });
        }
        set
    }
}

impl FieldDef {
    /// Whether it tells of a soft deletion: the flag, or the moment.
    #[must_use]
    pub fn is_mark(&self) -> bool {
        self.soft_delete.is_some() || self.role == Role::DeletedAt
    }

    /// Whether this value of it marks a row as deleted.
    #[must_use]
    pub fn marks(&self, value: &Value) -> bool {
        match self.soft_delete {
            Some(flag) => *value == value_of(flag.deleted),
            None => self.role == Role::DeletedAt && !value.is_null(),
        }
    }
}

/// The value that a literal is.
fn value_of(literal: Literal) -> Value {
    match literal {
        Literal::Bool(value) => Value::Bool(value),
        Literal::Int(value) => Value::Int(value),
        Literal::Float(value) => Value::Float(value),
        Literal::Text(value) => Value::text(value),
    }
}

/// Whether an update marks its rows as deleted.
#[must_use]
pub fn marks_rows(update: &Update) -> bool {
    update.set.iter().any(|set| !set.add && update.model.field(set.column).marks(&set.value))
}

/// Whether an update brings marked rows back.
#[must_use]
pub fn is_restore(update: &Update) -> bool {
    update.deleted == Deleted::Only
}

/// Refuses an update that would mark a row: a delete does that, and looks to the rows that name it. Of an update that brings a row
/// back there is none, since updates pass over the deleted.
///
/// # Errors
/// Invalid input that names the field.
pub(crate) fn refuse_mark(model: &ModelDef, field: &FieldDef, value: &Value) -> Result<(), Error> {
    if !field.marks(value) {
        return Ok(());
    }
    let text = format!(
        "{}.{}: this value marks the row as deleted, which `delete` does, and `restore` takes back: they look to the rows that name it",
        model.name, field.name
    );
    Err(Error::invalid(text).with_model(model.name).with_fields(vec![field.name]))
}

/// Refuses new rows of which nobody could say whether they are deleted, and those that are and yet should meet the living.
fn allow_rows(insert: &Insert) -> Result<(), Error> {
    let model = insert.model.0;
    let named = insert.columns.iter().enumerate().map(|(position, at)| (position, model.field(*at)));
    let marks: Vec<(usize, &FieldDef)> = named.filter(|(_, field)| field.is_mark()).collect();
    for row in &insert.rows {
        let marked = marks.iter().filter(|(position, field)| field.marks(&row[*position])).count();
        let what = match marked {
            0 => continue,
            some if some < marks.len() => "one says that the row is deleted, and the other that it lives",
            _ if insert.conflict.is_some() => {
                "an upsert meets the living, and this value marks the row as deleted: `delete` does that"
            }
            _ => continue,
        };
        let names: Vec<&str> = marks.iter().map(|(_, field)| field.name).collect();
        let text = format!("{}.{}: {what}", model.name, names.join(", "));
        return Err(Error::invalid(text).with_model(model.name).with_fields(names));
    }
    Ok(())
}

/// Refuses what the model forbids of its rows. Every operation passes here before it is scoped, however it was built:
/// the types refuse it earlier where they can.
pub(crate) fn allow(operation: &Operation) -> Result<(), Error> {
    let model = operation.model();
    if model.append_only && changes(operation) {
        return Err(forbidden(
            model,
            format!(
                "{} is append-only: its rows are created and read, and never changed or deleted",
                model.name
            ),
        ));
    }
    match operation {
        Operation::Delete(_) if model.no_hard_delete => Err(hard_delete_refused(model)),
        Operation::Insert(insert) => allow_rows(insert),
        _ => Ok(()),
    }
}

/// Whether rows that are there change or go.
fn changes(operation: &Operation) -> bool {
    match operation {
        Operation::Select(_) | Operation::Count(_) | Operation::Aggregate(_) => false,
        Operation::Insert(insert) => {
            let action = insert.conflict.as_ref().map(|conflict| &conflict.action);
            matches!(action, Some(ConflictAction::Update { .. }))
        }
        Operation::Update(_) | Operation::UpdateEach(_) | Operation::Delete(_) => true,
    }
}

/// The error of a delete that would remove rows of a model with `no_hard_delete`.
#[must_use]
pub fn hard_delete_refused(model: &ModelDef) -> Error {
    let how = if model.soft_delete().is_some() {
        "delete without `hard`, which marks them"
    } else {
        "it has no soft deletion, so they stay"
    };
    forbidden(model, format!("rows of {} are never removed (no_hard_delete): {how}", model.name))
}

/// Whether rows of the model can be deleted at all, if only by marking them.
#[must_use]
pub fn is_deletable(model: &ModelDef) -> bool {
    !model.append_only && (!model.no_hard_delete || model.soft_delete().is_some())
}

fn forbidden(model: &ModelDef, text: String) -> Error {
    Error::new(ErrorKind::Forbidden, text).with_model(model.name)
}
