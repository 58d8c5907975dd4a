//! The typed columns: `User::EMAIL`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::Positions;
use crate::ir::{Content, Field, Model};

pub(super) fn expand(model: &Model, positions: &Positions) -> TokenStream {
    let ident = &model.ident;
    let columns = model.fields.iter().enumerate().filter(|(at, field)| !is_repeated(model, *at, field)).map(|(at, field)| {
        let (vis, cfgs, constant, ty) = (&field.vis, &field.cfgs, &field.constant, &field.ty);
        let (doc, index) = (doc(field), positions.index16(at));
        match &field.content {
            Content::Column(_) => {
                let column = column_type(field);
                quote!(#(#cfgs)* #[doc = #doc] #vis const #constant: #column = __e::Column::at(#index);)
            }
            Content::Embed { .. } => quote_spanned! {field.span()=>
                #(#cfgs)* #[doc = #doc]
                #vis const #constant: <#ty as __e::Embed>::Columns<Self> = <<#ty as __e::Embed>::Columns<Self>>::__at(#index);
            },
        }
    });
    quote!(impl #ident { #(#columns)* })
}

/// Two fields with one constant are an error, and have one in the stubs.
fn is_repeated(model: &Model, at: usize, field: &Field) -> bool {
    field.cfgs.is_empty()
        && model.fields[..at].iter().any(|other| other.cfgs.is_empty() && other.constant == field.constant)
}

/// The type of a field's column.
fn column_type(field: &Field) -> TokenStream {
    let ty = &field.ty;
    match field.column().map_or("Writable", |column| column.access) {
        "Writable" => quote!(__e::Column<Self, #ty>),
        access => {
            let access = format_ident!("{access}");
            quote!(__e::Column<Self, #ty, __e::#access>)
        }
    }
}

/// The first paragraph of the field's own doc comment, or its name.
pub(super) fn doc(field: &Field) -> String {
    match field.doc.split("\n\n").next() {
        Some(paragraph) if !paragraph.is_empty() => paragraph.to_owned(),
        _ => format!("The column of `{}`.", field.name),
    }
}
