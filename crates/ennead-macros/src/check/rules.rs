//! What `#[validate(…)]` may say of which fields.

use crate::ast::{Bound, Field, Rule};
use crate::ctxt::Ctxt;
use crate::types::{Named, Shape};

pub(super) fn check(cx: &Ctxt, field: &Field, shape: &Shape) {
    let attrs = &field.attrs;
    let Some(validate) = &attrs.validate else { return };
    if let Some((_, what)) = [
        (attrs.tenant, "the tenant comes from the scope"),
        (attrs.created_at.or(attrs.updated_at).or(attrs.deleted_at), "the library sets this time"),
        (attrs.version, "the library counts this"),
        (attrs.generated.as_ref().map(|(at, _)| *at), "the database computes this"),
    ]
    .into_iter()
    .find(|(at, _)| at.is_some())
    {
        return cx.error_at(validate.span, format!("{what}: there is nothing to validate"));
    }
    for (place, (at, rule)) in validate.rules.iter().enumerate() {
        let same = |(_, other): &(_, Rule)| {
            matches!(
                (other, rule),
                (Rule::Length { .. }, Rule::Length { .. }) | (Rule::Range { .. }, Rule::Range { .. })
            )
        };
        if validate.rules[..place].iter().any(same) {
            cx.error_at(*at, "this rule is given twice");
        }
        let named = shape.named;
        let (fits, on) = match rule {
            Rule::Email | Rule::Url | Rule::Regex(_) => (named == Named::String, "a String"),
            Rule::Length { .. } => (
                matches!(named, Named::String | Named::Bytes | Named::Array),
                "a String, a Vec<u8> or a Vec of scalars",
            ),
            Rule::Range { .. } => {
                (named.is_integer() || named.is_float() || named == Named::Decimal, "a number")
            }
            Rule::Custom(_) => (true, ""),
        };
        // Of a name of the application's own the compiler knows more.
        if !fits && named != Named::Other {
            cx.error_at(*at, format!("this rule is for {on}"));
        }
        match rule {
            Rule::Length { min: Some(min), max: Some(max) } if min > max => {
                cx.error_at(*at, format!("no length is from {min} to {max}"));
            }
            Rule::Range { min, max } => {
                for bound in [min, max].into_iter().flatten() {
                    if named.is_integer() && bound.digits.contains('.') {
                        cx.error_at(bound.span, "the bounds of an integer are integers");
                    }
                }
                if let (Some(min), Some(max)) = (min, max)
                    && value(min) > value(max)
                {
                    cx.error_at(*at, format!("no number is from {} to {}", min.digits, max.digits));
                }
            }
            _ => {}
        }
    }
}

/// Near enough to tell which is the greater.
fn value(bound: &Bound) -> f64 {
    bound.digits.parse().unwrap_or_default()
}
