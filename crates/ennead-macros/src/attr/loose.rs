//! `#[references_each(Model)]` and `#[references_any(kind = field, "value" => Model, …)]`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Path, Token};

use super::args::{self, once};
use super::unknown;
use crate::ast::{ReferencesAny, ReferencesEach};
use crate::ctxt::Ctxt;

const EACH: &str = "name the model whose keys are in the list: #[references_each(Model)]";
const ANY: &str =
    "say what tells the model, and of which it is: #[references_any(kind = field, \"value\" => Model, …)]";

pub(super) fn each(cx: &Ctxt, attribute: &Attribute) -> Option<ReferencesEach> {
    let Ok(list) = attribute.meta.require_list() else {
        cx.error(attribute, EACH);
        return None;
    };
    let head = |input: ParseStream<'_>| {
        let target: Path = input.parse().map_err(|error| syn::Error::new(error.span(), EACH))?;
        if input.peek(Token![=]) {
            return Err(syn::Error::new_spanned(target, EACH));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((target, input.parse()?))
    };
    let (target, rest) = cx.ok(head.parse2(list.tokens.clone()))?;
    let mut each = ReferencesEach { span: attribute.path().span(), target, name: None };
    for arg in args::parse(cx, rest) {
        match arg.name().as_str() {
            "name" => once(cx, &mut each.name, arg.span(), "`name`", arg.word(cx, "a_name")),
            other => cx.error_at(arg.span(), unknown(other, "#[references_each]", &["name"])),
        }
    }
    Some(each)
}

/// One part of `#[references_any(…)]`.
enum Part {
    Said(Ident, Ident),
    Kind(LitStr, Option<Path>),
}

pub(super) fn any(cx: &Ctxt, attribute: &Attribute) -> Option<ReferencesAny> {
    let Ok(list) = attribute.meta.require_list() else {
        cx.error(attribute, ANY);
        return None;
    };
    let parts = |input: ParseStream<'_>| input.parse_terminated(part, Token![,]);
    let parts = cx.ok(parts.parse2(list.tokens.clone()))?;
    let mut any = ReferencesAny { span: attribute.path().span(), kind: None, name: None, kinds: Vec::new() };
    for part in parts {
        match part {
            Part::Said(what, value) => {
                let at = what.span();
                match what.unraw().to_string().as_str() {
                    "kind" => once(cx, &mut any.kind, at, "`kind`", Some(value)),
                    "name" => once(cx, &mut any.name, at, "`name`", Some(value)),
                    other => cx.error_at(at, unknown(other, "#[references_any]", &["kind", "name"])),
                }
            }
            Part::Kind(kind, target) => any.kinds.push((kind, target)),
        }
    }
    Some(any)
}

fn part(input: ParseStream<'_>) -> syn::Result<Part> {
    let wrong = |at: Span| syn::Error::new(at, ANY);
    if input.peek(LitStr) {
        let kind: LitStr = input.parse()?;
        input.parse::<Token![=>]>().map_err(|error| wrong(error.span()))?;
        if input.peek(Token![_]) {
            input.parse::<Token![_]>()?;
            return Ok(Part::Kind(kind, None));
        }
        return Ok(Part::Kind(kind, Some(input.parse().map_err(|error| wrong(error.span()))?)));
    }
    let what = input.call(Ident::parse_any).map_err(|error| wrong(error.span()))?;
    input.parse::<Token![=]>().map_err(|error| wrong(error.span()))?;
    Ok(Part::Said(what, input.call(Ident::parse_any).map_err(|error| wrong(error.span()))?))
}
