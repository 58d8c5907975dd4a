//! The rules across attributes. What passes here can be expanded.

mod audit;
mod defaults;
mod encrypted;
mod fields;
mod indexes;
mod keys;
mod lifecycle;
mod loose;
mod rules;
mod tenancy;

pub(crate) use tenancy::CHOICES;

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::ast::{Field, Model};
use crate::ctxt::Ctxt;
use crate::names::snake_case;

/// The longest name that Postgres keeps.
const MAX_NAME: usize = 63;

/// Checks a model; the errors go to `cx`.
pub(crate) fn check(cx: &Ctxt, model: &Model) {
    names(cx, model);
    for field in &model.fields {
        fields::check(cx, field);
    }
    fields::once_each(cx, model);
    loose::check(cx, model);
    if model.options.embed.is_some() {
        embedded(cx, model);
    } else {
        keys::check(cx, model);
        tenancy::check(cx, model);
        indexes::check(cx, model);
        encrypted::by_key(cx, model);
        lifecycle::check(cx, model);
        audit::check(cx, model);
    }
}

fn names(cx: &Ctxt, model: &Model) {
    for name in [&model.options.table, &model.options.renamed_from].into_iter().flatten() {
        identifier(cx, name, "a table");
    }
    if model.fields.is_empty() {
        cx.error(&model.ident, format!("`{}` has no fields", model.ident));
    }
    let mut columns = HashMap::new();
    let mut constants = HashMap::new();
    for field in &model.fields {
        let written = field.attrs.column.as_ref().and_then(|column| column.name.as_ref());
        if let Some(name) = written {
            identifier(cx, name, "a column");
        }
        if let Some(name) = field.attrs.column.as_ref().and_then(|column| column.renamed_from.as_ref()) {
            identifier(cx, name, "a column");
        }
        let column = written.map_or_else(|| field.ident.unraw().to_string(), syn::LitStr::value);
        if field.cfgs.is_empty() && columns.insert(column.clone(), ()).is_some() {
            cx.error(&field.ident, format!("two fields have the column `{column}`"));
        } else if field.cfgs.is_empty() && constants.insert(constant(field), ()).is_some() {
            let message = format!("two fields would have the constant `{}`: rename one", constant(field));
            cx.error(&field.ident, message);
        }
    }
    let relations = model.fields.iter().filter(|field| field.cfgs.is_empty()).flat_map(|field| {
        let loose = loose_relations(field).into_iter().map(|(constant, _)| constant);
        relation_constant(field).into_iter().chain(loose)
    });
    for name in relations {
        if constants.insert(name.to_string(), ()).is_some() {
            let message = format!(
                "the relation would have the constant `{name}`, which another has: name it otherwise, #[references(…, name = …)]"
            );
            cx.error_at(name.span(), message);
        }
    }
}

/// The name of the constant of a reference's relation: what is written, or the field's name less `_id`.
pub(crate) fn relation_constant(field: &Field) -> Option<Ident> {
    let references = field.attrs.references.as_ref()?;
    let (name, span) = match &references.name {
        Some(name) => (name.unraw().to_string(), name.span()),
        None => (field.ident.unraw().to_string().strip_suffix("_id")?.to_owned(), references.target.span()),
    };
    (!name.is_empty()).then(|| Ident::new(&name.to_uppercase(), span))
}

/// The constants of the relations that a reference makes which the database does not see, each with its model: of a list
/// what is written, or the field's name with `s` for `_ids`; of a key of several models the field's name less `_id` with the
/// model's.
pub(crate) fn loose_relations(field: &Field) -> Vec<(Ident, syn::Path)> {
    let own = field.ident.unraw().to_string();
    let mut all: Vec<(Ident, syn::Path)> = Vec::new();
    if let Some(each) = &field.attrs.references_each {
        let (name, span) = match &each.name {
            Some(name) => (name.unraw().to_string(), name.span()),
            None => match own.strip_suffix("_ids") {
                Some(stem) => (format!("{stem}s"), each.target.span()),
                None => return all,
            },
        };
        all.push((Ident::new(&name.to_uppercase(), span), each.target.clone()));
    }
    if let Some(any) = &field.attrs.references_any {
        let stem = match &any.name {
            Some(name) => name.unraw().to_string(),
            None => own.strip_suffix("_id").unwrap_or(&own).to_owned(),
        };
        for target in any.kinds.iter().filter_map(|(_, target)| target.as_ref()) {
            let Some(last) = target.segments.last() else { continue };
            let name = format!("{stem}_{}", snake_case(&last.ident.unraw().to_string())).to_uppercase();
            // Two paths may be two models of one name, whose relations then need two.
            if !all.iter().any(|(_, other)| other == target) {
                all.push((Ident::new(&name, target.span()), target.clone()));
            }
        }
    }
    all
}

/// The name of a field's column constant.
pub(crate) fn constant(field: &Field) -> String {
    field.ident.unraw().to_string().to_uppercase()
}

fn identifier(cx: &Ctxt, name: &syn::LitStr, what: &str) {
    let text = name.value();
    if text.is_empty() {
        cx.error(name, format!("the name of {what} cannot be empty"));
    } else if text.len() > MAX_NAME {
        cx.error(
            name,
            format!("the name of {what} has at most {MAX_NAME} bytes, and this has {}", text.len()),
        );
    } else if text.contains('\0') {
        cx.error(name, format!("the name of {what} cannot hold a NUL"));
    }
}

/// An embedded struct has no table: what belongs to one stands on the model that embeds it.
fn embedded(cx: &Ctxt, model: &Model) {
    let options = &model.options;
    let refuse = |what: &str, at: Option<proc_macro2::Span>| {
        if let Some(at) = at {
            cx.error_at(
                at,
                format!("an embedded struct has no {what}: it stands on the model that embeds it"),
            );
        }
    };
    refuse("table", options.table.as_ref().map(syn::LitStr::span));
    refuse("earlier table name", options.renamed_from.as_ref().map(syn::LitStr::span));
    refuse("`key = \"global\"`", options.key_global);
    refuse("`tenant_root`", options.tenant_root);
    refuse("`global`", options.global);
    refuse("`tenant(via = …)`", options.tenant_via.as_ref().map(proc_macro2::Ident::span));
    refuse("`append_only`", options.append_only);
    refuse("`audited`", options.audited.as_ref().map(|audited| audited.span));
    refuse("`no_hard_delete`", options.no_hard_delete);
    refuse("`shared_when`", options.shared_when.as_ref().map(syn::LitStr::span));
    refuse("`index` or `unique` of several fields", options.indexes.first().map(|index| index.span));
    refuse("`check` of several fields", options.checks.first().map(|check| check.condition.span()));
    for field in &model.fields {
        refuse("key", field.attrs.key.as_ref().map(|key| key.span));
    }
}
