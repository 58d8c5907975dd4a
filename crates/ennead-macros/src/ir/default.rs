//! What an expression in `#[default(…)]` is: a literal that the DDL carries, or an expression for the client.

use syn::{Expr, ExprLit, Lit, UnOp};

use crate::names::is_upper_camel;

/// How a default is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Written {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// `Status::Active`: a path whose last part is written like a variant.
    Variant,
    /// An integer over the bounds of i64.
    TooLarge,
    Expression,
}

pub(crate) fn written(expr: &Expr) -> Written {
    match expr {
        Expr::Group(group) => written(&group.expr),
        Expr::Paren(paren) => written(&paren.expr),
        Expr::Lit(ExprLit { lit, .. }) => literal(lit, ""),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match &*unary.expr {
            Expr::Lit(ExprLit { lit: lit @ (Lit::Int(_) | Lit::Float(_)), .. }) => literal(lit, "-"),
            _ => Written::Expression,
        },
        Expr::Path(path) if path.qself.is_none() && path.path.segments.len() >= 2 => {
            match path.path.segments.last() {
                Some(last) if last.arguments.is_none() && is_upper_camel(&last.ident.to_string()) => {
                    Written::Variant
                }
                _ => Written::Expression,
            }
        }
        _ => Written::Expression,
    }
}

fn literal(lit: &Lit, sign: &str) -> Written {
    match lit {
        Lit::Bool(value) => Written::Bool(value.value),
        Lit::Str(text) => Written::Text(text.value()),
        // `1f64` is an integer literal to the parser.
        Lit::Int(int) if matches!(int.suffix(), "f32" | "f64") => float(sign, int.base10_digits()),
        Lit::Int(int) => {
            format!("{sign}{}", int.base10_digits()).parse().map_or(Written::TooLarge, Written::Int)
        }
        Lit::Float(digits) => float(sign, digits.base10_digits()),
        _ => Written::Expression,
    }
}

fn float(sign: &str, digits: &str) -> Written {
    match format!("{sign}{digits}").parse::<f64>() {
        Ok(value) if value.is_finite() => Written::Float(value),
        _ => Written::Expression,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_variants_and_expressions() {
        let see = |text: &str| written(&syn::parse_str(text).unwrap());
        assert_eq!(see("true"), Written::Bool(true));
        assert_eq!(see("-5"), Written::Int(-5));
        assert_eq!(see("1_000i64"), Written::Int(1000));
        assert_eq!(see("-9223372036854775808"), Written::Int(i64::MIN));
        assert_eq!(see("9223372036854775808"), Written::TooLarge);
        assert_eq!(see("(0.5)"), Written::Float(0.5));
        assert_eq!(see("\"x\""), Written::Text("x".into()));
        assert_eq!(see("PlanTier::Free"), Written::Variant);
        assert_eq!(see("i32::MAX"), Written::Expression);
        assert_eq!(see("Decimal::ZERO"), Written::Expression);
        assert_eq!(see("Utc::now()"), Written::Expression);
        assert_eq!(see("None"), Written::Expression);
    }
}
