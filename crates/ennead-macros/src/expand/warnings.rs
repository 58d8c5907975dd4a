//! Warnings. A macro has no way to warn on stable Rust, so what is emitted uses a deprecated constant, whose note is the
//! warning; it stands outside of what the expansion allows.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::ir::Model;

pub(super) fn expand(model: &Model) -> Option<TokenStream> {
    let definition = model.definition.as_ref()?;
    let at = definition.key.tells_volume?;
    let (cfgs, ident) = (&model.cfgs, &model.ident);
    let note = format!(
        "`{ident}` is a tenant's, and its keys count through all tenants: from the gaps between its own, each can tell how many rows the others make. Give it a String or Uuid key, or say that it is meant: #[key(auto, all_tenants)]"
    );
    let using = quote_spanned!(at=> KEYS_TELL_VOLUME);
    Some(quote! {
        #(#cfgs)*
        const _: () = {
            #[deprecated = #note]
            const KEYS_TELL_VOLUME: () = ();
            #using
        };
    })
}
