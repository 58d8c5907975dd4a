//! The attributes of a field.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, LitStr, Meta, Token};

use super::args::{self, Arg, once};
use super::{is_slip, loose, references, unknown, validate};
use crate::ast::{Column, Embed, FieldAttrs, Key, SoftDelete, Unique};
use crate::ctxt::Ctxt;

const OURS: [&str; 20] = [
    "key",
    "tenant",
    "references",
    "references_each",
    "references_any",
    "unique",
    "index",
    "default",
    "created_at",
    "updated_at",
    "deleted_at",
    "soft_delete",
    "version",
    "check",
    "immutable",
    "hidden",
    "embed",
    "generated",
    "column",
    "validate",
];

/// Whether the attribute is one of ours, and so to be taken off the emitted struct.
pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().get_ident().is_some_and(|name| {
        let name = name.unraw().to_string();
        OURS.contains(&name.as_str())
            || slip(&name).is_some()
            || (name == "cfg_attr" && !conditional_names(attribute).is_empty())
    })
}

/// Parses all attributes of a field that are ours.
pub(crate) fn parse(cx: &Ctxt, attrs: &[Attribute]) -> FieldAttrs {
    let mut out = FieldAttrs::default();
    for attribute in attrs {
        let Some(name) = attribute.path().get_ident().map(|name| name.unraw().to_string()) else {
            continue;
        };
        let at = attribute.path().span();
        let what = format!("#[{name}]");
        match name.as_str() {
            "key" => once(cx, &mut out.key, at, &what, key(cx, attribute)),
            "tenant" => once(cx, &mut out.tenant, at, &what, flag(cx, attribute)),
            "references" => once(cx, &mut out.references, at, &what, references::parse(cx, attribute)),
            "references_each" => once(cx, &mut out.references_each, at, &what, loose::each(cx, attribute)),
            "references_any" => once(cx, &mut out.references_any, at, &what, loose::any(cx, attribute)),
            "unique" => once(cx, &mut out.unique, at, &what, unique(cx, attribute)),
            "index" => once(cx, &mut out.index, at, &what, index(cx, attribute)),
            "default" => once(cx, &mut out.default, at, &what, default(cx, attribute)),
            "created_at" => once(cx, &mut out.created_at, at, &what, flag(cx, attribute)),
            "updated_at" => once(cx, &mut out.updated_at, at, &what, flag(cx, attribute)),
            "deleted_at" => once(cx, &mut out.deleted_at, at, &what, flag(cx, attribute)),
            "soft_delete" => once(cx, &mut out.soft_delete, at, &what, soft_delete(cx, attribute)),
            "version" => once(cx, &mut out.version, at, &what, flag(cx, attribute)),
            "immutable" => once(cx, &mut out.immutable, at, &what, flag(cx, attribute)),
            "hidden" => once(cx, &mut out.hidden, at, &what, flag(cx, attribute)),
            "check" => once(cx, &mut out.check, at, &what, text(cx, attribute)),
            "embed" => once(cx, &mut out.embed, at, &what, embed(cx, attribute)),
            "generated" => {
                once(cx, &mut out.generated, at, &what, text(cx, attribute).map(|text| (at, text)))
            }
            "column" => once(cx, &mut out.column, at, &what, Some(column(cx, attribute))),
            "validate" => once(cx, &mut out.validate, at, &what, validate::parse(cx, attribute)),
            "cfg_attr" => conditional(cx, attribute),
            other => {
                if let Some(meant) = slip(other) {
                    cx.error_at(at, format!("there is no attribute `{other}`; did you mean `{meant}`?"));
                }
            }
        }
    }
    out
}

fn slip(name: &str) -> Option<&'static str> {
    OURS.into_iter().find(|known| is_slip(name, known))
}

/// The arguments of an attribute that may have none.
fn arguments(cx: &Ctxt, attribute: &Attribute) -> Vec<Arg> {
    match &attribute.meta {
        Meta::Path(_) => Vec::new(),
        Meta::List(list) => args::parse(cx, list.tokens.clone()),
        Meta::NameValue(pair) => {
            let name = attribute.path().get_ident().map(ToString::to_string).unwrap_or_default();
            cx.error(pair, format!("write #[{name}(…)], not #[{name} = …]"));
            Vec::new()
        }
    }
}

fn flag(cx: &Ctxt, attribute: &Attribute) -> Option<proc_macro2::Span> {
    if let Err(error) = attribute.meta.require_path_only() {
        let name = attribute.path().get_ident().map(ToString::to_string).unwrap_or_default();
        cx.error_at(error.span(), format!("#[{name}] takes no arguments"));
    }
    Some(attribute.path().span())
}

fn text(cx: &Ctxt, attribute: &Attribute) -> Option<LitStr> {
    let parsed = attribute.parse_args::<LitStr>();
    if parsed.is_err() {
        let name = attribute.path().get_ident().map(ToString::to_string).unwrap_or_default();
        cx.error(attribute, format!("write the SQL as a text: #[{name}(\"…\")]"));
    }
    parsed.ok()
}

fn default(cx: &Ctxt, attribute: &Attribute) -> Option<(proc_macro2::Span, Expr)> {
    if !matches!(attribute.meta, Meta::List(_)) {
        cx.error(
            attribute,
            "#[default] needs a value: #[default(0)], #[default(Status::Active)], #[default(now())]",
        );
        return None;
    }
    cx.ok(attribute.parse_args::<Expr>()).map(|expr| (attribute.path().span(), expr))
}

