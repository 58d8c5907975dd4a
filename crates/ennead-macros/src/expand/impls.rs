//! The trait implementations of a model.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::Positions;
use crate::ir::{Audit, Content, Definition, Field, Model, Tenancy};
use crate::types::Named;

pub(super) fn expand(model: &Model, definition: &Definition, positions: &Positions) -> TokenStream {
    let (ident, new) = (&model.ident, &model.new_ident);
    let key = &model.fields[definition.key.field].ty;
    let decode = decode(model, positions);
    let encode = encode(model, positions, &quote!(0));
    let encode_new = encode_new(model, positions, &quote!(0));
    let markers = match definition.tenancy {
        Tenancy::Global => quote!(impl __e::GlobalModel for #ident {}),
        Tenancy::Root => quote!(impl __e::TenantModel for #ident {}),
        Tenancy::Column { .. } | Tenancy::Via(_) => {
            quote!(impl __e::TenantModel for #ident {} impl __e::OwnedModel for #ident {})
        }
    };
    let lifecycle = lifecycle(ident, definition);
    let audited = matches!(definition.audit, Audit::BuiltIn).then(|| quote!(impl __e::Audited for #ident {}));
    let conversions = conversions(model);
    quote! {
        impl __e::Model for #ident {
            type New = #new;
            type Key = #key;
            const DEF: &'static __e::ModelDef = &__MODEL;
            fn decode(__row: &mut __e::Row<'_>, __at: usize) -> ::core::result::Result<Self, __e::Error> {
                ::core::result::Result::Ok(Self { #(#decode,)* })
            }
            #[inline]
            fn encode(self, __values: &mut __e::Values) { #(#encode)* }
            fn encode_new(__new: #new, __values: &mut __e::Values) { #(#encode_new)* }
        }
        #markers
        #lifecycle
        #audited
        #conversions
    }
}

/// What may happen to the rows, by type.
fn lifecycle(ident: &syn::Ident, definition: &Definition) -> TokenStream {
    let mutable = (!definition.append_only).then(|| quote!(impl __e::MutableModel for #ident {}));
    let is_deletable = !definition.append_only && (!definition.no_hard_delete || definition.soft_delete);
    let deletable = is_deletable.then(|| quote!(impl __e::DeletableModel for #ident {}));
    let is_removable = is_deletable && !definition.no_hard_delete;
    let removable = is_removable.then(|| quote!(impl __e::RemovableModel for #ident {}));
    quote!(#mutable #deletable #removable)
}

/// Implementations that nothing runs, for a model with errors.
pub(super) fn stubs(model: &Model) -> TokenStream {
    let (ident, new) = (&model.ident, &model.new_ident);
    let key = model.definition.as_ref().and_then(|definition| model.fields.get(definition.key.field));
    let key = match key.filter(|key| key.column().is_some_and(|column| column.role == Some("Key"))) {
        Some(key) if is_key(key) => {
            let ty = &key.ty;
            quote!(#ty)
        }
        _ => quote!(::std::string::String),
    };
    let is_global = matches!(model.definition, Some(Definition { tenancy: Tenancy::Global, .. }));
    let tenancy = if is_global { quote!(Global) } else { quote!(Root) };
    let conversions = conversions(model);
    quote! {
        impl __e::Model for #ident {
            type New = #new;
            type Key = #key;
            const DEF: &'static __e::ModelDef = &__e::ModelDef {
                name: "",
                table: "",
                doc: "",
                fields: &[__e::FieldDef::of::<#key>("")],
                key: __e::KeyDef { field: 0, generation: __e::KeyGeneration::Assigned, global: true },
                tenancy: __e::Tenancy::#tenancy,
                indexes: &[],
                checks: &[],
                renamed_from: ::core::option::Option::None,
                append_only: false,
                no_hard_delete: false,
                audit: __e::Audit::None,
                encrypts: false,
            };
            fn decode(__row: &mut __e::Row<'_>, __at: usize) -> ::core::result::Result<Self, __e::Error> {
                ::core::result::Result::Err(__e::Error::invalid("a model that did not compile"))
            }
            fn encode(self, __values: &mut __e::Values) {}
            fn encode_new(__new: #new, __values: &mut __e::Values) {}
        }
        impl __e::GlobalModel for #ident {}
        impl __e::TenantModel for #ident {}
        impl __e::OwnedModel for #ident {}
        impl __e::MutableModel for #ident {}
        impl __e::DeletableModel for #ident {}
        impl __e::RemovableModel for #ident {}
        impl __e::Audited for #ident {}
        #conversions
    }
}

fn is_key(field: &Field) -> bool {
    field.column().is_some_and(|column| {
        let named = column.shape.named;
        !column.shape.optional && (matches!(named, Named::String | Named::Uuid) || named.is_integer())
    })
}

fn conversions(model: &Model) -> TokenStream {
    let (ident, new) = (&model.ident, &model.new_ident);
    quote! {
        impl ::core::convert::From<#new> for __e::Create<#ident> {
            #[inline]
            fn from(__new: #new) -> Self { __e::Create::from_new(__new) }
        }
        impl ::core::convert::From<#ident> for __e::Create<#ident> {
            #[inline]
            fn from(__row: #ident) -> Self { __e::Create::from_row(__row) }
        }
    }
}

/// Whether the name of a type leaves open whether it can be a field's.
fn is_open(field: &Field) -> bool {
    field.column().is_some_and(|column| {
        matches!(column.shape.named, Named::Other | Named::Array | Named::Json | Named::Encrypted)
    })
}

/// `name: …?` for each field.
pub(super) fn decode(model: &Model, positions: &Positions) -> Vec<TokenStream> {
    let one = |(at, field): (usize, &Field)| {
        let (ident, cfgs, ty) = (&field.ident, &field.cfgs, &field.ty);
        let (offset, at) = (positions.index(at), positions.behind(&quote!(__at), at));
        let value = match &field.content {
            Content::Embed { .. } => {
                let decode = quote_spanned!(field.span()=> <#ty as __e::Embed>::decode);
                quote!(#decode(__row, #at)?)
            }
            Content::Column(_) if is_open(field) => {
                let decode = quote_spanned!(field.span()=> <#ty as __e::FieldType>::decode);
                quote!(#decode(__row.reader(), #at)?)
            }
            Content::Column(_) => quote_spanned!(field.local_span()=> __row.get(__at, #offset)?),
        };
        quote!(#(#cfgs)* #ident: #value)
    };
    model.fields.iter().enumerate().map(one).collect()
}

/// A statement for each field that puts its value behind `start`.
pub(super) fn encode(model: &Model, positions: &Positions, start: &TokenStream) -> Vec<TokenStream> {
    let one = |(at, field): (usize, &Field)| {
        let (ident, cfgs, ty) = (&field.ident, &field.cfgs, &field.ty);
        let at = offset(positions, start, at);
        let put = match &field.content {
            Content::Embed { .. } => {
                let encode = quote_spanned!(field.span()=> <#ty as __e::Embed>::encode);
                quote!(#encode(self.#ident, __values, #at);)
            }
            Content::Column(_) => put(field, &quote!(self.#ident), &at),
        };
        quote!(#(#cfgs)* #put)
    };
    model.fields.iter().enumerate().map(one).collect()
}

/// The same for the fields of `NewUser`.
pub(super) fn encode_new(model: &Model, positions: &Positions, start: &TokenStream) -> Vec<TokenStream> {
    let one = |(at, field): (usize, &Field)| {
        let (ident, cfgs, ty) = (&field.ident, &field.cfgs, &field.ty);
        let at = offset(positions, start, at);
        let put = match &field.content {
            Content::Embed { .. } => {
                let encode = quote_spanned!(field.span()=> <#ty as __e::Embed>::encode_new);
                quote!(#encode(__new.#ident, __values, #at);)
            }
            Content::Column(_) => put(field, &quote!(__new.#ident), &at),
        };
        quote!(#(#cfgs)* #put)
    };
    model.fields.iter().enumerate().filter(|(_, field)| field.in_new).map(one).collect()
}

fn offset(positions: &Positions, start: &TokenStream, at: usize) -> TokenStream {
    if start.to_string() == "0" { positions.index(at) } else { positions.behind(start, at) }
}

fn put(field: &Field, value: &TokenStream, at: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    if is_open(field) {
        let at = if at.to_string().parse::<u16>().is_ok() { at.clone() } else { quote!((#at) as u16) };
        let encode = quote_spanned!(field.span()=> <#ty as __e::FieldType>::encode);
        quote!(__values.set(#at, #encode(#value));)
    } else {
        quote_spanned!(field.local_span()=> __values.put(#at, #value);)
    }
}
