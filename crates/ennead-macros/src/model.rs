//! `#[model]`, from tokens to tokens.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Fields, Item, ItemStruct};

use crate::ctxt::Ctxt;
use crate::{ast, attr, check, expand, fallback, ir};

/// Expands `#[model(attr)] item`.
pub(crate) fn expand(attr: TokenStream, tokens: TokenStream) -> TokenStream {
    let cx = Ctxt::new();
    let mut options = attr::options::parse(&cx, attr);
    let item = match syn::parse2::<Item>(tokens.clone()) {
        Ok(Item::Struct(item)) if is_usable(&cx, &item) => item,
        other => {
            match other {
                Ok(Item::Struct(_)) => {}
                Ok(other) => cx.error(kind_of(&other), "#[model] stands on a struct with named fields"),
                Err(error) => cx.push(error),
            }
            let errors = cx.finish().err();
            let item = fallback::stripped(tokens);
            return quote!(#errors #item);
        }
    };
    options.unclear |= item.attrs.iter().any(attr::is_misplaced);
    let written = ast::Model::parse(&cx, options, item);
    check::check(&cx, &written);
    let errors = cx.finish();
    let meant = ir::Model::lower(written);
    match errors {
        Ok(()) => expand::expand(&meant),
        Err(errors) => fallback::expand(&errors, &meant),
    }
}

/// What of an item to point at: its first tokens, rather than all of it.
fn kind_of(item: &Item) -> TokenStream {
    match item {
        Item::Enum(item) => item.ident.to_token_stream(),
        Item::Union(item) => item.ident.to_token_stream(),
        other => other.to_token_stream(),
    }
}

fn is_usable(cx: &Ctxt, item: &ItemStruct) -> bool {
    let mut usable = true;
    if !item.generics.params.is_empty() || item.generics.where_clause.is_some() {
        let at = if item.generics.params.is_empty() {
            item.ident.to_token_stream()
        } else {
            item.generics.to_token_stream()
        };
        cx.error(at, "a model cannot be generic: it is one table, so its types and lifetimes are fixed");
        usable = false;
    }
    match item.fields {
        Fields::Named(_) => {}
        Fields::Unnamed(_) => {
            cx.error(&item.ident, "a model has named fields, each of which is a column; for a tuple struct around one value derive DbNewtype");
            usable = false;
        }
        Fields::Unit => {
            cx.error(&item.ident, "a model has named fields, each of which is a column");
            usable = false;
        }
    }
    usable
}
