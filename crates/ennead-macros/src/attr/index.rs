//! `index(…)` and `unique(…)`: parts and options.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, token};

use super::args::{Arg, once};
use super::unknown;
use crate::ast::{Index, Part, Target};
use crate::ctxt::Ctxt;

const KNOWN: [&str; 6] = ["where", "method", "include", "name", "exact", "dialect"];

enum Entry {
    Part(Part),
    Option(Arg),
}

/// Parses what stands between the parentheses.
pub(super) fn parse(cx: &Ctxt, span: Span, unique: bool, tokens: TokenStream) -> Option<Index> {
    let parser = |input: ParseStream<'_>| Punctuated::<Entry, Token![,]>::parse_terminated_with(input, entry);
    let entries = cx.ok(parser.parse2(tokens))?;
    let mut index = Index {
        span,
        unique,
        parts: Vec::new(),
        condition: None,
        method: None,
        include: Vec::new(),
        name: None,
        exact: None,
        dialect: None,
    };
    for entry in entries {
        match entry {
            Entry::Part(part) => index.parts.push(part),
            Entry::Option(arg) => option(cx, &arg, &mut index),
        }
    }
    if index.parts.is_empty() {
        cx.error_at(span, "an index needs at least one field or expression");
    }
    Some(index)
}

fn option(cx: &Ctxt, arg: &Arg, index: &mut Index) {
    let at = arg.span();
    match arg.name().as_str() {
        "where" => once(cx, &mut index.condition, at, "`where`", arg.string(cx)),
        "name" => once(cx, &mut index.name, at, "`name`", arg.string(cx)),
        "exact" => once(cx, &mut index.exact, at, "`exact`", arg.flag(cx)),
        "method" => {
            let method = arg.word(cx, "gin, gist, brin, hash or btree");
            let method =
                method.and_then(|method| choice(cx, method, &["btree", "gin", "gist", "brin", "hash"]));
            once(cx, &mut index.method, at, "`method`", method);
        }
        "dialect" => {
            let dialect = arg.word(cx, "postgres or sqlite");
            let dialect = dialect.and_then(|dialect| choice(cx, dialect, &["postgres", "sqlite"]));
            once(cx, &mut index.dialect, at, "`dialect`", dialect);
        }
        "include" => {
            let Some(list) = arg.list(cx, "include(field, …)") else {
                return;
            };
            let parser = Punctuated::<Ident, Token![,]>::parse_terminated_with;
            let fields = (|input: ParseStream<'_>| parser(input, Ident::parse_any)).parse2(list);
            index.include.extend(cx.ok(fields).into_iter().flatten());
        }
        other => {
            let place = if index.unique { "unique(…)" } else { "index(…)" };
            cx.error_at(at, unknown(other, place, &KNOWN));
        }
    }
}

fn choice(cx: &Ctxt, word: Ident, choices: &[&str]) -> Option<Ident> {
    if choices.iter().any(|choice| word == choice) {
        return Some(word);
    }
    let hint = crate::names::hint(&word.to_string(), choices.iter().copied());
    cx.error(&word, format!("`{word}` is not one of the choices{hint}"));
    None
}

/// `field desc nulls_last`, `"expression" desc`, or an option.
fn entry(input: ParseStream<'_>) -> syn::Result<Entry> {
    let target = if input.peek(LitStr) {
        Target::Expression(input.parse()?)
    } else {
        let ahead = input.fork();
        let name = Ident::parse_any(&ahead)?;
        if ahead.peek(Token![=]) || ahead.peek(token::Paren) || name == "exact" {
            return input.parse().map(Entry::Option);
        }
        Target::Field(Ident::parse_any(input)?)
    };
    let mut part = Part { target, descending: false, nulls_first: None };
    while !input.is_empty() && !input.peek(Token![,]) {
        let word = Ident::parse_any(input).map_err(|error| {
            syn::Error::new(
                error.span(),
                "a part is a field or an \"expression\", then desc, nulls_first or nulls_last",
            )
        })?;
        match word.to_string().as_str() {
            "asc" => part.descending = false,
            "desc" => part.descending = true,
            "nulls_first" => part.nulls_first = Some(true),
            "nulls_last" => part.nulls_first = Some(false),
            other => {
                let known = ["asc", "desc", "nulls_first", "nulls_last"];
                return Err(syn::Error::new(word.span(), unknown(other, "a part of an index", &known)));
            }
        }
    }
    Ok(Entry::Part(part))
}
