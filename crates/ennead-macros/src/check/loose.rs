//! References that the database does not see: a list of keys, and a key of one of several models.

use std::collections::HashSet;

use proc_macro2::Span;

use super::tenancy::no_field;
use crate::ast::{Field, Model, ReferencesAny};
use crate::ctxt::Ctxt;
use crate::types::{self, Named};

pub(super) fn check(cx: &Ctxt, model: &Model) {
    for field in &model.fields {
        one_way(cx, field);
        if let Some(each) = &field.attrs.references_each {
            let named = types::shape(&field.ty).0.named;
            if !matches!(named, Named::Json | Named::Array | Named::Other) {
                let message = "a list of keys is JSON (serde_json::Value, Json<Vec<…>>) or a Vec; one key is #[references(Model)]";
                cx.error_at(field.type_span(), message);
            }
            unwritten(cx, field, each.span);
        }
        if let Some(any) = &field.attrs.references_any {
            keys(cx, field);
            kinds(cx, model, field, any);
            unwritten(cx, field, any.span);
        }
    }
}

/// A field names rows in one way.
fn one_way(cx: &Ctxt, field: &Field) {
    let attrs = &field.attrs;
    let ways: Vec<(&str, Span)> = [
        ("references", attrs.references.as_ref().map(|one| syn::spanned::Spanned::span(&one.target))),
        ("references_each", attrs.references_each.as_ref().map(|each| each.span)),
        ("references_any", attrs.references_any.as_ref().map(|any| any.span)),
    ]
    .into_iter()
    .filter_map(|(name, at)| Some((name, at?)))
    .collect();
    if let [(first, _), (second, at), ..] = ways.as_slice() {
        cx.error_at(*at, format!("a field names rows by #[{first}] or by #[{second}], not both"));
    }
}

/// What the library or the database fills in names no row.
fn unwritten(cx: &Ctxt, field: &Field, at: Span) {
    let attrs = &field.attrs;
    if attrs.key.is_some() || attrs.tenant.is_some() || attrs.generated.is_some() || attrs.version.is_some() {
        cx.error_at(at, "a key, a tenant, a version or a generated column names no other row: give the reference a field of its own");
    }
}

fn keys(cx: &Ctxt, field: &Field) {
    let known = [Named::String, Named::Uuid, Named::I16, Named::I32, Named::I64, Named::Other];
    if !known.contains(&types::shape(&field.ty).0.named) {
        let message = "a reference holds the key of the other model: String, Uuid, an integer or a DbNewtype; a list of keys is #[references_each(Model)]";
        cx.error_at(field.type_span(), message);
    }
}

fn kinds(cx: &Ctxt, model: &Model, field: &Field, any: &ReferencesAny) {
    let mut seen = HashSet::new();
    for (kind, _) in &any.kinds {
        if !seen.insert(kind.value()) {
            cx.error(kind, format!("`{}` stands here twice", kind.value()));
        }
    }
    if any.kinds.iter().all(|(_, target)| target.is_none()) {
        cx.error_at(any.span, "name a model: #[references_any(kind = field, \"value\" => Model, …)]");
    }
    let Some(kind) = &any.kind else {
        let message =
            "say which field tells the model: #[references_any(kind = field, \"value\" => Model, …)]";
        return cx.error_at(any.span, message);
    };
    let Some(tells) = model.fields.iter().find(|other| other.ident == *kind) else {
        return cx.error(kind, no_field(model, &kind.to_string()));
    };
    if tells.ident == field.ident {
        return cx.error(kind, "a key does not tell of which model it is: name another field");
    }
    if !matches!(types::shape(&tells.ty).0.named, Named::String | Named::Other) {
        let message =
            format!("`{kind}` tells by its text of which model a row is: let it be a String or a DbEnum");
        cx.error(kind, message);
    }
}
