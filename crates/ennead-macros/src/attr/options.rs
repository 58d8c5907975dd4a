//! `#[model(…)]`.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token};

use super::args::{self, Arg, ArgValue, once};
use super::{index, unknown};
use crate::ast::{Audited, Check, Options};
use crate::ctxt::Ctxt;

const KNOWN: [&str; 15] = [
    "table",
    "index",
    "unique",
    "check",
    "key",
    "renamed_from",
    "new",
    "tenant_root",
    "tenant",
    "global",
    "shared_when",
    "embed",
    "append_only",
    "no_hard_delete",
    "audited",
];

/// Parses what stands between the parentheses of `#[model(…)]`.
pub(crate) fn parse(cx: &Ctxt, tokens: TokenStream) -> Options {
    let mut options = Options::default();
    let written = !tokens.is_empty();
    let args = args::parse(cx, tokens);
    options.unclear = written && args.is_empty();
    for arg in args {
        let at = arg.span();
        match arg.name().as_str() {
            "crate" => once(cx, &mut options.krate, at, "`crate`", arg.path(cx, "the_name")),
            "table" => once(cx, &mut options.table, at, "`table`", arg.string(cx)),
            "renamed_from" => once(cx, &mut options.renamed_from, at, "`renamed_from`", arg.string(cx)),
            "shared_when" => once(cx, &mut options.shared_when, at, "`shared_when`", arg.string(cx)),
            "tenant_root" => once(cx, &mut options.tenant_root, at, "`tenant_root`", arg.flag(cx)),
            "global" => once(cx, &mut options.global, at, "`global`", arg.flag(cx)),
            "embed" => once(cx, &mut options.embed, at, "`embed`", arg.flag(cx)),
            "append_only" => once(cx, &mut options.append_only, at, "`append_only`", arg.flag(cx)),
            "no_hard_delete" => {
                once(cx, &mut options.no_hard_delete, at, "`no_hard_delete`", arg.flag(cx));
            }
            "audited" => once(cx, &mut options.audited, at, "`audited`", audited(cx, &arg)),
            // The library's own tables say it, and nobody else.
            "__library" => once(cx, &mut options.of_library, at, "`__library`", arg.string(cx)),
            "key" => key(cx, &arg, &mut options),
            "tenant" => tenant(cx, &arg, &mut options),
            "new" => new(cx, &arg, &mut options),
            "check" => options.checks.extend(check(cx, &arg)),
            "index" => options
                .indexes
                .extend(arg.list(cx, "index(field, …)").and_then(|list| index::parse(cx, at, false, list))),
            "unique" => options
                .indexes
                .extend(arg.list(cx, "unique(field, …)").and_then(|list| index::parse(cx, at, true, list))),
            other => {
                options.unclear = true;
                cx.error_at(at, unknown(other, "#[model]", &KNOWN));
            }
        }
    }
    options
}

/// `audited`, or `audited(into = AuditLog)`.
fn audited(cx: &Ctxt, arg: &Arg) -> Option<Audited> {
    let span = arg.span();
    if matches!(arg.value, ArgValue::Flag) {
        return Some(Audited { span, into: None });
    }
    let mut into = None;
    let example = "audited, or audited(into = AuditLog)";
    for inner in args::parse(cx, arg.list(cx, example)?) {
        match inner.name().as_str() {
            "into" => once(cx, &mut into, inner.span(), "`audited(into)`", inner.path(cx, "AuditLog")),
            other => cx.error_at(inner.span(), unknown(other, "audited(…)", &["into"])),
        }
    }
    if into.is_none() {
        cx.error_at(span, format!("write {example}"));
    }
    Some(Audited { span, into })
}

fn key(cx: &Ctxt, arg: &Arg, options: &mut Options) {
    let Some(text) = arg.string(cx) else { return };
    if text.value() == "global" {
        once(cx, &mut options.key_global, arg.span(), "`key`", Some(text.span()));
    } else {
        cx.error(text, "the only choice is key = \"global\": PRIMARY KEY (id) rather than (tenant, id)");
    }
}

fn tenant(cx: &Ctxt, arg: &Arg, options: &mut Options) {
    let example = "tenant(via = field), where the field references the parent";
    let Some(list) = arg.list(cx, example) else { return };
    let inner = args::parse(cx, list);
    if inner.is_empty() {
        cx.error_at(arg.span(), format!("write {example}"));
    }
    for inner in inner {
        match inner.name().as_str() {
            "via" => {
                let field = inner.word(cx, "the name of a field");
                once(cx, &mut options.tenant_via, inner.span(), "`tenant(via)`", field);
            }
            other => cx.error_at(inner.span(), unknown(other, "tenant(…)", &["via"])),
        }
    }
}

fn new(cx: &Ctxt, arg: &Arg, options: &mut Options) {
    let Some(list) = arg.list(cx, "new(derive(Debug, …))") else {
        return;
    };
    for inner in args::parse(cx, list) {
        match inner.name().as_str() {
            "derive" => {
                let Some(list) = inner.list(cx, "derive(Debug, …)") else {
                    continue;
                };
                let parser = Punctuated::<Path, Token![,]>::parse_terminated;
                options.new_derives.extend(cx.ok(parser.parse2(list)).into_iter().flatten());
            }
            other => cx.error_at(inner.span(), unknown(other, "new(…)", &["derive"])),
        }
    }
}

fn check(cx: &Ctxt, arg: &Arg) -> Option<Check> {
    let list = arg.list(cx, "check(\"condition\")")?;
    let (condition, rest) = cx.ok(condition.parse2(list))?;
    let mut name = None;
    for inner in args::parse(cx, rest) {
        match inner.name().as_str() {
            "name" => once(cx, &mut name, inner.span(), "`name`", inner.string(cx)),
            other => cx.error_at(inner.span(), unknown(other, "check(…)", &["name"])),
        }
    }
    Some(Check { condition, name })
}

fn condition(input: ParseStream<'_>) -> syn::Result<(LitStr, TokenStream)> {
    let condition = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok((condition, input.parse()?))
}
