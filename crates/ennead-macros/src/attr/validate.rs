//! `#[validate(…)]`.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, ExprUnary, Lit, LitInt, UnOp};

use super::args::{self, Arg, ArgValue, once};
use super::unknown;
use crate::ast::{Bound, Rule, Validate};
use crate::ctxt::Ctxt;

const KNOWN: [&str; 6] = ["email", "url", "length", "range", "regex", "custom"];

pub(super) fn parse(cx: &Ctxt, attribute: &Attribute) -> Option<Validate> {
    let Ok(list) = attribute.meta.require_list() else {
        cx.error(attribute, "say what is valid: #[validate(email, length(max = 255))]");
        return None;
    };
    let mut rules = Vec::new();
    for arg in args::parse(cx, list.tokens.clone()) {
        let at = arg.span();
        let rule = match arg.name().as_str() {
            "email" => arg.flag(cx).map(|_| Rule::Email),
            "url" => arg.flag(cx).map(|_| Rule::Url),
            "length" => bounds(cx, &arg, "length(min = 1, max = 255)", length)
                .map(|(min, max)| Rule::Length { min, max }),
            "range" => bounds(cx, &arg, "range(min = 0, max = 100)", bound)
                .map(|(min, max)| Rule::Range { min, max }),
            "regex" => regex(cx, &arg),
            "custom" => arg.path(cx, "path::of::a_function").map(Rule::Custom),
            other => {
                cx.error_at(at, unknown(other, "#[validate]", &KNOWN));
                None
            }
        };
        rules.extend(rule.map(|rule| (at, rule)));
    }
    Some(Validate { span: attribute.path().span(), rules })
}

/// `name(min = …, max = …)`.
fn bounds<T>(
    cx: &Ctxt,
    arg: &Arg,
    example: &str,
    read: impl Fn(&Ctxt, &Arg) -> Option<T>,
) -> Option<(Option<T>, Option<T>)> {
    let tokens = arg.list(cx, example)?;
    if tokens.is_empty() {
        cx.error_at(arg.span(), format!("give it a bound: {example}"));
    }
    let (mut min, mut max) = (None, None);
    for part in args::parse(cx, tokens) {
        let at = part.span();
        match part.name().as_str() {
            "min" => once(cx, &mut min, at, "`min`", read(cx, &part)),
            "max" => once(cx, &mut max, at, "`max`", read(cx, &part)),
            other => cx.error_at(at, unknown(other, &format!("`{}`", arg.name), &["min", "max"])),
        }
    }
    (min.is_some() || max.is_some()).then_some((min, max))
}

fn length(cx: &Ctxt, arg: &Arg) -> Option<u32> {
    match &arg.value {
        ArgValue::Value(Expr::Lit(ExprLit { lit: Lit::Int(int), .. })) => cx.ok(int.base10_parse()),
        _ => {
            cx.error_at(arg.span(), format!("write {} = a number", arg.name));
            None
        }
    }
}

fn bound(cx: &Ctxt, arg: &Arg) -> Option<Bound> {
    let digits = match &arg.value {
        ArgValue::Value(Expr::Lit(ExprLit { lit, .. })) => digits(lit),
        ArgValue::Value(Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. })) => match &**expr {
            Expr::Lit(ExprLit { lit, .. }) => digits(lit).map(|(at, digits)| (at, format!("-{digits}"))),
            _ => None,
        },
        _ => None,
    };
    if digits.is_none() {
        cx.error_at(arg.span(), format!("write {0} = a number, as {0} = 0 or {0} = -0.5", arg.name));
    }
    digits.map(|(span, digits)| Bound { span, digits })
}

fn digits(lit: &Lit) -> Option<(Span, String)> {
    match lit {
        Lit::Int(int) => plain(int).map(|digits| (int.span(), digits)),
        // `1e3` is no digits of a decimal.
        Lit::Float(float) if float.base10_digits().chars().all(|c| c.is_ascii_digit() || c == '.') => {
            Some((float.span(), float.base10_digits().trim_end_matches('.').to_owned()))
        }
        _ => None,
    }
}

fn plain(int: &LitInt) -> Option<String> {
    int.base10_parse::<i64>().is_ok().then(|| int.base10_digits().to_owned())
}

fn regex(cx: &Ctxt, arg: &Arg) -> Option<Rule> {
    let text = arg.string(cx)?;
    match regex_syntax::parse(&text.value()) {
        Ok(_) => Some(Rule::Regex(text.value())),
        Err(error) => {
            let told = match &error {
                regex_syntax::Error::Parse(error) => error.kind().to_string(),
                regex_syntax::Error::Translate(error) => error.kind().to_string(),
                _ => error.to_string(),
            };
            cx.error(&text, format!("this is no regular expression: {told}"));
            None
        }
    }
}
