//! `audited`: every change of a row is one that the library makes.

use crate::ast::{Action, Model};
use crate::ctxt::Ctxt;

pub(super) fn check(cx: &Ctxt, model: &Model) {
    if model.options.audited.is_none() {
        return;
    }
    // The marks of a soft deletion follow references by the library's own hand.
    if model.fields.iter().any(|field| field.attrs.marks().is_some() || field.attrs.embed.is_some()) {
        return;
    }
    for field in &model.fields {
        let Some((at, action)) = field.attrs.references.as_ref().and_then(|references| references.on_delete)
        else {
            continue;
        };
        if matches!(action, Action::Cascade | Action::SetNull) {
            let message = format!(
                "`{}` is audited, and what the database itself does to its rows stands in no record: choose restrict or no_action, and delete or change them before the row that they name",
                model.ident
            );
            cx.error_at(at, message);
        }
    }
}
