//! The CHECKs of rules that have a form in SQL: lengths and ranges. Addresses, patterns and functions have none that is the
//! same on both databases.

use ennead_core::constraints::{quote, rule_check};
use ennead_core::snapshot::Check;
use ennead_core::{Dialect, FieldDef, Kind, Literal, ModelDef, Precision, Rule};
use rust_decimal::Decimal;

/// The CHECKs of all rules of a model, in the order of its fields.
pub(super) fn checks(model: &ModelDef, dialect: Dialect) -> Vec<Check> {
    let mut all = Vec::new();
    for field in model.fields {
        for rule in field.rules {
            if let Some(condition) = condition(field, rule, dialect) {
                all.push(Check { name: rule_check(model, field, rule), condition, ..Check::default() });
            }
        }
    }
    all
}

fn condition(field: &FieldDef, rule: &Rule, dialect: Dialect) -> Option<String> {
    let column = quote(field.column);
    let (measured, min, max) = match rule {
        Rule::Length { min, max } => {
            let function = match (&field.kind, dialect) {
                (Kind::Text, Dialect::Postgres) => "char_length",
                (Kind::Bytes, Dialect::Postgres) => "octet_length",
                (Kind::Array(_), Dialect::Postgres) => "cardinality",
                (Kind::Text | Kind::Bytes, Dialect::Sqlite) => "length",
                (Kind::Array(_), Dialect::Sqlite) => "json_array_length",
                _ => return None,
            };
            let text = |bound: &Option<u32>| bound.map(|bound| bound.to_string());
            (format!("{function}({column})"), text(min), text(max))
        }
        Rule::Range { min, max } => {
            let bound =
                |bound: &Option<Literal>, up| bound.map(|bound| number(field.kind, bound, up, dialect));
            let (min, max) = (bound(min, true), bound(max, false));
            if matches!(min, Some(None)) || matches!(max, Some(None)) {
                return None;
            }
            (column, min.flatten(), max.flatten())
        }
        _ => return None,
    };
    Some(match (min, max) {
        (Some(min), Some(max)) => format!("{measured} >= {min} AND {measured} <= {max}"),
        (Some(min), None) => format!("{measured} >= {min}"),
        (None, max) => format!("{measured} <= {}", max?),
    })
}

/// A bound as the column holds numbers; none where the column does not order them. A bound between two of its numbers goes
/// to the one that is within.
fn number(kind: Kind, bound: Literal, up: bool, dialect: Dialect) -> Option<String> {
    let digits = bound.to_string();
    match (kind, dialect) {
        (Kind::Decimal(None), Dialect::Sqlite) => None,
        (Kind::Decimal(Some(Precision { scale, .. })), Dialect::Sqlite) => {
            let exact: Decimal = digits.parse().ok()?;
            let scaled = exact.checked_mul(Decimal::from(10_i64.checked_pow(scale.into())?))?;
            Some(if up { scaled.ceil() } else { scaled.floor() }.normalize().to_string())
        }
        _ => Some(digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_a_number_of_the_column() {
        let decimal = Kind::Decimal(Some(Precision { precision: 10, scale: 2 }));
        let of = |digits, up| number(decimal, Literal::Text(digits), up, Dialect::Sqlite).unwrap();
        assert_eq!(of("0.01", true), "1");
        assert_eq!((of("0.005", true), of("0.005", false)), ("1".to_owned(), "0".to_owned()));
        assert_eq!(of("-1", true), "-100");
        assert_eq!(number(Kind::Decimal(None), Literal::Int(1), true, Dialect::Sqlite), None);
        assert_eq!(number(decimal, Literal::Text("0.01"), true, Dialect::Postgres).unwrap(), "0.01");
    }
}
