//! Tokens of a model: one file for each thing that is emitted. Data, not logic.

mod aliases;
mod assertions;
mod columns;
mod definition;
mod embed;
mod field_def;
mod impls;
mod new;
mod positions;
mod relations;
mod warnings;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::Model;
pub(crate) use positions::Positions;

/// The expansion of a model or of an embedded struct.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let item = &model.item;
    let positions = Positions::of(&model.fields);
    let new = new::expand(model);
    let (aliases, inside) = match &model.definition {
        Some(definition) => (
            aliases::expand(model),
            vec![
                columns::expand(model, &positions),
                relations::expand(model, &positions),
                definition::expand(model, definition, &positions),
                impls::expand(model, definition, &positions),
                assertions::expand(model, Some(definition)),
            ],
        ),
        None => (
            embed::columns(model),
            vec![
                embed::constructor(model, &positions),
                definition::field_list(model, &positions),
                embed::implementation(model, &positions),
                assertions::expand(model, None),
            ],
        ),
    };
    let lengths = positions.lengths(&model.fields);
    let inside = scoped(model, quote!(#lengths #(#inside)*));
    let warnings = warnings::expand(model);
    quote!(#item #new #aliases #inside #warnings)
}

/// The stand-ins beside the errors: what other code names is there, so that one error is one message.
pub(crate) fn stubs(model: &Model) -> TokenStream {
    let item = &model.item;
    let new = new::expand(model);
    let positions = Positions::ignored(&model.fields);
    if model.definition.is_none() {
        let columns = embed::columns(model);
        let inside = scoped(model, embed::stubs(model, &positions));
        return quote!(#item #new #columns #inside);
    }
    let aliases = aliases::expand(model);
    let columns = columns::expand(model, &positions);
    let relations = relations::expand(model, &positions);
    let impls = impls::stubs(model);
    let inside = scoped(model, quote!(#columns #relations #impls));
    quote!(#item #new #aliases #inside)
}

fn scoped(model: &Model, inside: TokenStream) -> TokenStream {
    let (krate, cfgs) = (&model.krate, &model.cfgs);
    quote! {
        #(#cfgs)*
        #[allow(clippy::all, clippy::pedantic, dead_code, deprecated, unused_variables)]
        const _: () = {
            use #krate::__private as __e;
            #inside
        };
    }
}
