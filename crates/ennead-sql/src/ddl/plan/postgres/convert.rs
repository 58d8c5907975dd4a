//! From one type of Postgres to another.

/// How the values of a column become values of another type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Conversion {
    /// The expression of USING, where Postgres does not convert by itself.
    pub(super) using: Option<String>,
    /// Whether the table is written anew.
    pub(super) rewrites: bool,
    /// Whether the new type holds less.
    pub(super) narrows: bool,
    /// Whether a value may be refused.
    pub(super) may_fail: bool,
}

/// The conversion of a column. Where Postgres knows none, values go through their text: what is no text of the new type is
/// refused, and nothing is guessed.
///
/// An explicit cast to `varchar(3)` cuts what is longer, where the assignment that ALTER TABLE does by itself refuses it:
/// so a cast is written only where assignment is none.
pub(super) fn conversion(from: &str, to: &str, column: &str, is_enum: bool) -> Conversion {
    let (old, new) = (Type::parse(from), Type::parse(to));
    let plain = |rewrites, narrows| Conversion { using: None, rewrites, narrows, may_fail: false };
    let using =
        |text: String| Conversion { using: Some(text), rewrites: true, narrows: false, may_fail: true };
    if from == to && !is_enum {
        return plain(false, false);
    }
    if is_enum {
        // To text nothing else is needed; between enumerations, and from text, the text is the value.
        if new.is_text() && !new.array && !old.array {
            return plain(true, false);
        }
        let through = if old.array && new.array { "text[]" } else { "text" };
        return using(format!("{column}::{through}::{to}"));
    }
    if old.array != new.array {
        return using(format!("{column}::text::{to}"));
    }
    if old.base == new.base {
        let narrows = old.narrows_to(&new);
        // Only some bounds can be lifted without a look at the rows.
        let lifted = !narrows && matches!(new.base, "character varying" | "numeric" | "bit varying");
        return Conversion { may_fail: narrows, ..plain(!lifted, narrows) };
    }
    if new.is_text() && !old.array {
        // The two texts without padding are stored alike.
        let alike = old.is_text() && old.base != "character" && new.base != "character";
        let narrows = new.modifier.is_some();
        return Conversion { may_fail: narrows, ..plain(!alike || narrows, narrows) };
    }
    if let (Some(old_rank), Some(new_rank)) = (number_rank(old.base), number_rank(new.base)) {
        let narrows = new_rank < old_rank || new.modifier.is_some();
        return Conversion { may_fail: narrows, ..plain(true, narrows) };
    }
    if is_assignable(old.base, new.base) {
        let narrows = matches!((old.base, new.base), (_, "date" | "time without time zone"));
        return plain(true, narrows);
    }
    if old.is_text() || has_cast(old.base, new.base) {
        return using(format!("{column}::{to}"));
    }
    match (old.base, new.base) {
        ("smallint" | "bigint", "boolean") => using(format!("{column}::integer::boolean")),
        ("boolean", "smallint" | "bigint" | "numeric") => using(format!("{column}::integer::{to}")),
        _ => using(format!("{column}::text::{to}")),
    }
}

/// What it means for a column's values to become values of another type, on Postgres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeChange {
    /// Whether the table is written anew.
    pub rewrites: bool,
    /// Whether the new type holds less.
    pub narrows: bool,
    /// Whether a value may be refused.
    pub may_fail: bool,
    /// Whether it is another type, and not the same one with other bounds.
    pub is_other: bool,
}

/// What it means that a column's type changes: types in whatever words, and whether one of them is an enumeration.
///
/// ```
/// let change = ennead_sql::ddl::type_change("varchar(20)", "VARCHAR(10)", false);
/// assert!(change.narrows && !change.is_other);
/// ```
#[must_use]
pub fn type_change(from: &str, to: &str, is_enum: bool) -> TypeChange {
    let (from, to) = (from.to_lowercase(), to.to_lowercase());
    let Conversion { rewrites, narrows, may_fail, .. } = conversion(&from, &to, "", is_enum);
    let (old, new) = (Type::parse(&from), Type::parse(&to));
    let same = old.base == new.base && old.array == new.array;
    // `int4` and `integer` are one type.
    let unchanged = same && old.modifier == new.modifier && !is_enum;
    let wider = old.is_text() && matches!(new.base, "text" | "character varying") && !old.array && !new.array;
    TypeChange {
        rewrites: rewrites && !unchanged,
        narrows: narrows && !unchanged,
        may_fail: may_fail && !unchanged,
        is_other: !same && !wider,
    }
}

/// A type in the words of `format_type`: `numeric(10,2)[]`.
struct Type<'a> {
    base: &'a str,
    modifier: Option<&'a str>,
    array: bool,
}

impl<'a> Type<'a> {
    fn parse(name: &'a str) -> Self {
        let (element, array) = match name.strip_suffix("[]") {
            Some(element) => (element.trim_end_matches("[]"), true),
            None => (name, false),
        };
        let (base, modifier) = match (element.find('('), element.find(')')) {
            (Some(open), Some(close)) if open < close => {
                // `timestamp(3) with time zone` keeps its words behind.
                let words = element.get(..open).unwrap_or_default().trim_end();
                (words, element.get(open + 1..close))
            }
            _ => (element, None),
        };
        Self { base: canonical(base, element), modifier, array }
    }

    fn is_text(&self) -> bool {
        matches!(self.base, "text" | "character varying" | "character" | "bpchar" | "name")
    }

