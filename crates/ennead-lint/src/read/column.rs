//! Columns and constraints, as CREATE TABLE and ALTER TABLE write them.

use ennead_core::Dialect;
use ennead_core::snapshot::{Column, Generated, Identity, Name};
use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::{ColumnSpec, ConstraintSpec};

/// The words that end a column's type, and its default.
const CONSTRAINTS: &[&str] = &[
    "CONSTRAINT",
    "NOT",
    "NULL",
    "DEFAULT",
    "GENERATED",
    "AS",
    "CHECK",
    "UNIQUE",
    "PRIMARY",
    "REFERENCES",
    "COLLATE",
    "STORAGE",
    "COMPRESSION",
    "DEFERRABLE",
    "INITIALLY",
    "ON",
    "MATCH",
];

/// Functions whose value is one for all rows of a statement: a column that has them as its default needs no new table.
const STEADY: &[&str] = &[
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_setting",
    "timezone",
    "to_timestamp",
    "date_trunc",
    "make_interval",
    "make_date",
    "jsonb_build_object",
    "jsonb_build_array",
    "lower",
    "upper",
    "coalesce",
    "concat",
    "array",
    "cast",
    "numeric",
    "varchar",
    "char",
    "timestamp",
    "timestamptz",
    "interval",
    "decimal",
    "bit",
    "extract",
    "date_part",
    "replace",
    "trim",
    "length",
    "abs",
    "round",
    "floor",
    "ceil",
    "least",
    "greatest",
    "nullif",
    "to_char",
    "to_jsonb",
    "make_timestamp",
    "make_timestamptz",
    "current_timestamp",
    "localtimestamp",
];

/// Reads a column's definition; `None` where it is not understood.
pub(super) fn column(mut cursor: Cursor<'_>) -> Option<ColumnSpec> {
    let name = cursor.part()?;
    let mut spec = ColumnSpec {
        column: Column { nullable: true, ..Column::new(name, cursor.until(CONSTRAINTS, false).text()) },
        unique: false,
        primary: false,
        references: None,
        checks: Vec::new(),
        rewrites: None,
    };
    if spec.column.data_type.is_empty() && cursor.dialect == Dialect::Postgres {
        return None;
    }
    if matches!(
        spec.column.data_type.as_str(),
        "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2"
    ) {
        spec.column.nullable = false;
        spec.column.identity = Some(Identity::ByDefault);
        spec.rewrites = Some("each row is counted");
    }
    while !cursor.is_over() {
        part(&mut cursor, &mut spec)?;
    }
    Some(spec)
}

fn part(cursor: &mut Cursor<'_>, spec: &mut ColumnSpec) -> Option<()> {
    let column = &mut spec.column;
    if cursor.takes("CONSTRAINT") {
        cursor.part()?;
    } else if cursor.takes("NOT NULL") {
        column.nullable = false;
    } else if cursor.takes("NOT DEFERRABLE") || cursor.takes("DEFERRABLE") || cursor.takes("NULL") {
    } else if cursor.takes("INITIALLY")
        || cursor.takes("MATCH")
        || cursor.takes("STORAGE")
        || cursor.takes("COMPRESSION")
    {
        cursor.next()?;
    } else if cursor.takes("DEFAULT") {
        let default = cursor.until(CONSTRAINTS, true);
        if default.calls().iter().any(|name| !STEADY.contains(&name.as_str())) {
            spec.rewrites = Some("its default is computed for each row");
        }
        let text = default.text();
        column.default = Some(text).filter(|text| !text.eq_ignore_ascii_case("null"));
    } else if cursor.takes("COLLATE") {
        column.collation = Some(cursor.name()?.name);
    } else if cursor.takes("GENERATED") || cursor.sees("AS") {
        generated(cursor, spec)?;
    } else if cursor.takes("CHECK") {
        spec.checks.push(cursor.inside()?.text());
        cursor.takes("NO INHERIT");
    } else if cursor.takes("UNIQUE") {
        cursor.takes("NULLS NOT DISTINCT");
        cursor.takes("NULLS DISTINCT");
        index_parameters(cursor);
        spec.unique = true;
    } else if cursor.takes("PRIMARY KEY") {
        let _ = cursor.takes("ASC") || cursor.takes("DESC");
        if cursor.takes("AUTOINCREMENT") {
            column.identity = Some(Identity::Autoincrement);
        }
        index_parameters(cursor);
        column.nullable = false;
        spec.primary = true;
    } else if cursor.takes("REFERENCES") {
        spec.references = Some(cursor.name()?);
        cursor.inside();
        actions(cursor)?;
    } else if cursor.takes("ON CONFLICT") {
        cursor.next()?;
    } else {
        return None;
    }
    Some(())
}

