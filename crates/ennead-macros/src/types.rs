//! What the macro can tell of a field's type by its name.
//!
//! Names can be aliases, so this is for early and better messages and for what must be decided here (whether a field is
//! an `Option`); the trait bounds in the expansion have the last word.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

/// A type by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    String,
    Bool,
    I16,
    I32,
    I64,
    F32,
    F64,
    Decimal,
    Uuid,
    DateTime,
    NaiveDateTime,
    NaiveDate,
    NaiveTime,
    Bytes,
    Json,
    Encrypted,
    Array,
    /// An enumeration, a newtype, an alias.
    Other,
}

impl Named {
    pub(crate) fn is_integer(self) -> bool {
        matches!(self, Named::I16 | Named::I32 | Named::I64)
    }

    pub(crate) fn is_float(self) -> bool {
        matches!(self, Named::F32 | Named::F64)
    }
}

/// A field's type, seen through `Option`.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) optional: bool,
    pub(crate) named: Named,
    /// The type in the `Option`, or the type itself.
    pub(crate) inner: Type,
}

/// Why a type cannot be a field's, and what to use.
pub(crate) struct Refused {
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// Looks at a type. The shape is of use even where the type is refused.
pub(crate) fn shape(ty: &Type) -> (Shape, Option<Refused>) {
    let ty = bare(ty);
    if let Some(inner) = argument(ty, "Option") {
        let inner = bare(inner);
        let refused = if argument(inner, "Option").is_some() {
            refuse(ty, "a field cannot be an Option of an Option: a column has one NULL")
        } else {
            named(inner).1
        };
        return (Shape { optional: true, named: named(inner).0, inner: inner.clone() }, refused);
    }
    let (named, refused) = named(ty);
    (Shape { optional: false, named, inner: ty.clone() }, refused)
}

fn named(ty: &Type) -> (Named, Option<Refused>) {
    match ty {
        Type::Path(path) => match path.path.segments.last() {
            Some(last) => by_name(ty, &last.ident.to_string()),
            None => (Named::Other, None),
        },
        Type::Reference(reference) => {
            let message = match bare(&reference.elem) {
                Type::Path(path) if path.path.is_ident("str") => "a field cannot borrow: use String",
                Type::Slice(_) => "a field cannot borrow: use Vec<T>",
                _ => "a field cannot borrow: use the owned type",
            };
            (Named::Other, refuse(ty, message))
        }
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) => (
            Named::Other,
            refuse(ty, "tuples and arrays are not field types: use Vec<T> for a list of scalars, or Json<T>"),
        ),
        Type::Macro(_) | Type::Verbatim(_) => (Named::Other, None),
        _ => (
            Named::Other,
            refuse(ty, "this is not a type that a column can hold: use an owned scalar type, or Json<T>"),
        ),
    }
}

fn by_name(ty: &Type, name: &str) -> (Named, Option<Refused>) {
    let named = match name {
        "String" => Named::String,
        "bool" => Named::Bool,
        "i16" => Named::I16,
        "i32" => Named::I32,
        "i64" => Named::I64,
        "f32" => Named::F32,
        "f64" => Named::F64,
        "Decimal" => Named::Decimal,
        "Uuid" => Named::Uuid,
        "NaiveDateTime" => Named::NaiveDateTime,
        "NaiveDate" => Named::NaiveDate,
        "NaiveTime" => Named::NaiveTime,
        "Value" | "Json" => Named::Json,
        "Encrypted" => Named::Encrypted,
        "DateTime" => return date_time(ty),
        "Vec" => return list(ty),
        _ => Named::Other,
    };
    (named, advice(name).and_then(|advice| refuse(ty, format!("`{name}` is not a field type: {advice}"))))
}

fn date_time(ty: &Type) -> (Named, Option<Refused>) {
    let zone = argument(ty, "DateTime").map(bare);
    let other = match zone {
        Some(Type::Path(path)) => {
            path.path.segments.last().map(|zone| zone.ident.to_string()).filter(|zone| zone != "Utc")
        }
        _ => None,
    };
    let refused = other.and_then(|zone| {
        refuse(
            ty,
            format!("`DateTime<{zone}>` is not a field type: use DateTime<Utc>, times are stored in UTC"),
        )
    });
    (Named::DateTime, refused)
}

