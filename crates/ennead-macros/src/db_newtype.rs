//! `#[derive(DbNewtype)]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Type};

use crate::attr::args::{self, once};
use crate::ctxt::Ctxt;
use crate::names::hint;
use crate::types::{Named, Shape, shape};

/// Expands `#[derive(DbNewtype)]`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let cx = Ctxt::new();
    let krate = krate(&cx, &input);
    let inner = inner(&cx, &input);
    match (cx.finish(), inner) {
        (Ok(()), Some(inner)) => implementation(&input, &krate, &inner),
        (errors, _) => errors.err().unwrap_or_default(),
    }
}

fn krate(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    let mut krate = None;
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("db_newtype")) {
        let list = cx.ok(attribute.meta.require_list().cloned());
        for arg in list.map(|list| args::parse(cx, list.tokens)).unwrap_or_default() {
            match arg.name().as_str() {
                "crate" => once(cx, &mut krate, arg.span(), "`crate`", arg.path(cx, "the_name")),
                other => {
                    let message = format!("#[db_newtype] has no option `{other}`{}", hint(other, ["crate"]));
                    cx.error_at(arg.span(), message);
                }
            }
        }
    }
    krate.map_or_else(|| quote!(::ennead), |path| path.to_token_stream())
}

/// The type inside, where the struct is what it has to be.
fn inner(cx: &Ctxt, input: &DeriveInput) -> Option<(Type, Shape)> {
    if !input.generics.params.is_empty() {
        cx.error(&input.generics, "a DbNewtype cannot be generic: its column has one type");
    }
    let Data::Struct(data) = &input.data else {
        cx.error(
            &input.ident,
            "DbNewtype is for tuple structs with one field; for an enumeration derive DbEnum",
        );
        return None;
    };
    let field = match &data.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first()?,
        _ => {
            cx.error(&input.ident, "a DbNewtype is a tuple struct with one field: struct UserId(String);");
            return None;
        }
    };
    let (shape, refused) = shape(&field.ty);
    if let Some(refused) = refused {
        cx.error_at(refused.span, refused.message);
    } else if shape.optional {
        cx.error(&field.ty, "a DbNewtype is never NULL: put the Option around it in the model");
    }
    Some((field.ty.clone(), shape))
}

fn implementation(input: &DeriveInput, krate: &TokenStream, (ty, shape): &(Type, Shape)) -> TokenStream {
    let ident = &input.ident;
    let named = shape.named;
    let field = quote_spanned!(ty.span()=> <#ty as __e::FieldType>);
    let is_scalar = !matches!(named, Named::Bytes | Named::Json | Named::Array | Named::Other);
    let element = is_scalar.then(|| {
        let element = quote_spanned!(ty.span()=> <#ty as __e::ArrayElement>);
        quote! {
            impl __e::ArrayElement for #ident {
                fn from_value(__value: __e::Value) -> ::core::result::Result<Self, __e::Error> {
                    ::core::result::Result::Ok(Self(#element::from_value(__value)?))
                }
            }
        }
    });
    let is_key = matches!(named, Named::String | Named::Uuid) || named.is_integer();
    let key = is_key.then(|| quote!(impl __e::KeyType for #ident {}));
    let from_text = (named == Named::String).then(|| {
        quote! {
            impl __e::IntoKey<#ident> for &str {
                fn into_key(self) -> __e::Value {
                    __e::Value::text(::std::string::String::from(self))
                }
            }
        }
    });
    quote! {
        #[allow(clippy::all, clippy::pedantic, deprecated)]
        const _: () = {
            use #krate::__private as __e;
            impl __e::FieldType for #ident {
                const KIND: __e::Kind = #field::KIND;
                type Class = #field::Class;
                type Plain = Self;
                fn encode(self) -> __e::Value {
                    #field::encode(self.0)
                }
                fn decode(__row: &mut dyn __e::RowReader, __at: usize) -> ::core::result::Result<Self, __e::Error> {
                    ::core::result::Result::Ok(Self(#field::decode(__row, __at)?))
                }
            }
            #element
            #key
            #from_text
        };
    }
}
