//! The nine operations of a model under their names: `CreateUserNode` and so on.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::ir::Model;

/// Each operation, and what it does.
const NODES: [(&str, &str); 9] = [
    ("Create", "Creates one"),
    ("Read", "Reads one"),
    ("Update", "Updates one"),
    ("Delete", "Deletes one"),
    ("List", "Lists rows of"),
    ("BulkCreate", "Creates many rows of"),
    ("BulkUpdate", "Updates many rows of"),
    ("BulkDelete", "Deletes many rows of"),
    ("Count", "Counts rows of"),
];

pub(super) fn expand(model: &Model) -> TokenStream {
    let (vis, ident, krate, cfgs) = (&model.vis, &model.ident, &model.krate, &model.cfgs);
    let one = |(operation, does): (&str, &str)| {
        let alias = format_ident!("{operation}{}Node", ident.unraw(), span = ident.span());
        let operation = format_ident!("{operation}");
        let doc = format!("{does} `{ident}`.");
        quote! {
            #(#cfgs)*
            #[doc = #doc]
            #[allow(dead_code)]
            #vis type #alias = #krate::op::#operation<#ident>;
        }
    };
    NODES.into_iter().map(one).collect()
}
