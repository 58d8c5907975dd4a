//! What may happen to the rows: `append_only` and `no_hard_delete`.

use crate::ast::{Action, Model};
use crate::ctxt::Ctxt;

pub(super) fn check(cx: &Ctxt, model: &Model) {
    if model.options.append_only.is_none() {
        return;
    }
    if let Some(at) = model.options.no_hard_delete {
        cx.error_at(at, "append_only says so already: remove no_hard_delete");
    }
    for field in &model.fields {
        if let Some(at) = field.attrs.marks() {
            cx.error_at(
                at,
                "the rows of an append_only model are never deleted, not even marked: remove this",
            );
        }
        let Some(references) = &field.attrs.references else { continue };
        for (at, action) in [references.on_delete, references.on_update].into_iter().flatten() {
            if matches!(action, Action::Cascade | Action::SetNull) {
                cx.error_at(
                    at,
                    "this would change or delete rows of an append_only model: choose restrict or no_action",
                );
            }
        }
    }
}
