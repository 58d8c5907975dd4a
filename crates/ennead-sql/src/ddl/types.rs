//! The column type of each kind, and the CHECK that stands in for what a type does not say.

use ennead_core::constraints::quote;
use ennead_core::{Dialect, Error, FieldDef, Kind, ModelDef, Precision};

use super::{invalid, literal, unsupported};

/// How a column holds a kind.
pub(super) struct ColumnType {
    /// The type in SQL.
    pub(super) data_type: String,
    /// Its collation.
    pub(super) collation: Option<&'static str>,
    /// The condition of the CHECK that belongs to the type.
    pub(super) check: Option<String>,
}

/// SQLite counts decimals by their smallest unit in 64 bits.
const SQLITE_PRECISION: u8 = 18;

/// The type of a field's column.
pub(super) fn column_type(
    model: &'static ModelDef,
    field: &'static FieldDef,
    dialect: Dialect,
) -> Result<ColumnType, Error> {
    match dialect {
        Dialect::Postgres => postgres(model, field),
        Dialect::Sqlite => sqlite(model, field),
    }
}

fn postgres(model: &'static ModelDef, field: &'static FieldDef) -> Result<ColumnType, Error> {
    let (data_type, collation) = match field.kind {
        Kind::Array(Kind::Array(_)) => {
            return Err(unsupported(model, field, "an array of arrays cannot be a column: use Json<T>"));
        }
        Kind::Array(element) => {
            let (element, collation) = postgres_scalar(element);
            (format!("{element}[]"), collation)
        }
        kind => postgres_scalar(&kind),
    };
    let check = match field.kind {
        Kind::Enum(def) if !def.native => Some(one_of(model, field, def.variants)?),
        _ => None,
    };
    Ok(ColumnType { data_type, collation, check })
}

/// Texts are compared by bytes, so that both databases order them alike.
fn postgres_scalar(kind: &Kind) -> (String, Option<&'static str>) {
    let name = match kind {
        Kind::Enum(def) if def.native => return (quote(def.type_name), None),
        Kind::Text | Kind::Enum(_) => return ("text".to_owned(), Some("C")),
        Kind::Decimal(Some(Precision { precision, scale })) => {
            return (format!("numeric({precision},{scale})"), None);
        }
        Kind::Array(element) => return (format!("{}[]", postgres_scalar(element).0), None),
        Kind::Bool => "boolean",
        Kind::I16 => "smallint",
        Kind::I32 => "integer",
        Kind::I64 => "bigint",
        Kind::F32 => "real",
        Kind::F64 => "double precision",
        Kind::Decimal(None) => "numeric",
        Kind::Uuid => "uuid",
        Kind::DateTime => "timestamptz",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::NaiveDateTime => "timestamp",
        Kind::Bytes | Kind::Encrypted => "bytea",
        Kind::Json => "jsonb",
    };
    (name.to_owned(), None)
}

fn sqlite(model: &'static ModelDef, field: &'static FieldDef) -> Result<ColumnType, Error> {
    let column = quote(field.column);
    // Before 3.45, json_valid(NULL) is false rather than NULL.
    let or_null = if field.nullable { format!("{column} IS NULL OR ") } else { String::new() };
    let (data_type, check) = match field.kind {
        Kind::Bool => ("INTEGER", Some(format!("{column} IN (0, 1)"))),
        Kind::I16 | Kind::I32 | Kind::I64 => ("INTEGER", None),
        Kind::F32 | Kind::F64 => ("REAL", None),
        Kind::Decimal(Some(Precision { precision, .. })) => {
            if precision > SQLITE_PRECISION {
                let what = format!(
                    "SQLite holds decimals of up to {SQLITE_PRECISION} digits, and this one has {precision}: write #[column(precision = {SQLITE_PRECISION}, scale = …)]"
                );
                return Err(unsupported(model, field, &what));
            }
            let most = 10_i64.pow(precision.into()) - 1;
            ("INTEGER", Some(format!("{column} BETWEEN -{most} AND {most}")))
        }
        Kind::Text
        | Kind::Decimal(None)
        | Kind::Uuid
        | Kind::DateTime
        | Kind::Date
        | Kind::Time
        | Kind::NaiveDateTime => ("TEXT", None),
        Kind::Enum(def) => ("TEXT", Some(one_of(model, field, def.variants)?)),
        Kind::Bytes | Kind::Encrypted => ("BLOB", None),
        Kind::Json => ("TEXT", Some(format!("{or_null}json_valid({column})"))),
        Kind::Array(_) => {
            ("TEXT", Some(format!("{or_null}json_valid({column}) AND json_type({column}) = 'array'")))
        }
    };
    Ok(ColumnType { data_type: data_type.to_owned(), collation: None, check })
}

fn one_of(model: &'static ModelDef, field: &'static FieldDef, variants: &[&str]) -> Result<String, Error> {
    if variants.is_empty() {
        return Err(invalid(model, field, "its enumeration has no variant, so no row could be stored"));
    }
    Ok(format!("{} IN ({})", quote(field.column), literal::list(variants)))
}