fn list(ty: &Type) -> (Named, Option<Refused>) {
    let Some(element) = argument(ty, "Vec").map(bare) else {
        return (Named::Array, None);
    };
    if let Type::Path(path) = element
        && path.path.is_ident("u8")
    {
        return (Named::Bytes, None);
    }
    if argument(element, "Option").is_some() {
        return (
            Named::Array,
            refuse(element, "an array column holds no NULL: take the Option out of the Vec"),
        );
    }
    match named(element) {
        (_, Some(refused)) => (Named::Array, Some(refused)),
        (Named::Encrypted, None) => (
            Named::Array,
            refuse(ty, "an array column holds scalars: encrypt the whole of it, Encrypted<Vec<…>>"),
        ),
        (Named::Json | Named::Array | Named::Bytes, None) => {
            (Named::Array, refuse(ty, "an array column holds scalars: use Json<Vec<…>> or serde_json::Value"))
        }
        (_, None) => (Named::Array, None),
    }
}

/// What to use instead of a type that is often written and never right.
fn advice(name: &str) -> Option<&'static str> {
    Some(match name {
        "u8" | "i8" => "use i16",
        "u16" => "use i32",
        "u32" => "use i64",
        "u64" | "usize" | "isize" => "use i64, the largest integer that both databases hold",
        "u128" | "i128" => "use i64, Decimal or Uuid",
        "f16" => "use f32",
        "f128" => "use f64 or Decimal",
        "char" | "str" | "Cow" | "OsString" | "PathBuf" | "CString" => "use String",
        "Box" | "Rc" | "Arc" | "RefCell" | "Cell" | "Mutex" | "RwLock" => "use the type inside it",
        "SystemTime" | "Instant" => "use DateTime<Utc>",
        "Duration" | "TimeDelta" => "use i64, and say the unit in the field's name",
        "HashMap" | "BTreeMap" | "IndexMap" => "use Json<…> around it, or serde_json::Value",
        "HashSet" | "BTreeSet" | "VecDeque" => "use Vec<T>",
        _ => return None,
    })
}

fn refuse(at: &Type, message: impl Into<String>) -> Option<Refused> {
    Some(Refused { span: at.span(), message: message.into() })
}

/// The type without the invisible groups and parentheses that macros put around it.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// The only type argument of a type with that name.
fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != name {
        return None;
    }
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => {
            match arguments.args.first()? {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn see(ty: &str) -> (bool, Named, bool) {
        let (shape, refused) = shape(&syn::parse_str(ty).unwrap());
        (shape.optional, shape.named, refused.is_some())
    }

    #[test]
    fn types_by_name() {
        assert_eq!(see("String"), (false, Named::String, false));
        assert_eq!(see("std::option::Option<chrono::DateTime<chrono::Utc>>"), (true, Named::DateTime, false));
        assert_eq!(see("Vec<u8>"), (false, Named::Bytes, false));
        assert_eq!(see("Vec<String>"), (false, Named::Array, false));
        assert_eq!(see("serde_json::Value"), (false, Named::Json, false));
        assert_eq!(see("Option<Encrypted<Token>>"), (true, Named::Encrypted, false));
        assert_eq!(see("(Status)"), (false, Named::Other, false));
    }

    #[test]
    fn types_that_no_column_holds() {
        for ty in [
            "u64",
            "Option<usize>",
            "&'static str",
            "Vec<u64>",
            "Vec<Vec<u8>>",
            "Vec<Option<i64>>",
            "(i32, i32)",
            "[u8; 16]",
            "DateTime<Local>",
            "Option<Option<i64>>",
            "Box<str>",
            "HashMap<String, i64>",
            "fn()",
            "Vec<Encrypted<String>>",
        ] {
            assert!(see(ty).2, "{ty}");
        }
    }
}
