//! The inside of an attribute: `name`, `name = value` and `name(…)`, with commas between.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprPath, Lit, LitStr, Path, Token, parenthesized, token};

use crate::ctxt::Ctxt;

/// One argument.
pub(crate) struct Arg {
    pub(crate) name: Ident,
    pub(crate) value: ArgValue,
}

pub(crate) enum ArgValue {
    Flag,
    Value(Expr),
    List(TokenStream),
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = Ident::parse_any(input)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            ArgValue::Value(ungrouped(input.parse()?))
        } else if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            ArgValue::List(content.parse()?)
        } else {
            ArgValue::Flag
        };
        Ok(Self { name, value })
    }
}

/// A value that came through a `macro_rules!` stands in a group that nobody sees.
fn ungrouped(mut value: Expr) -> Expr {
    while let Expr::Group(group) = value {
        value = *group.expr;
    }
    value
}

/// Parses arguments.
pub(crate) fn parse(cx: &Ctxt, tokens: TokenStream) -> Vec<Arg> {
    cx.ok(Punctuated::<Arg, Token![,]>::parse_terminated.parse2(tokens)).into_iter().flatten().collect()
}

impl Arg {
    pub(crate) fn name(&self) -> String {
        self.name.unraw().to_string()
    }

    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }

    /// `name` alone.
    pub(crate) fn flag(&self, cx: &Ctxt) -> Option<Span> {
        match self.value {
            ArgValue::Flag => Some(self.span()),
            _ => self.wrong(cx, &format!("`{}` takes no value", self.name)),
        }
    }

    /// `name = "text"`.
    pub(crate) fn string(&self, cx: &Ctxt) -> Option<LitStr> {
        match &self.value {
            ArgValue::Value(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Some(text.clone()),
            _ => self.wrong(cx, &format!("write {0} = \"…\"", self.name)),
        }
    }

    /// `name = word`.
    pub(crate) fn word(&self, cx: &Ctxt, example: &str) -> Option<Ident> {
        match &self.value {
            ArgValue::Value(Expr::Path(ExprPath { path, .. })) if path.get_ident().is_some() => {
                path.get_ident().cloned()
            }
            _ => self.wrong(cx, &format!("write {} = {example}", self.name)),
        }
    }

    /// `name = a::path`.
    pub(crate) fn path(&self, cx: &Ctxt, example: &str) -> Option<Path> {
        match &self.value {
            ArgValue::Value(Expr::Path(ExprPath { path, .. })) => Some(path.clone()),
            _ => self.wrong(cx, &format!("write {} = {example}", self.name)),
        }
    }

    /// `name = 18`.
    pub(crate) fn small_int(&self, cx: &Ctxt) -> Option<(Span, u8)> {
        match &self.value {
            ArgValue::Value(Expr::Lit(ExprLit { lit: Lit::Int(int), .. })) => {
                Some((int.span(), cx.ok(int.base10_parse())?))
            }
            _ => self.wrong(cx, &format!("write {} = a number", self.name)),
        }
    }

    /// `name(…)`.
    pub(crate) fn list(&self, cx: &Ctxt, example: &str) -> Option<TokenStream> {
        match &self.value {
            ArgValue::List(tokens) => Some(tokens.clone()),
            _ => self.wrong(cx, &format!("write {example}")),
        }
    }

    fn wrong<T>(&self, cx: &Ctxt, message: &str) -> Option<T> {
        let at = match &self.value {
            ArgValue::Value(expr) => expr.span(),
            _ => self.span(),
        };
        cx.error_at(at, message);
        None
    }
}

/// Fills a place that may be filled once.
pub(crate) fn once<T>(cx: &Ctxt, slot: &mut Option<T>, at: Span, what: &str, value: Option<T>) {
    if slot.is_some() {
        cx.error_at(at, format!("{what} is given twice"));
    } else if value.is_some() {
        *slot = value;
    }
}
