//! Changes at paths of JSON columns, and comparisons of two paths.
//!
//! SQLite calls functions of the library's own. Postgres does the same in SQL: it applies the changes, which come as one bind,
//! one after the other. What a row does not take is an error on both, raised where the new value is computed: so it hangs on no row
//! that the guard and the conditions leave out. What the error says is the column, the reason and the path, and nothing of the row.

use ennead_core::{Compare, Dialect, Operand, Unfit, Value};
use sea_query::{Expr as Sea, ExprTrait};
use serde_json::{Map, Value as Json};

use super::expr::{Context, TEXT_OF, literal, operator, template};

/// The document and its changes, before the first of them.
const BEGUN: &str = r#"SELECT {} AS "d", CAST({} AS jsonb) AS "all" OFFSET 0"#;

/// One change. `d` is the document, `p` a path, `t` how much of it is written (all, or up to the first part that is missing: `m`), and
/// `f` what is written, within its parents; `x` says where the path leads nowhere. OFFSET 0 keeps each part from being computed wherever
/// it is named. A step without a change gives the document as it is.
///
/// The steps stand inside one another, and no recursive query goes over them: where a row was changed by another transaction in
/// the meantime, Postgres evaluates SET again with the new row, and gives a CTE's rows of the earlier one.
const STEP: &str = r#"SELECT CASE
WHEN "o"."k" IS NULL THEN "c"."d"
WHEN "o"."k" = 'remove' THEN CASE WHEN "w"."m" IS NULL AND "w"."x" IS NULL THEN "c"."d" #- "q"."p" ELSE "c"."d" END
WHEN "w"."x" % 2 = 0 THEN @scalar
WHEN "w"."x" % 2 = 1 THEN @position
WHEN "o"."k" = 'set' OR "w"."m" IS NOT NULL THEN jsonb_set("o"."e", "y"."t", "o"."f" #> "y"."t", TRUE)
WHEN "z"."v" IS NULL THEN @number
WHEN trunc("z"."v") = "z"."v" AND trunc("z"."a") = "z"."a" THEN CASE WHEN "z"."v" + "z"."a" BETWEEN -9223372036854775808 AND 9223372036854775807 THEN jsonb_set("o"."e", "q"."p", to_jsonb(CAST("z"."v" + "z"."a" AS bigint)), TRUE) ELSE @sum END
WHEN abs("z"."v") > 1e307 OR abs("z"."a") > 1e307 THEN @sum
ELSE jsonb_set("o"."e", "q"."p", to_jsonb(CAST("z"."v" AS double precision) + CAST("z"."a" AS double precision)), TRUE) END AS "d", "c"."all"
FROM (@inner) AS "c"
CROSS JOIN LATERAL (SELECT COALESCE("c"."d", jsonb_build_object()) AS "e", ("c"."all" -> @at) ->> 'k' AS "k", ("c"."all" -> @at) -> 'p' AS "j", ("c"."all" -> @at) -> 'f' AS "f" OFFSET 0) AS "o"
CROSS JOIN LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text("o"."j")) AS "p" OFFSET 0) AS "q"
CROSS JOIN LATERAL (SELECT min("s"."i") FILTER (WHERE ("o"."e" #> ("q"."p"[1:"s"."i"])) IS NULL) AS "m", min(CASE jsonb_typeof("o"."e" #> ("q"."p"[1:"s"."i" - 1])) WHEN 'object' THEN NULL WHEN 'array' THEN CASE WHEN "q"."p"["s"."i"] ~ '^(0|[1-9][0-9]{0,8})$' THEN CASE WHEN CAST("q"."p"["s"."i"] AS integer) > jsonb_array_length("o"."e" #> ("q"."p"[1:"s"."i" - 1])) THEN "s"."i" * 2 + 1 END ELSE "s"."i" * 2 + 1 END ELSE CASE WHEN ("o"."e" #> ("q"."p"[1:"s"."i" - 1])) IS NOT NULL THEN "s"."i" * 2 END END) AS "x" FROM generate_series(1, cardinality("q"."p")) AS "s" ("i")) AS "w"
CROSS JOIN LATERAL (SELECT "q"."p"[1:COALESCE("w"."m", cardinality("q"."p"))] AS "t", CASE WHEN "o"."k" = 'add' AND "w"."m" IS NULL THEN "o"."e" #> "q"."p" END AS "v", CASE WHEN "o"."k" = 'add' THEN "o"."f" #> "q"."p" END AS "a" OFFSET 0) AS "y"
CROSS JOIN LATERAL (SELECT CASE WHEN jsonb_typeof("y"."v") = 'number' THEN CAST("y"."v" AS numeric) END AS "v", CASE WHEN jsonb_typeof("y"."a") = 'number' THEN CAST("y"."a" AS numeric) END AS "a" OFFSET 0) AS "z"
OFFSET 0"#;

/// How many steps a statement has for so many changes: few shapes hold for all numbers.
pub(super) fn steps(dialect: Dialect, changes: usize) -> usize {
    if dialect == Dialect::Sqlite || changes == 0 { 0 } else { changes.next_power_of_two() }
}

/// A JSON column with the changes of a bind, which are no more than the steps.
pub(super) fn changed(context: &Context<'_>, steps: usize, at: u16, changes: Sea) -> Sea {
    let column = context.column(at);
    if context.dialect == Dialect::Sqlite {
        let text = format!("ennead_json_change({{}}, {{}}, {at})");
        return template(context.dialect, &text, [column, changes]);
    }
    let all = [Unfit::Scalar, Unfit::Position, Unfit::NoNumber, Unfit::Sum];
    let step = all.into_iter().fold(STEP.replace('\n', " "), |text, why| {
        text.replace(&format!("@{}", why.name()), &raise(at, why))
    });
    let text = (0..steps)
        .fold(BEGUN.to_owned(), |inner, at| step.replace("@at", &at.to_string()).replace("@inner", &inner));
    template(context.dialect, &format!("(SELECT \"r\".\"d\" FROM ({text}) AS \"r\")"), [column, changes])
}

/// Postgres has no expression that fails with a text, but one that cannot be read as a number is told.
fn raise(at: u16, why: Unfit) -> String {
    let mark = ennead_core::unfit_mark(at, why, &[]);
    let mark = mark.trim_end_matches("[]");
    format!("to_jsonb(CAST(concat('{mark}', \"o\".\"j\") AS integer))")
}

/// Changes as the dialect's statement reads them. Postgres finds each value within its parents, so that what is missing of them
/// comes with it; SQLite's function reads each value by itself, since the reader of JSON counts how deep it is.
///
/// Gives how many they are.
pub(super) fn prepare(dialect: Dialect, changes: &mut Value) -> usize {
    let Value::Json(Json::Array(all)) = changes else { return 0 };
    for change in all.iter_mut().filter_map(Json::as_object_mut) {
        let Some(value) = change.remove("v") else { continue };
        match dialect {
            Dialect::Sqlite => drop(change.insert("t".into(), value.to_string().into())),
            Dialect::Postgres => {
                let path = change.get("p").and_then(Json::as_array).cloned().unwrap_or_default();
                let within = path.iter().filter_map(Json::as_str).rev().fold(value, |inner, part| {
                    let mut map = Map::new();
                    map.insert(part.to_owned(), inner);
                    Json::Object(map)
                });
                change.insert("f".into(), within);
            }
        }
    }
    all.len()
}

/// How SQLite's function calls a comparison.
pub(super) fn test(op: Compare) -> &'static str {
    match op {
        Compare::Eq => "eq",
        Compare::Ne => "ne",
        Compare::Gt => "gt",
        Compare::Ge => "ge",
        Compare::Lt => "lt",
        Compare::Le => "le",
    }
}

/// How Postgres writes an order.
pub(super) fn sign(op: Compare) -> &'static str {
    match op {
        Compare::Gt => ">",
        Compare::Ge => ">=",
        Compare::Lt => "<",
        _ => "<=",
    }
}

/// Compares two places of a row. Where either is missing it is NULL; numbers and texts are in an order, each among themselves.
pub(super) fn compare_paths(
    context: &Context<'_>,
    left: &(u16, Vec<String>),
    op: Compare,
    right: &(u16, Vec<String>),
) -> Sea {
    let operand = |place: &(u16, Vec<String>)| Operand::JsonPath(place.0, place.1.clone());
    let (left, right) = (operand(left), operand(right));
    if context.dialect == Dialect::Sqlite {
        let Operand::JsonPath(at, path) = &right else { return Sea::cust("NULL") };
        let path = Sea::cust(literal(&Json::from(path.clone()).to_string()));
        let other = template(context.dialect, "ennead_json_at({}, {})", [context.column(*at), path]);
        return context.json_test(&left, test(op), Some(other));
    }
    let (left, right) = (context.json(&left), context.json(&right));
    if matches!(op, Compare::Eq | Compare::Ne) {
        return left.binary(operator(op), right);
    }
    let sign = sign(op);
    let text = format!(
        "(CASE WHEN {{}} IS NULL OR {{}} IS NULL THEN NULL \
         WHEN jsonb_typeof({{}}) = 'number' AND jsonb_typeof({{}}) = 'number' THEN {{}} {sign} {{}} \
         WHEN jsonb_typeof({{}}) = 'string' AND jsonb_typeof({{}}) = 'string' \
         THEN {TEXT_OF} COLLATE \"C\" {sign} {TEXT_OF} ELSE FALSE END)"
    );
    let parts = std::iter::repeat_n([left, right], 5).flatten();
    template(context.dialect, &text, parts)
}