fn generated(cursor: &mut Cursor<'_>, spec: &mut ColumnSpec) -> Option<()> {
    let by_default = cursor.takes("BY DEFAULT");
    cursor.takes("ALWAYS");
    cursor.takes("AS").then_some(())?;
    if cursor.takes("IDENTITY") {
        cursor.inside();
        spec.column.identity = Some(if by_default { Identity::ByDefault } else { Identity::Always });
        spec.column.nullable = false;
        spec.rewrites = Some("each row is counted");
        return Some(());
    }
    let expression = cursor.inside()?.text();
    let stored = cursor.takes("STORED");
    cursor.takes("VIRTUAL");
    spec.column.generated = Some(Generated { expression, stored });
    if stored {
        spec.rewrites = Some("it is computed for each row");
    }
    Some(())
}

/// ON DELETE and the like, behind REFERENCES.
fn actions(cursor: &mut Cursor<'_>) -> Option<()> {
    loop {
        if cursor.takes("ON DELETE") || cursor.takes("ON UPDATE") {
            let known = cursor.takes_any(&["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]);
            known.then_some(())?;
            cursor.inside();
        } else if cursor.takes("MATCH") {
            cursor.next()?;
        } else {
            return Some(());
        }
    }
}

/// INCLUDE, WITH and the tablespace of an index.
fn index_parameters(cursor: &mut Cursor<'_>) {
    loop {
        if cursor.takes("INCLUDE") || cursor.takes("WITH") {
            cursor.inside();
        } else if cursor.takes_any(&["USING INDEX TABLESPACE", "TABLESPACE", "ON CONFLICT"]) {
            cursor.next();
        } else {
            return;
        }
    }
}

/// Reads a table's constraint; the outer `None` where it is none, or is not understood.
pub(super) fn constraint(mut cursor: Cursor<'_>) -> Option<(Option<String>, ConstraintSpec)> {
    let name = if cursor.takes("CONSTRAINT") { Some(cursor.part()?) } else { None };
    let mut constraint = kind(&mut cursor)?;
    while !cursor.is_over() {
        if cursor.takes("NOT VALID") {
            match &mut constraint {
                ConstraintSpec::Check { not_valid, .. } | ConstraintSpec::ForeignKey { not_valid, .. } => {
                    *not_valid = true;
                }
                _ => return None,
            }
        } else if cursor.takes_any(&[
            "NOT DEFERRABLE",
            "DEFERRABLE",
            "NO INHERIT",
            "ENFORCED",
            "NOT ENFORCED",
        ]) {
        } else if cursor.takes("INITIALLY") || cursor.takes("ON CONFLICT") {
            cursor.next()?;
        } else {
            return None;
        }
    }
    Some((name, constraint))
}

fn kind(cursor: &mut Cursor<'_>) -> Option<ConstraintSpec> {
    let primary = cursor.takes("PRIMARY KEY");
    if primary || cursor.takes("UNIQUE") {
        let nulls_not_distinct = cursor.takes("NULLS NOT DISTINCT");
        cursor.takes("NULLS DISTINCT");
        let using_index = cursor.takes("USING INDEX");
        let columns = if using_index {
            cursor.part()?;
            Vec::new()
        } else {
            columns(cursor)?
        };
        index_parameters(cursor);
        return Some(if primary {
            ConstraintSpec::PrimaryKey { columns, using_index }
        } else {
            ConstraintSpec::Unique { columns, using_index, nulls_not_distinct }
        });
    }
    if cursor.takes("CHECK") {
        let condition = cursor.inside()?;
        let (text, not_null) = (condition.text(), is_not_null(condition));
        return Some(ConstraintSpec::Check { condition: text, not_null, not_valid: false });
    }
    if cursor.takes("FOREIGN KEY") {
        let columns = columns(cursor)?;
        cursor.takes("REFERENCES").then_some(())?;
        let parent = cursor.name()?;
        cursor.inside();
        actions(cursor)?;
        return Some(ConstraintSpec::ForeignKey { columns, parent, not_valid: false });
    }
    if cursor.takes("EXCLUDE") {
        if cursor.takes("USING") {
            cursor.part()?;
        }
        cursor.inside()?;
        index_parameters(cursor);
        if cursor.takes("WHERE") {
            cursor.inside()?;
        }
        return Some(ConstraintSpec::Exclusion);
    }
    None
}

/// Names of columns in parentheses. What stands behind a name, such as DESC, is left out.
fn columns(cursor: &mut Cursor<'_>) -> Option<Vec<String>> {
    cursor.inside()?.items().into_iter().map(|mut item| item.part()).collect()
}

/// The column of `column IS NOT NULL`, in whatever parentheses.
fn is_not_null(mut condition: Cursor<'_>) -> Option<String> {
    while condition.peek() == Some(&Token::LParen) {
        let mut outer = condition;
        condition = outer.inside()?;
        outer.is_over().then_some(())?;
    }
    let column = condition.part()?;
    (condition.takes("IS NOT NULL") && condition.is_over()).then_some(column)
}

/// The columns of an index, as far as they are columns.
pub(super) fn index_columns(parts: Cursor<'_>) -> Vec<String> {
    let column = |mut item: Cursor<'_>| {
        let name: Name = item.name()?;
        (item.peek() != Some(&Token::LParen)).then_some(name.name)
    };
    parts.items().into_iter().filter_map(column).collect()
}
