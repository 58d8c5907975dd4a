//! Parsing attributes. Nothing here returns an error: all of them go to the collector.

pub(crate) mod args;
pub(crate) mod field;
mod index;
mod loose;
pub(crate) mod options;
mod references;
mod validate;

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::ctxt::Ctxt;
use crate::names::{distance, hint};

/// What of `#[model(…)]` is sometimes written as an attribute of its own.
const MISPLACED: [&str; 10] = [
    "table",
    "index",
    "unique",
    "check",
    "tenant",
    "global",
    "tenant_root",
    "append_only",
    "no_hard_delete",
    "audited",
];

/// The doc comment: its lines trimmed and joined.
pub(crate) fn doc(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attrs.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value
        {
            lines.extend(text.value().split('\n').map(|line| line.trim().to_owned()));
        }
    }
    lines.join("\n").trim().to_owned()
}

/// The `#[cfg(…)]` attributes, which every piece made from the item or field carries too.
pub(crate) fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// Whether the attribute of a struct is one that is refused, and so to be taken off.
pub(crate) fn is_misplaced(attribute: &Attribute) -> bool {
    let name = attribute.path().get_ident().map(ToString::to_string).unwrap_or_default();
    name == "model" || name == "validate" || name == "soft_delete" || MISPLACED.contains(&name.as_str())
}

/// Attributes on the struct that should stand in `#[model(…)]`.
pub(crate) fn refuse_struct_attributes(cx: &Ctxt, attrs: &[Attribute]) {
    for attribute in attrs {
        let Some(name) = attribute.path().get_ident().map(ToString::to_string) else {
            continue;
        };
        if name == "model" {
            cx.error(attribute, "#[model] stands once on a struct: write everything into one #[model(…)]");
        } else if name == "soft_delete" {
            cx.error(attribute, SOFT_DELETE);
        } else if name == "validate" {
            cx.error(attribute, "#[validate(…)] stands on fields; a rule over several fields is a check(\"…\") of the #[model(…)]");
        } else if MISPLACED.contains(&name.as_str()) {
            cx.error(attribute, format!("`{name}` of a struct stands in its #[model(…)]: #[model({name}…)]"));
        }
    }
}

/// The text for a soft deletion that is asked of the model rather than of a field.
const SOFT_DELETE: &str = "`soft_delete` stands on a field: #[deleted_at] on an Option<DateTime<Utc>>, or #[soft_delete(…)] on a bool or an enumeration";

/// The text for an option that is not known there.
fn unknown(name: &str, place: &str, known: &[&str]) -> String {
    if name == "soft_delete" {
        return SOFT_DELETE.to_owned();
    }
    format!("{place} has no option `{name}`{}", hint(name, known.iter().copied()))
}

/// Whether a name is one of ours with a slip of the pen.
fn is_slip(name: &str, known: &str) -> bool {
    name.len() >= 5 && distance(name, known) == 1
}
