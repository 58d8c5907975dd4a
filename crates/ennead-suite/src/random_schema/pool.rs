//! What schemas are drawn from.

use super::model::{Column, Default, Expr, Family, Table, Type, World};
use crate::draw::Draw;

/// Names that something on the way might take for something else.
const NAMES: &[&str] = &[
    "a",
    "b",
    "c",
    "t",
    "mood",
    "Mood",
    "select",
    "order",
    "Odd Name",
    "it's",
    "say \"so\"",
    "ünï",
    "x_1",
    "id",
    "user",
    "text",
    "a_b",
    "name",
    "key",
    "v",
    "check",
    "other_id",
    "state",
    "kind",
    "n",
    "default",
    "primary",
    "a_name_that_is_as_long_as_names_may_be_and_ends_here_at_sixty_b",
    "level",
    "size",
];

const POSTGRES: &[Type] = &[
    Type { family: Family::Int, sql: "integer" },
    Type { family: Family::Int, sql: "bigint" },
    Type { family: Family::Int, sql: "smallint" },
    Type { family: Family::Text, sql: "text" },
    Type { family: Family::Text, sql: "character varying(40)" },
    Type { family: Family::Text, sql: "character varying(80)" },
    Type { family: Family::Num, sql: "numeric(10,2)" },
    Type { family: Family::Num, sql: "numeric(14,4)" },
    Type { family: Family::Num, sql: "double precision" },
    Type { family: Family::Bool, sql: "boolean" },
    Type { family: Family::Time, sql: "timestamp with time zone" },
    Type { family: Family::Time, sql: "timestamp without time zone" },
    Type { family: Family::Time, sql: "date" },
    Type { family: Family::Uuid, sql: "uuid" },
    Type { family: Family::Json, sql: "jsonb" },
    Type { family: Family::Array, sql: "text[]" },
    Type { family: Family::Array, sql: "integer[]" },
    Type { family: Family::Bytes, sql: "bytea" },
];

const SQLITE: &[Type] = &[
    Type { family: Family::Int, sql: "INTEGER" },
    Type { family: Family::Text, sql: "TEXT" },
    Type { family: Family::Num, sql: "REAL" },
    Type { family: Family::Bytes, sql: "BLOB" },
    Type { family: Family::Int, sql: "INT" },
    Type { family: Family::Text, sql: "VARCHAR(40)" },
    Type { family: Family::Num, sql: "DECIMAL(10, 2)" },
    Type { family: Family::Int, sql: "BIGINT" },
];

/// How many of SQLite's a STRICT table takes.
const STRICT: usize = 5;

/// Whether this happens, one time of so many.
pub(super) fn once(draw: &mut Draw, of: usize) -> bool {
    draw.below(of) == 0
}

/// A name that nothing in the world has.
pub(super) fn name(draw: &mut Draw, world: &mut World, beside: Option<&Table>) -> String {
    let name = draw.of(NAMES).to_owned();
    let same = |other: &String| other.eq_ignore_ascii_case(&name);
    let taken = match beside {
        Some(table) => table.columns.iter().any(|column| same(&column.name)),
        None => {
            world
                .tables
                .iter()
                .any(|table| same(&table.name) || table.parts.iter().any(|part| same(&part.name)))
                || world.enums.iter().any(|kind| same(&kind.name))
                || world.sequences.iter().any(|sequence| same(&sequence.name))
        }
    };
    if taken { format!("n{}", world.id()) } else { name }
}

pub(super) fn data_type(draw: &mut Draw, world: &World, strict: bool) -> Type {
    if !world.postgres {
        return draw.of(if strict { &SQLITE[..STRICT] } else { SQLITE });
    }
    if once(draw, 6)
        && let Some(kind) = world.enums.get(draw.below(world.enums.len().max(1)))
    {
        return Type { family: Family::Enum(kind.id), sql: if once(draw, 8) { "[]" } else { "" } };
    }
    draw.of(POSTGRES)
}

/// A type that the values of another become, or another of its family.
pub(super) fn next_type(draw: &mut Draw, world: &World, from: Type, strict: bool) -> Option<Type> {
    let to = data_type(draw, world, strict);
    let goes = match (from.family, to.family) {
        (Family::Enum(_), other) if from.family == other => from.sql == to.sql,
        (one, other) if one == other => true,
        (Family::Int, Family::Num | Family::Text)
        | (Family::Num, Family::Text)
        | (Family::Bool, Family::Int | Family::Text)
        | (Family::Text, Family::Int | Family::Num)
        | (Family::Num, Family::Int)
        | (Family::Time | Family::Uuid | Family::Json, Family::Text) => true,
        (Family::Enum(_), Family::Text) => from.sql.is_empty(),
        _ => false,
    };
    (goes && from != to).then_some(to)
}

