//! To whom the rows belong: said once.

use proc_macro2::Span;

use crate::ast::Model;
use crate::ctxt::Ctxt;
use crate::names::hint;
use crate::types::{self, Named};

/// The four choices, as every message about tenancy names them.
pub(crate) const CHOICES: &str =
    "#[tenant] on a field, #[model(tenant_root)], #[model(tenant(via = field))] or #[model(global)]";

pub(super) fn check(cx: &Ctxt, model: &Model) {
    let options = &model.options;
    let column = model.fields.iter().find_map(|field| field.attrs.tenant);
    let declared: Vec<Span> = [
        column,
        options.tenant_root,
        options.tenant_via.as_ref().map(proc_macro2::Ident::span),
        options.global,
    ]
    .into_iter()
    .flatten()
    .collect();
    let embeds = model.fields.iter().any(|field| field.attrs.embed.is_some());
    if declared.is_empty() && !embeds && !options.unclear {
        cx.error(
            &model.ident,
            format!("`{}` does not say to whom its rows belong; choose one of {CHOICES}", model.ident),
        );
    }
    for again in declared.iter().skip(1) {
        cx.error_at(
            *again,
            format!("`{}` says twice to whom its rows belong; choose one of {CHOICES}", model.ident),
        );
    }
    if let Some(field) =
        model.fields.iter().find(|field| field.attrs.tenant.is_some() && !field.cfgs.is_empty())
    {
        cx.error(&field.ident, "the tenant column cannot depend on a #[cfg]");
    }
    via(cx, model);
    shared(cx, model, column.is_some() || (declared.is_empty() && embeds));
}

fn via(cx: &Ctxt, model: &Model) {
    let Some(via) = &model.options.tenant_via else {
        return;
    };
    let Some(field) = model.fields.iter().find(|field| field.ident == *via) else {
        return cx.error(via, no_field(model, &via.to_string()));
    };
    if field.attrs.references.is_none() {
        let message = format!(
            "`{via}` references no model: put #[references(Parent)] on it, whose tenant the row belongs to"
        );
        cx.error(via, message);
    }
    if types::shape(&field.ty).0.optional {
        cx.error_at(
            field.type_span(),
            format!("a row belongs to the tenant of `{via}`: it cannot be an Option"),
        );
    }
}

fn shared(cx: &Ctxt, model: &Model, has_column: bool) {
    let Some(name) = &model.options.shared_when else {
        return;
    };
    if !has_column {
        return cx.error(name, "shared_when shares rows that a tenant owns: it needs #[tenant] on a field");
    }
    let Some(field) = model.fields.iter().find(|field| field.ident == name.value()) else {
        return cx.error(name, no_field(model, &name.value()));
    };
    let (shape, _) = types::shape(&field.ty);
    if shape.named != Named::Bool || shape.optional {
        cx.error(name, format!("rows are shared where `{}` is true: it has to be a bool", name.value()));
    }
}

/// The text for a name that is no field.
pub(super) fn no_field(model: &Model, name: &str) -> String {
    let fields: Vec<String> = model.fields.iter().map(|field| field.ident.to_string()).collect();
    format!("`{}` has no field `{name}`{}", model.ident, hint(name, fields.iter().map(String::as_str)))
}
