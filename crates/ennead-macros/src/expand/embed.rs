//! `#[model(embed)]`: a struct whose fields other models embed.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::columns::doc;
use super::{Positions, impls};
use crate::ir::{Content, Model};

/// The columns struct, with fields of the same names.
pub(super) fn columns(model: &Model) -> TokenStream {
    let (vis, ident, krate, cfgs) = (&model.vis, &model.ident, &model.krate, &model.cfgs);
    let columns = format_ident!("{ident}Columns");
    let about = format!("The columns of `{ident}`, as columns of the model that embeds it.");
    let private = quote!(#krate::__private);
    let fields = model.fields.iter().map(|field| {
        let (name, vis, cfgs, ty, doc) = (&field.ident, &field.vis, &field.cfgs, &field.ty, doc(field));
        let column = match &field.content {
            Content::Column(column) => {
                let access = format_ident!("{}", column.access);
                quote!(#private::Column<__M, #ty, #private::#access>)
            }
            Content::Embed { .. } => quote_spanned!(field.span()=> <#ty as #private::Embed>::Columns<__M>),
        };
        quote!(#(#cfgs)* #[doc = #doc] #vis #name: #column)
    });
    quote! {
        #(#cfgs)*
        #[doc = #about]
        #[allow(dead_code)]
        #vis struct #columns<__M: #private::Model> { #(#fields,)* }
    }
}

/// The function that gives the columns from an index on: a trait cannot have a const one.
pub(super) fn constructor(model: &Model, positions: &Positions) -> TokenStream {
    let vis = &model.vis;
    let columns = format_ident!("{}Columns", model.ident);
    let fields = model.fields.iter().enumerate().map(|(at, field)| {
        let (name, cfgs, ty) = (&field.ident, &field.cfgs, &field.ty);
        let index = positions.behind(&quote!(__at as usize), at);
        match &field.content {
            Content::Column(_) => quote!(#(#cfgs)* #name: __e::Column::at((#index) as u16)),
            Content::Embed { .. } => {
                quote_spanned!(field.span()=> #(#cfgs)* #name: <<#ty as __e::Embed>::Columns<__M>>::__at((#index) as u16))
            }
        }
    });
    quote! {
        impl<__M: __e::Model> #columns<__M> {
            #[doc(hidden)]
            #vis const fn __at(__at: u16) -> Self {
                Self { #(#fields,)* }
            }
        }
    }
}

/// Implementations that nothing runs, for an embedded struct with errors.
pub(super) fn stubs(model: &Model, positions: &Positions) -> TokenStream {
    let (ident, new) = (&model.ident, &model.new_ident);
    let constructor = constructor(model, positions);
    let columns = format_ident!("{ident}Columns");
    quote! {
        #constructor
        impl __e::Embed for #ident {
            type New = #new;
            type Columns<__M: __e::Model> = #columns<__M>;
            const FIELDS: &'static [__e::FieldDef] = &[];
            const REQUIRED: bool = false;
            fn decode(__row: &mut __e::Row<'_>, __at: usize) -> ::core::result::Result<Self, __e::Error> {
                ::core::result::Result::Err(__e::Error::invalid("a model that did not compile"))
            }
            fn encode(self, __values: &mut __e::Values, __at: usize) {}
            fn encode_new(__new: #new, __values: &mut __e::Values, __at: usize) {}
        }
    }
}

pub(super) fn implementation(model: &Model, positions: &Positions) -> TokenStream {
    let (ident, new) = (&model.ident, &model.new_ident);
    let columns = format_ident!("{ident}Columns");
    let decode = impls::decode(model, positions);
    let encode = impls::encode(model, positions, &quote!(__at));
    let encode_new = impls::encode_new(model, positions, &quote!(__at));
    let required = model.fields.iter().enumerate().filter(|(_, field)| field.in_new).map(|(at, field)| {
        if field.cfgs.is_empty() {
            quote!(true)
        } else {
            let length = format_ident!("__LEN_{at}");
            quote!(#length > 0)
        }
    });
    quote! {
        impl __e::Embed for #ident {
            type New = #new;
            type Columns<__M: __e::Model> = #columns<__M>;
            const FIELDS: &'static [__e::FieldDef] = __FIELDS;
            const REQUIRED: bool = false #(|| #required)*;
            fn decode(__row: &mut __e::Row<'_>, __at: usize) -> ::core::result::Result<Self, __e::Error> {
                ::core::result::Result::Ok(Self { #(#decode,)* })
            }
            fn encode(self, __values: &mut __e::Values, __at: usize) { #(#encode)* }
            fn encode_new(__new: #new, __values: &mut __e::Values, __at: usize) { #(#encode_new)* }
        }
    }
}
