//! The rules for indexes and unique constraints of several fields.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use super::tenancy::no_field;
use crate::ast::{Index, Model, Target};
use crate::ctxt::Ctxt;

pub(super) fn check(cx: &Ctxt, model: &Model) {
    for index in &model.options.indexes {
        for part in &index.parts {
            if let Target::Field(name) = &part.target {
                field(cx, model, name);
            }
        }
        for name in &index.include {
            field(cx, model, name);
        }
        if let Some(name) = &index.name {
            super::identifier(cx, name, "an index");
        }
        method(cx, index);
    }
    for check in &model.options.checks {
        if let Some(name) = &check.name {
            super::identifier(cx, name, "a constraint");
        }
    }
}

/// A name that is no field. Those of embedded structs are not known here: an assertion in the expansion looks for them.
fn field(cx: &Ctxt, model: &Model, name: &Ident) {
    let embeds = model.fields.iter().any(|field| field.attrs.embed.is_some());
    let found = model.fields.iter().find(|field| field.ident.unraw() == name.unraw());
    match found {
        None if !embeds => cx.error(name, no_field(model, &name.unraw().to_string())),
        Some(found) if found.attrs.embed.is_some() => {
            cx.error(name, format!("`{name}` is embedded: name one of the fields inside it"));
        }
        Some(found) if super::encrypted::is_encrypted(&found.ty) => {
            cx.error(name, super::encrypted::NO_INDEX)
        }
        _ => {}
    }
}

fn method(cx: &Ctxt, index: &Index) {
    let Some(method) = index.method.as_ref().filter(|method| *method != "btree") else {
        return;
    };
    if index.unique {
        cx.error(method, "a unique constraint is a btree: remove the method");
    }
    if index.parts.iter().any(|part| part.descending || part.nulls_first.is_some()) {
        cx.error(
            method,
            format!("an index by {method} has no order: remove desc, nulls_first and nulls_last"),
        );
    }
    if method == "hash" && index.parts.len() > 1 {
        cx.error(method, "a hash index has one part");
    }
    if method != "gist" && !index.include.is_empty() {
        cx.error(method, format!("an index by {method} cannot include fields: btree and gist can"));
    }
    if index.dialect.as_ref().is_some_and(|dialect| dialect == "sqlite") {
        cx.error(method, format!("SQLite has no {method} indexes"));
    }
}