    /// Whether another type of the same base holds less.
    fn narrows_to(&self, other: &Self) -> bool {
        let numbers = |modifier: &str| -> Vec<i64> {
            modifier.split(',').filter_map(|number| number.trim().parse().ok()).collect()
        };
        match (self.modifier.map(numbers), other.modifier.map(numbers)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) => {
                let at = |numbers: &[i64], at: usize| numbers.get(at).copied().unwrap_or_default();
                let whole = |numbers: &[i64]| at(numbers, 0) - at(numbers, 1);
                whole(&new) < whole(&old) || at(&new, 1) < at(&old, 1)
            }
        }
    }
}

/// One word for each type, whatever words it was written in.
fn canonical<'a>(base: &'a str, whole: &'a str) -> &'a str {
    let zoned = whole.ends_with("with time zone");
    match base {
        "varchar" => "character varying",
        "char" => "character",
        "int" | "int4" => "integer",
        "int2" => "smallint",
        "int8" => "bigint",
        "decimal" => "numeric",
        "float4" => "real",
        "float8" => "double precision",
        "bool" => "boolean",
        "timestamptz" => "timestamp with time zone",
        "timetz" => "time with time zone",
        "timestamp" if zoned => "timestamp with time zone",
        "timestamp" => "timestamp without time zone",
        "time" if zoned => "time with time zone",
        "time" => "time without time zone",
        other => other,
    }
}

fn number_rank(base: &str) -> Option<u8> {
    Some(match base {
        "smallint" => 1,
        "integer" => 2,
        "bigint" => 3,
        "real" => 4,
        "double precision" => 5,
        "numeric" => 6,
        _ => return None,
    })
}

/// Casts that Postgres does by itself where a value is assigned.
fn is_assignable(from: &str, to: &str) -> bool {
    let moment =
        |name: &str| matches!(name, "date" | "timestamp without time zone" | "timestamp with time zone");
    moment(from) && moment(to)
        || matches!(
            (from, to),
            ("json", "jsonb")
                | ("jsonb", "json")
                | ("cidr", "inet")
                | ("inet", "cidr")
                | ("numeric" | "integer" | "bigint", "money")
                | ("time without time zone", "interval" | "time with time zone")
                | ("interval", "time without time zone")
                | ("time with time zone", "time without time zone")
                | ("timestamp without time zone" | "timestamp with time zone", "time without time zone")
                | ("timestamp with time zone", "time with time zone")
                | ("bit", "bit varying")
                | ("bit varying", "bit")
        )
}

/// Casts that Postgres does where they are written.
fn has_cast(from: &str, to: &str) -> bool {
    matches!(
        (from, to),
        ("integer", "boolean" | "bit")
            | ("boolean", "integer")
            | ("bigint", "bit")
            | ("bit", "integer" | "bigint")
            | ("money", "numeric")
            | (
                "jsonb",
                "boolean" | "numeric" | "smallint" | "integer" | "bigint" | "real" | "double precision"
            )
    )
}

/// How a type's large values are stored where nothing is said.
pub(super) fn usual_storage(data_type: &str) -> &'static str {
    let kind = Type::parse(data_type);
    match kind.base {
        _ if kind.array => "EXTENDED",
        "numeric" | "inet" | "cidr" => "MAIN",
        "smallint" | "integer" | "bigint" | "real" | "double precision" | "boolean" | "uuid" | "date" => {
            "PLAIN"
        }
        _ => "EXTENDED",
    }
}

#[cfg(test)]
mod tests {
    use super::conversion;

    fn using(from: &str, to: &str) -> Option<String> {
        conversion(from, to, "c", false).using
    }

    #[test]
    fn a_cast_is_written_where_assignment_is_none() {
        assert_eq!(using("text", "character varying(3)"), None);
        assert_eq!(using("character varying(9)", "character varying(3)"), None);
        assert_eq!(using("text", "integer").as_deref(), Some("c::integer"));
        assert_eq!(
            using("bigint", "timestamp without time zone").as_deref(),
            Some("c::text::timestamp without time zone")
        );
        assert_eq!(using("bigint", "boolean").as_deref(), Some("c::integer::boolean"));
        assert_eq!(using("timestamp(3) with time zone", "timestamp without time zone"), None);
        assert_eq!(using("integer[]", "bigint[]"), None);
        assert_eq!(conversion("mood", "mood", "c", true).using.as_deref(), Some("c::text::mood"));
        assert_eq!(conversion("mood[]", "text[]", "c", true).using.as_deref(), Some("c::text[]::text[]"));
        assert_eq!(conversion("mood", "text", "c", true).using, None);
        assert_eq!(conversion("bigint", "mood[]", "c", true).using.as_deref(), Some("c::text::mood[]"));
    }

    #[test]
    fn what_holds_less_is_told() {
        for (from, to, narrows) in [
            ("bigint", "integer", true),
            ("integer", "bigint", false),
            ("numeric(10,2)", "numeric(12,2)", false),
            ("numeric(10,2)", "numeric(10,4)", true),
            ("numeric", "numeric(5,2)", true),
            ("character varying(5)", "text", false),
            ("text", "character varying(5)", true),
            ("timestamp with time zone", "date", true),
        ] {
            assert_eq!(conversion(from, to, "c", false).narrows, narrows, "{from} to {to}");
        }
    }

    #[test]
    fn what_is_stored_alike_is_not_written_anew() {
        assert!(!conversion("character varying(5)", "character varying(9)", "c", false).rewrites);
        assert!(!conversion("character varying(5)", "text", "c", false).rewrites);
        assert!(conversion("integer", "bigint", "c", false).rewrites);
    }
}
