//! `NewUser`: the fields that a create must give.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use crate::ir::{Content, Field, Model};

pub(super) fn expand(model: &Model) -> TokenStream {
    let (vis, ident, new, cfgs, derives) =
        (&model.vis, &model.ident, &model.new_ident, &model.cfgs, &model.new_derives);
    let derive = (!derives.is_empty()).then(|| quote!(#[derive(#(#derives),*)]));
    let derives_one =
        |name: &str| derives.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == name));
    let is_serde = derives_one("Serialize") || derives_one("Deserialize");
    // A field that a create does not take (the tenant above all) is refused, not passed over.
    let strict = derives_one("Deserialize").then(|| quote!(#[serde(deny_unknown_fields)]));
    let doc = format!("What a create of `{ident}` must give.");
    let fields = model.fields.iter().filter(|field| field.in_new).map(|field| one(model, field, is_serde));
    quote! {
        #(#cfgs)*
        #[doc = #doc]
        #[allow(dead_code)]
        #derive
        #strict
        #vis struct #new { #(#fields,)* }
    }
}

fn one(model: &Model, field: &Field, is_serde: bool) -> TokenStream {
    let (vis, ident, cfgs, docs, ty) = (&field.vis, &field.ident, &field.cfgs, &field.docs, &field.ty);
    let serde = field.serde.iter().filter(|_| is_serde);
    let doc = if docs.is_empty() {
        let text = format!("The `{}` of the row.", field.name);
        quote!(#[doc = #text])
    } else {
        quote!(#(#docs)*)
    };
    let ty = match field.content {
        Content::Column(_) => ty.to_token_stream(),
        Content::Embed { .. } => {
            let krate = &model.krate;
            quote_spanned!(field.span()=> <#ty as #krate::__private::Embed>::New)
        }
    };
    quote!(#(#cfgs)* #doc #(#serde)* #vis #ident: #ty)
}
