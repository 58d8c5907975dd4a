//! `#[references(Model, …)]`.

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Path, Token};

use super::args::{self, Arg, once};
use super::unknown;
use crate::ast::{Action, References};
use crate::ctxt::Ctxt;
use crate::names::hint;

const KNOWN: [&str; 6] = ["on_delete", "on_update", "deferrable", "name", "inverse", "cross_tenant"];
const ACTIONS: [(&str, Action); 4] = [
    ("restrict", Action::Restrict),
    ("cascade", Action::Cascade),
    ("set_null", Action::SetNull),
    ("no_action", Action::Nothing),
];

pub(super) fn parse(cx: &Ctxt, attribute: &Attribute) -> Option<References> {
    let Ok(list) = attribute.meta.require_list() else {
        cx.error(attribute, "name the model: #[references(Model)]");
        return None;
    };
    let (target, rest) = cx.ok(head.parse2(list.tokens.clone()))?;
    let mut references = References {
        target,
        on_delete: None,
        on_update: None,
        deferrable: None,
        cross_tenant: None,
        name: None,
        inverse: None,
    };
    for arg in args::parse(cx, rest) {
        let at = arg.span();
        match arg.name().as_str() {
            "on_delete" => once(cx, &mut references.on_delete, at, "`on_delete`", action(cx, &arg)),
            "on_update" => once(cx, &mut references.on_update, at, "`on_update`", action(cx, &arg)),
            "deferrable" => once(cx, &mut references.deferrable, at, "`deferrable`", arg.flag(cx)),
            "cross_tenant" => once(cx, &mut references.cross_tenant, at, "`cross_tenant`", arg.flag(cx)),
            "name" => once(cx, &mut references.name, at, "`name`", relation(cx, &arg)),
            "inverse" => once(cx, &mut references.inverse, at, "`inverse`", relation(cx, &arg)),
            other => cx.error_at(at, unknown(other, "#[references]", &KNOWN)),
        }
    }
    Some(references)
}

fn head(input: ParseStream<'_>) -> syn::Result<(Path, TokenStream)> {
    let wrong = |error: syn::Error| syn::Error::new(error.span(), "name the model: #[references(Model)]");
    let target: Path = input.parse().map_err(wrong)?;
    if input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(
            target,
            "name the model first: #[references(Model, on_delete = cascade)]",
        ));
    }
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok((target, input.parse()?))
}

fn relation(cx: &Ctxt, arg: &Arg) -> Option<syn::Ident> {
    arg.word(cx, "a_name")
}

fn action(cx: &Ctxt, arg: &Arg) -> Option<(Span, Action)> {
    let word = arg.word(cx, "restrict, cascade, set_null or no_action")?;
    let found = ACTIONS.iter().find(|(name, _)| word == name);
    if found.is_none() {
        let hint = hint(&word.to_string(), ACTIONS.iter().map(|(name, _)| *name));
        cx.error(&word, format!("`{word}` is no action of a foreign key{hint}"));
    }
    found.map(|(_, action)| (word.span(), *action))
}