fn key(cx: &Ctxt, attribute: &Attribute) -> Option<Key> {
    let mut key = Key {
        span: attribute.path().span(),
        prefix: None,
        auto: None,
        all_tenants: None,
        assigned: None,
        ulid: None,
    };
    for arg in arguments(cx, attribute) {
        let at = arg.span();
        match arg.name().as_str() {
            "prefix" => once(cx, &mut key.prefix, at, "`prefix`", arg.string(cx)),
            "auto" => once(cx, &mut key.auto, at, "`auto`", arg.flag(cx)),
            "all_tenants" => once(cx, &mut key.all_tenants, at, "`all_tenants`", arg.flag(cx)),
            "assigned" => once(cx, &mut key.assigned, at, "`assigned`", arg.flag(cx)),
            "ulid" => once(cx, &mut key.ulid, at, "`ulid`", arg.flag(cx)),
            other => cx.error_at(
                at,
                unknown(other, "#[key]", &["prefix", "auto", "all_tenants", "assigned", "ulid"]),
            ),
        }
    }
    Some(key)
}

fn unique(cx: &Ctxt, attribute: &Attribute) -> Option<Unique> {
    let mut global = None;
    for arg in arguments(cx, attribute) {
        match arg.name().as_str() {
            "global" => once(cx, &mut global, arg.span(), "`global`", arg.flag(cx)),
            other => cx.error_at(arg.span(), unknown(other, "#[unique]", &["global"])),
        }
    }
    Some(Unique { span: attribute.path().span(), global: global.is_some() })
}

fn index(cx: &Ctxt, attribute: &Attribute) -> Option<proc_macro2::Span> {
    if attribute.meta.require_path_only().is_err() {
        cx.error(
            attribute,
            "#[index] of a field takes no arguments: write #[model(index(field, …))] on the struct",
        );
    }
    Some(attribute.path().span())
}

/// `(true)`, `(false)`, `(Status::Deleted)`, `(Status::Deleted, restore = Active)`.
fn soft_delete(cx: &Ctxt, attribute: &Attribute) -> Option<SoftDelete> {
    if !matches!(attribute.meta, Meta::List(_)) {
        cx.error(
            attribute,
            "say which value means that the row is deleted: #[soft_delete(true)], #[soft_delete(false)] for `is_active`, #[soft_delete(Status::Deleted)]",
        );
        return None;
    }
    let parser = |input: ParseStream<'_>| {
        let deleted: Expr = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((deleted, input.parse::<proc_macro2::TokenStream>()?))
    };
    let (deleted, rest) = cx.ok(attribute.parse_args_with(parser))?;
    let mut restored = None;
    for arg in args::parse(cx, rest) {
        match arg.name().as_str() {
            "restore" => {
                let value = arg.path(cx, "the value of a row that is brought back");
                once(cx, &mut restored, arg.span(), "`restore`", value.map(|value| beside(&deleted, value)));
            }
            other => cx.error_at(arg.span(), unknown(other, "#[soft_delete]", &["restore"])),
        }
    }
    Some(SoftDelete { span: attribute.path().span(), deleted, restored })
}

/// A variant alone is one of the same enumeration.
fn beside(deleted: &Expr, value: syn::Path) -> Expr {
    let mut whole = value.clone();
    if let (Some(variant), Expr::Path(path)) = (value.get_ident(), deleted) {
        whole = path.path.clone();
        if let Some(last) = whole.segments.last_mut() {
            last.ident = variant.clone();
        }
    }
    Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path: whole })
}

fn embed(cx: &Ctxt, attribute: &Attribute) -> Option<Embed> {
    let mut required = None;
    for arg in arguments(cx, attribute) {
        match arg.name().as_str() {
            "required" => once(cx, &mut required, arg.span(), "`required`", arg.flag(cx)),
            other => cx.error_at(arg.span(), unknown(other, "#[embed]", &["required"])),
        }
    }
    Some(Embed { span: attribute.path().span(), required: required.is_some() })
}

fn column(cx: &Ctxt, attribute: &Attribute) -> Column {
    let mut column = Column::default();
    let args = arguments(cx, attribute);
    if args.is_empty() && !matches!(attribute.meta, Meta::NameValue(_)) {
        cx.error(attribute, "#[column] needs an option: name, precision and scale, or renamed_from");
    }
    for arg in args {
        let at = arg.span();
        match arg.name().as_str() {
            "name" => once(cx, &mut column.name, at, "`name`", arg.string(cx)),
            "precision" => once(cx, &mut column.precision, at, "`precision`", arg.small_int(cx)),
            "scale" => once(cx, &mut column.scale, at, "`scale`", arg.small_int(cx)),
            "renamed_from" => once(cx, &mut column.renamed_from, at, "`renamed_from`", arg.string(cx)),
            other => {
                cx.error_at(at, unknown(other, "#[column]", &["name", "precision", "scale", "renamed_from"]));
            }
        }
    }
    column
}

/// `cfg_attr` is resolved after us, so ours cannot stand in it.
fn conditional(cx: &Ctxt, attribute: &Attribute) {
    for name in conditional_names(attribute) {
        cx.error(&name, format!("#[{name}] cannot stand in cfg_attr: a field has it always or never"));
    }
}

/// Which of ours stand in a `cfg_attr`.
fn conditional_names(attribute: &Attribute) -> Vec<proc_macro2::Ident> {
    let Ok(list) = attribute.meta.require_list() else { return Vec::new() };
    let names = list.tokens.clone().into_iter().skip(1).filter_map(|token| match token {
        proc_macro2::TokenTree::Ident(name) if OURS.iter().any(|known| name == known) => Some(name),
        _ => None,
    });
    names.collect()
}
