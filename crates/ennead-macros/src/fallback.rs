//! What is emitted where there are errors: all of them, the item without our attributes, and stubs.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Fields, Item};

use crate::{attr, expand, ir};

/// The errors and, beside them, all that other code may name.
pub(crate) fn expand(errors: &TokenStream, model: &ir::Model) -> TokenStream {
    let stubs = expand::stubs(model);
    quote!(#errors #stubs)
}

/// The item without our field attributes, which nothing else would know.
pub(crate) fn stripped(tokens: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<Item>(tokens.clone()) else {
        return tokens;
    };
    if let Item::Struct(item) = &mut item {
        let fields = match &mut item.fields {
            Fields::Named(fields) => Some(fields.named.iter_mut()),
            Fields::Unnamed(fields) => Some(fields.unnamed.iter_mut()),
            Fields::Unit => None,
        };
        item.attrs.retain(|attribute| !attr::is_misplaced(attribute));
        for field in fields.into_iter().flatten() {
            field.attrs.retain(|attribute| !attr::field::is_ours(attribute));
        }
    }
    item.to_token_stream()
}
