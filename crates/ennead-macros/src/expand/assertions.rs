//! What is asserted at compile time, where only the compiler sees both sides.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::definition::generation;
use super::field_def;
use crate::check::CHOICES;
use crate::ir::{Audit, Column, Content, Definition, Field, Loose, Model, Reference, Target, Tenancy, Way};
use crate::types::Named;

pub(super) fn expand(model: &Model, definition: Option<&Definition>) -> TokenStream {
    let mut out = TokenStream::new();
    for field in &model.fields {
        let asserted = match &field.content {
            Content::Embed { required } => embed(model, field, *required),
            Content::Column(column) => {
                let mut all = column
                    .reference
                    .as_ref()
                    .map(|reference| references(model, definition, field, reference))
                    .unwrap_or_default();
                if let Some(loose) = &column.loose {
                    all.extend(loose_references(model, definition, field, loose));
                }
                all.extend(rules(model, field, column));
                all
            }
        };
        let cfgs = &field.cfgs;
        for one in asserted {
            out.extend(quote!(#(#cfgs)* #one));
        }
    }
    let Some(definition) = definition else { return out };
    out.extend(key(model, definition));
    out.extend(audit(model, definition));
    if let Tenancy::Via(at) = definition.tenancy {
        out.extend(via(model, &model.fields[at]));
    }
    if model.embeds() {
        out.extend(tenants(model, definition));
        out.extend(index_fields(model, definition));
    }
    out
}

fn name(path: &impl ToTokens) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

/// The rules of a field are such as its type can keep; of the types that the macro knows it has said so already.
fn rules(model: &Model, field: &Field, column: &Column) -> Option<TokenStream> {
    if column.shape.named != Named::Other || column.rules.is_empty() {
        return None;
    }
    let (ty, rules) = (&field.ty, field_def::rules(column));
    let message = format!(
        "`{}::{}` has a #[validate(…)] that its type cannot keep: email, url and regex are for texts, length for texts, bytes and arrays, range for numbers",
        model.ident, field.name
    );
    let fits = quote_spanned!(field.span()=> __e::rules_fit(&<#ty as __e::FieldType>::KIND, &#rules));
    Some(assertion(field.span(), fits, &message))
}

/// A reference holds a key of the other model, and does not cross tenants unsaid.
fn references(
    model: &Model,
    definition: Option<&Definition>,
    field: &Field,
    reference: &Reference,
) -> Vec<TokenStream> {
    let (ty, target) = (&field.ty, &reference.target);
    let (ident, other) = (&model.ident, name(target));
    let place = format!("`{ident}::{}`", field.name);
    let message = format!(
        "{place} references `{other}`, whose key has another type: give the field the type of that key"
    );
    let kind = quote_spanned!(field.span()=> <#ty as __e::FieldType>::KIND);
    let parent = quote_spanned!(target.span()=> <#target as __e::Model>::DEF);
    let mut out = vec![assertion(field.span(), quote!(#parent.key_fits(#kind)), &message)];
    let Some(definition) = definition else { return out };
    let at = target.span();
    if matches!(definition.tenancy, Tenancy::Global) && !reference.cross_tenant {
        let message = format!(
            "`{ident}` is global and {place} references `{other}`, whose rows belong to tenants: say so with #[references({other}, cross_tenant)], or give `{ident}` a tenant"
        );
        out.push(assertion(at, quote!(!#parent.is_tenant_owned()), &message));
    }
    if matches!(definition.tenancy, Tenancy::Column { .. } | Tenancy::Root) && reference.cross_tenant {
        let message = format!(
            "{place} references `{other}` across tenants, and so by a global key: write #[model(key = \"global\")] on `{other}`, or remove cross_tenant"
        );
        out.push(assertion(at, quote!(#parent.is_named_by_key()), &message));
    }
    if matches!(definition.tenancy, Tenancy::Global | Tenancy::Via(_)) {
        let message = format!(
            "`{ident}` has no tenant column, so {place} can reference `{other}` only by a global key: write #[model(key = \"global\")] on `{other}`, or give `{ident}` a #[tenant] column"
        );
        out.push(assertion(at, quote!(#parent.is_named_by_key()), &message));
    }
    out
}

/// A reference that the database does not see holds keys of its models, and what tells of them is complete.
fn loose_references(
    model: &Model,
    definition: Option<&Definition>,
    field: &Field,
    loose: &Loose,
) -> Vec<TokenStream> {
    let (ty, ident) = (&field.ty, &model.ident);
    let place = format!("`{ident}::{}`", field.name);
    let kind = quote_spanned!(field.span()=> <#ty as __e::FieldType>::KIND);
    let mut out = Vec::new();
    let each = matches!(loose.way, Way::Each { .. });
    let targets: Vec<&syn::Path> = match &loose.way {
        Way::Each { target, .. } => vec![target],
        Way::Any { kinds, .. } => kinds.iter().filter_map(|(_, to)| Some(&to.as_ref()?.0)).collect(),
    };
    for target in targets {
        let (other, at) = (name(target), target.span());
        let parent = quote_spanned!(at=> <#target as __e::Model>::DEF);
        let (fits, message) = if each {
            (
                quote!(#parent.keys_fit(#kind)),
                format!(
                    "{place} names rows of `{other}`, whose key has another type: let it be JSON, or a Vec of that key's type"
                ),
            )
        } else {
            (
                quote!(#parent.key_fits(#kind)),
                format!(
                    "{place} may name rows of `{other}`, whose key has another type: give the field the type of that key"
                ),
            )
        };
        out.push(assertion(at, fits, &message));
        let Some(definition) = definition else { continue };
        if matches!(definition.tenancy, Tenancy::Global) {
            let message = format!(
                "`{ident}` is global and {place} names rows of `{other}`, which belong to tenants: give `{ident}` a tenant"
            );
            out.push(assertion(at, quote!(!#parent.is_tenant_owned()), &message));
        } else if matches!(definition.tenancy, Tenancy::Via(_)) {
            let message = format!(
                "`{ident}` has no tenant column, so {place} can name rows of `{other}` only by a global key: write #[model(key = \"global\")] on `{other}`, or give `{ident}` a #[tenant] column"
            );
            out.push(assertion(at, quote!(#parent.is_named_by_key()), &message));
        }
    }
    if let Way::Any { kind: tells, kinds } = &loose.way
        && let Some(told) = model.fields.iter().find(|field| field.ident == *tells)
    {
        let (ty, at) = (&told.ty, tells.span());
        let kind = quote_spanned!(at=> <#ty as __e::FieldType>::KIND);
        for (value, _) in kinds {
            let message = format!(
                "`{ident}::{}` never is \"{value}\": {place} is told by the text that is stored, of a String or a DbEnum",
                told.name
            );
            out.push(assertion(at, quote!(__e::ModelDef::tells(#kind, #value)), &message));
        }
        let values = kinds.iter().map(|(value, _)| value);
        let message = format!(
            "{place} says nothing of some variants of `{}`: each names a model, or no row: \"variant\" => _",
            told.name
        );
        out.push(assertion(at, quote!(__e::ModelDef::tells_all(#kind, &[#(#values),*])), &message));
    }
    out
}

/// `tenant(via = field)`: the parent belongs to a tenant.
fn via(model: &Model, field: &Field) -> Option<TokenStream> {
    let target = &field.column()?.reference.as_ref()?.target;
    let (ident, other) = (&model.ident, name(target));
    let message = format!(
        "`{ident}` belongs to the tenant of its `{}`, but `{other}` is global and belongs to none: choose another parent, or #[model(global)]",
        field.name
    );
    let parent = quote_spanned!(target.span()=> <#target as __e::Model>::DEF);
    Some(assertion(target.span(), quote!(#parent.is_tenant_owned()), &message))
}

/// `audited(into = AuditLog)`: the records belong to the tenant of the rows, and are not recorded themselves.
fn audit(model: &Model, definition: &Definition) -> Vec<TokenStream> {
    let Audit::Into(path) = &definition.audit else { return Vec::new() };
    let (ident, other, at) = (&model.ident, name(path), path.span());
    let records = quote_spanned!(at=> <#path as __e::Model>::DEF);
    let message = format!(
        "`{other}` cannot hold the records of `{ident}`: records of a tenant's rows need a #[tenant] column, and those of a global model a global one"
    );
    let fits = assertion(at, quote!(#records.records(__MODEL.tenancy)), &message);
    let message = format!(
        "`{other}` holds the records of `{ident}` and is audited itself: remove `audited` from `{other}`"
    );
    vec![fits, assertion(at, quote!(!#records.is_audited()), &message)]
}

/// A key whose type has a name of its own: what is inside it decides how it can be generated.
fn key(model: &Model, definition: &Definition) -> Option<TokenStream> {
    let field = &model.fields[definition.key.field];
    if field.column()?.shape.named != Named::Other {
        return None;
    }
    let (ty, generation) = (&field.ty, generation(&definition.key.generation));
    let message = format!(
        "the key `{}::{}` cannot be generated so: texts take #[key], `prefix` and `ulid`, Uuids #[key], integers #[key(auto)], and all #[key(assigned)]",
        model.ident, field.name
    );
    let kind = quote_spanned!(field.span()=> <#ty as __e::FieldType>::KIND);
    Some(assertion(field.span(), quote!(__e::KeyGeneration::#generation.suits(#kind)), &message))
}

/// An embedded struct with fields that a create must give is embedded as required.
fn embed(model: &Model, field: &Field, required: bool) -> Vec<TokenStream> {
    if required {
        return Vec::new();
    }
    let ty = &field.ty;
    let message = format!(
        "`{}` has fields that a create must give: write #[embed(required)] on `{}::{}`",
        name(ty),
        model.ident,
        field.name
    );
    let is_required = quote_spanned!(field.span()=> <#ty as __e::Embed>::REQUIRED);
    vec![assertion(field.span(), quote!(!#is_required), &message)]
}

/// A `#[tenant]` in an embedded struct counts as the model's declaration.
fn tenants(model: &Model, definition: &Definition) -> TokenStream {
    let ident = &model.ident;
    let at = ident.span();
    let count = quote!(__e::ModelDef::count_tenants(__FIELDS));
    let expected = usize::from(matches!(definition.tenancy, Tenancy::Column { .. }));
    if matches!(definition.tenancy, Tenancy::Column { field: None, .. }) {
        let none = format!(
            "neither `{ident}` nor what it embeds says to whom its rows belong; choose one of {CHOICES}"
        );
        let two = format!(
            "two of the structs that `{ident}` embeds say to whom its rows belong; choose one of {CHOICES}"
        );
        let (none, two) =
            (assertion(at, quote!(#count != 0), &none), assertion(at, quote!(#count < 2), &two));
        return quote!(#none #two);
    }
    let message =
        format!("`{ident}` and what it embeds both say to whom its rows belong; choose one of {CHOICES}");
    let expected = proc_macro2::Literal::usize_unsuffixed(expected);
    assertion(at, quote!(#count == #expected), &message)
}

/// Names in an index that are no field of the struct itself: they have to be embedded ones.
fn index_fields(model: &Model, definition: &Definition) -> TokenStream {
    let mut out = TokenStream::new();
    for index in &definition.indexes {
        let parts = index.parts.iter().filter_map(|part| match &part.target {
            Target::Field(name) => Some(name),
            Target::Expression(_) => None,
        });
        for ident in parts.chain(&index.include) {
            let name = ident.unraw().to_string();
            if model.fields.iter().any(|field| field.name == name) {
                continue;
            }
            let message = format!("neither `{}` nor what it embeds has a field `{name}`", model.ident);
            out.extend(assertion(ident.span(), quote!(__e::ModelDef::has_field(__FIELDS, #name)), &message));
        }
    }
    out
}

fn assertion(at: proc_macro2::Span, condition: TokenStream, message: &str) -> TokenStream {
    quote_spanned!(at=> const _: () = ::core::assert!(#condition, #message);)
}
