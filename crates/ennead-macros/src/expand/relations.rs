//! The relations of references: `Widget::DASHBOARD`, and `Dashboard::WIDGETS` where it has a name.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Path};

use super::Positions;
use crate::ir::{Field, Model, Part, Reference, Target, Way};

pub(super) fn expand(model: &Model, positions: &Positions) -> TokenStream {
    let ident = &model.ident;
    let references =
        model.fields.iter().enumerate().filter_map(|(at, field)| {
            Some((positions.index16(at), field, field.column()?.reference.as_ref()?))
        });
    let mut taken: Vec<&Ident> = model.fields.iter().map(|field| &field.constant).collect();
    let mut all: TokenStream = references
        .filter(|(_, field, reference)| {
            // Two of one name are an error, and have one in the stubs.
            let name = reference.constant.as_ref().filter(|_| field.cfgs.is_empty());
            let repeated = name.is_some_and(|name| taken.contains(&name));
            taken.extend(name);
            !repeated
        })
        .map(|(index, field, reference)| {
            let one = to_one(ident, &index, field, reference);
            let many = to_many(model, &index, field, reference);
            quote!(#one #many)
        })
        .collect();
    for (at, field) in model.fields.iter().enumerate() {
        let Some(loose) = field.column().and_then(|column| column.loose.as_ref()) else { continue };
        for (name, target) in &loose.relations {
            let repeated = field.cfgs.is_empty() && taken.contains(&name);
            taken.push(name);
            if !repeated {
                all.extend(to_named(ident, &positions.index16(at), field, &loose.way, name, target));
            }
        }
    }
    all
}

/// The relation of a reference that the database does not see.
fn to_named(
    ident: &Ident,
    index: &TokenStream,
    field: &Field,
    way: &Way,
    name: &Ident,
    target: &Path,
) -> TokenStream {
    let (vis, cfgs) = (&field.vis, &field.cfgs);
    let (doc, to) = match way {
        Way::Each { .. } => {
            (format!("The rows whose keys are in `{}`, in its order.", field.name), quote!(__e::ToEach))
        }
        Way::Any { kind, .. } => {
            let doc = format!("The row that `{}` names, where `{kind}` tells of this model.", field.name);
            (doc, quote!(__e::ToOne))
        }
    };
    quote! {
        #(#cfgs)*
        impl #ident {
            #[doc = #doc]
            #vis const #name: __e::Relation<Self, #target, #to> = __e::Relation::at(#index);
        }
    }
}

fn to_one(ident: &Ident, index: &TokenStream, field: &Field, reference: &Reference) -> Option<TokenStream> {
    let (name, target) = (reference.constant.as_ref()?, &reference.target);
    let (vis, cfgs) = (&field.vis, &field.cfgs);
    let doc = format!("The row that `{}` names.", field.name);
    Some(quote! {
        #(#cfgs)*
        impl #ident {
            #[doc = #doc]
            #vis const #name: __e::Relation<Self, #target> = __e::Relation::at(#index);
        }
    })
}

fn to_many(model: &Model, index: &TokenStream, field: &Field, reference: &Reference) -> Option<TokenStream> {
    let (name, target) = (reference.inverse_constant.as_ref()?, &reference.target);
    let (vis, ident, cfgs) = (&model.vis, &model.ident, &field.cfgs);
    let (rows, to) = if may_be_unique(model, field) {
        // Only the compiler sees whether the other model belongs to a tenant, and so whether it is one of all tenants.
        let once = quote!(
            __e::ModelDef::names_once(<#ident as __e::Model>::DEF, #index, <#target as __e::Model>::DEF)
        );
        ("row", quote!(<__e::Back<{ #once }> as __e::Leads>::To))
    } else {
        ("rows", quote!(__e::ToMany))
    };
    let name_it = if rows == "row" { "names" } else { "name" };
    let doc = format!("The {rows} of `{ident}` that {name_it} this one by `{}`.", field.name);
    // The other model has to be of this crate: Rust's own message says so, at the model's name.
    Some(quote! {
        #(#cfgs)*
        impl #target {
            #[doc = #doc]
            #vis const #name: __e::Relation<#target, #ident, #to> = __e::Relation::at(#index);
        }
    })
}

/// Whether some declaration makes the values of a reference unique.
fn may_be_unique(model: &Model, field: &Field) -> bool {
    let declared = field.column().is_some_and(|column| column.unique.is_some() || column.role == Some("Key"));
    let indexes = model.definition.iter().flat_map(|definition| &definition.indexes);
    declared
        || indexes.filter(|index| index.unique).any(|index| match index.parts.as_slice() {
            [Part { target: Target::Field(name), .. }] => *name == field.ident,
            _ => false,
        })
}