pub(super) fn default(draw: &mut Draw, world: &World, family: Family) -> Option<Default> {
    if !world.postgres {
        return Some(Default::Sql(match family {
            Family::Int => draw.of(&["7", "-1", "0", "(1 + 2)"]),
            Family::Num => draw.of(&["1.5", "0.0", "-2.25"]),
            Family::Text => draw.of(&["'x'", "'it''s -- so'", "CURRENT_TIMESTAMP", "''"]),
            _ => "x'00'",
        }));
    }
    Some(match family {
        Family::Int => {
            if once(draw, 3)
                && let Some(sequence) = world.sequences.get(draw.below(world.sequences.len().max(1)))
            {
                return Some(Default::Next(sequence.id));
            }
            Default::Sql(draw.of(&["7", "-1", "0", "(1 + 2)"]))
        }
        Family::Num => Default::Sql(draw.of(&["1.5", "0", "-2.25"])),
        Family::Text => Default::Sql(draw.of(&["'x'", "'it''s -- so'", "''", "lower('X')"])),
        Family::Bool => Default::Sql(draw.of(&["true", "false"])),
        Family::Time => Default::Sql(draw.of(&["'2024-01-05'", "now()", "CURRENT_TIMESTAMP"])),
        Family::Uuid => Default::Sql("gen_random_uuid()"),
        Family::Json => Default::Sql("'{\"a\": [1]}'"),
        Family::Array => Default::Sql("'{}'"),
        Family::Bytes => Default::Sql("'\\x00'"),
        Family::Enum(id) => Default::Label(world.enumeration(id)?.labels.last()?.0),
    })
}

/// A condition that the values of rows meet.
pub(super) fn condition(draw: &mut Draw, world: &World, table: &Table) -> Option<Expr> {
    let column = pick(draw, table, |_| true)?;
    let mut columns = vec![column.id];
    let mut label = None;
    let template = match column.data_type.family {
        Family::Int if once(draw, 3) => {
            columns.push(pick(draw, table, |other| other.data_type.family == Family::Int)?.id);
            "{0} + {1} > 0"
        }
        Family::Int => {
            draw.of(&["{0} > 0", "{0} <> 99", "{0} BETWEEN 0 AND 1000", "{0} IN (1, 2, 3, 4, 6, 7)"])
        }
        Family::Num => draw.of(&["{0} >= 0", "{0} < 1000.5"]),
        Family::Text => draw.of(&["{0} <> '{}'", "length({0}) < 200", "{0} NOT IN ('no', 'never')"]),
        Family::Time => "{0} > '2000-01-01'",
        Family::Enum(id) if column.data_type.sql.is_empty() => {
            label = Some(world.enumeration(id)?.labels.get(3)?.0);
            "{0} <> {label}"
        }
        _ => "{0} IS NOT NULL OR 1 = 1",
    };
    Some(Expr { template, columns, label })
}

/// A column that is picked.
pub(super) fn pick<'a>(
    draw: &mut Draw,
    table: &'a Table,
    wanted: impl Fn(&Column) -> bool,
) -> Option<&'a Column> {
    let all: Vec<&Column> = table.columns.iter().filter(|column| wanted(column)).collect();
    if all.is_empty() { None } else { Some(all[draw.below(all.len())]) }
}

pub(super) fn plain(column: &Column) -> Expr {
    Expr { template: "{0}", columns: vec![column.id], label: None }
}

/// What a generated column of its type may be computed by.
pub(super) fn generated(draw: &mut Draw, world: &World, table: &Table) -> Option<(Type, Expr)> {
    let column = pick(draw, table, |column| {
        column.generated.is_none() && matches!(column.data_type.family, Family::Int | Family::Text)
    })?;
    let (data_type, template) = match (column.data_type.family, world.postgres) {
        (Family::Int, true) => (POSTGRES[1], draw.of(&["{0} * 2", "{0} + 1", "abs({0})"])),
        (Family::Int, false) => (SQLITE[0], draw.of(&["{0} * 2", "{0} + 1", "abs({0})"])),
        (_, true) => (POSTGRES[3], draw.of(&["upper({0})", "({0} || 'x')", "lower({0})"])),
        (_, false) => (SQLITE[1], draw.of(&["upper({0})", "{0} || 'x'", "lower({0})"])),
    };
    Some((data_type, Expr { template, columns: vec![column.id], label: None }))
}

/// The value of a type in the row `k`, in SQL.
pub(super) fn value(world: &World, data_type: Type, k: usize) -> String {
    match data_type.family {
        Family::Int | Family::Num => k.to_string(),
        Family::Text => format!("'{k}'"),
        Family::Bool => (k % 2 == 1).to_string(),
        Family::Time => format!("'2024-01-0{k}'"),
        Family::Uuid => format!("'00000000-0000-0000-0000-00000000000{k}'"),
        Family::Json => format!("'{{\"k\": {k}}}'"),
        Family::Array => format!("'{{{k}}}'"),
        Family::Bytes if world.postgres => format!("'\\x0{k}'"),
        Family::Bytes => format!("x'0{k}'"),
        Family::Enum(id) => {
            let label = world.enumeration(id).and_then(|kind| kind.labels.get(k - 1));
            let label = label.map(|label| label.1.clone()).unwrap_or_default();
            if data_type.sql.is_empty() {
                super::sql::text(&label)
            } else {
                super::sql::text(&format!("{{\"{}\"}}", label.replace('"', "\\\"")))
            }
        }
    }
}
