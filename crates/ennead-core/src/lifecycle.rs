//! What a model lets happen to its rows, whoever asks.

use crate::def::{ModelDef, Role};
use crate::error::{Error, ErrorKind};
use crate::operation::{ConflictAction, Operation};

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
    let how = if model.role(Role::DeletedAt).is_some() {
        "delete without `hard`, which marks them"
    } else {
        "it has no soft deletion, so they stay"
    };
    forbidden(model, format!("rows of {} are never removed (no_hard_delete): {how}", model.name))
}

/// Whether rows of the model can be deleted at all, if only by marking them.
#[must_use]
pub fn is_deletable(model: &ModelDef) -> bool {
    !model.append_only && (!model.no_hard_delete || model.role(Role::DeletedAt).is_some())
}

fn forbidden(model: &ModelDef, text: String) -> Error {
    Error::new(ErrorKind::Forbidden, text).with_model(model.name)
}
