//! Whether a default suits its field.

use syn::spanned::Spanned;

use crate::ast::Field;
use crate::ctxt::Ctxt;
use crate::ir::default::{Written, written};
use crate::types::{Named, Shape};

pub(super) fn check(cx: &Ctxt, field: &Field, shape: &Shape) {
    let Some((at, expr)) = &field.attrs.default else {
        return;
    };
    let attrs = &field.attrs;
    let given = [
        (attrs.key.is_some(), "the key of a row is generated or given"),
        (attrs.tenant.is_some(), "the tenant comes from the scope"),
        (attrs.created_at.is_some(), "#[created_at] is filled by the library"),
        (attrs.updated_at.is_some(), "#[updated_at] is filled by the library"),
        (attrs.deleted_at.is_some(), "#[deleted_at] starts as None"),
        (attrs.generated.is_some(), "a generated column is computed by the database"),
    ];
    for (stands, why) in given {
        if stands {
            cx.error_at(*at, format!("{why}: remove #[default]"));
            return;
        }
    }
    let named = shape.named;
    let wrong = match written(expr) {
        Written::Expression => None,
        Written::Bool(_) => (!matches!(named, Named::Bool | Named::Other)).then_some("a bool"),
        Written::Int(_) => {
            let fits =
                named.is_integer() || named.is_float() || matches!(named, Named::Decimal | Named::Other);
            (!fits).then_some("an integer")
        }
        Written::Float(_) if named == Named::Decimal => {
            cx.error(expr, "a float is not exact: write the digits as a text, #[default(\"0.50\")]");
            None
        }
        Written::Float(_) => (!(named.is_float() || named == Named::Other)).then_some("a float"),
        Written::Text(text) if named == Named::Decimal => {
            if !is_decimal(&text) {
                cx.error(expr, "not a decimal of at most 28 digits");
            }
            None
        }
        Written::Text(_) => (!matches!(named, Named::String | Named::Other)).then_some("a text"),
        Written::Variant => (named != Named::Other).then_some("a variant of an enumeration"),
        Written::TooLarge => {
            cx.error(expr, "an integer that no column holds: the largest is that of i64");
            None
        }
    };
    if let Some(wrong) = wrong {
        let message = format!(
            "{wrong} is not of this field's type: write a literal of its type, or an expression, which each create evaluates"
        );
        cx.error_at(expr.span(), message);
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(part) && whole.len() + part.len() <= 28
}
