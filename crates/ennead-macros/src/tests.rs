//! Expansion snapshots: in-process, over `proc_macro2`.

mod derives;
mod errors;
mod models;
mod size;

use proc_macro2::TokenStream;

/// The expansion of a `#[model(…)]` struct, formatted.
fn model(source: &str) -> String {
    let mut item: syn::ItemStruct = syn::parse_str(source).unwrap();
    let attribute = item.attrs.iter().position(|attribute| attribute.path().is_ident("model")).unwrap();
    let attribute = item.attrs.remove(attribute);
    let tokens = match &attribute.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    format(crate::model::expand(tokens, quote::quote!(#item)))
}

fn format(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    match syn::parse2(tokens) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("{error}: {text}"),
    }
}
