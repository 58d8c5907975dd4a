//! The text of a script: the statements of a plan with their markers, and what a reviewer should know as comments.

use ennead_core::Dialect;
use ennead_core::snapshot::Name;
use ennead_sql::ddl::{Fill, HazardKind, Step};

use super::row_security::Walls;
use crate::migrate::migration::{Direction, Migration};

/// What a script is made of.
pub(super) struct Parts<'a> {
    pub(super) migration: &'a Migration,
    pub(super) dialect: Dialect,
    pub(super) direction: Direction,
    pub(super) steps: &'a [Step],
    pub(super) walls: &'a Walls,
    /// Columns that nothing says what rows get in.
    pub(super) unfilled: &'a [(Name, String)],
    /// What rows get that was made up.
    pub(super) filled: &'a [Fill],
}

/// The whole text.
pub(super) fn script(parts: &Parts<'_>) -> String {
    let mut text = format!(
        "-- {}, {}, for {}. Made by `migrate new`; it may be edited until it is applied.\n",
        parts.migration, parts.direction, parts.dialect
    );
    for (table, column) in parts.unfilled {
        comment(
            &mut text,
            &format!(
                "{table}.{column} takes no NULL, and nothing says what the rows of {table} get: this fails where there are any. \
                 Make it anew with --fill {table}.{column}=VALUE, give the field a #[default(…)], or write it here."
            ),
        );
    }
    for fill in parts.filled {
        comment(
            &mut text,
            &format!(
                "The values of {}.{} are gone with the way up: rows get {} here. Write it otherwise where that is known better.",
                fill.table, fill.column, fill.value
            ),
        );
    }
    let is_nothing = parts.steps.is_empty() && parts.walls.first.is_empty() && parts.walls.last.is_empty();
    if is_nothing {
        comment(&mut text, "Nothing is to be done here.");
        return text;
    }
    for sql in &parts.walls.first {
        text.push_str(&format!("\n{sql};\n"));
    }
    let mut is_cut = false;
    for step in parts.steps {
        text.push('\n');
        for hazard in &step.hazards {
            // What each plan of a live table has is told by its markers.
            if hazard.kind != HazardKind::Locks || step.rewrite {
                comment(&mut text, &format!("{}: {}", hazard.kind, hazard.reason));
            }
        }
        if needs_no_transaction(&step.sql, parts.dialect) {
            text.push_str("-- ennead:no-transaction\n");
            is_cut = false;
        } else if !step.transactional || is_cut {
            text.push_str("-- ennead:stage\n");
            is_cut = !step.transactional;
        }
        if step.gives_nothing {
            text.push_str("-- ennead:nothing\n");
        }
        text.push_str(&format!("{};\n", step.sql));
    }
    for (at, sql) in parts.walls.last.iter().enumerate() {
        let marker = if at == 0 && is_cut { "-- ennead:stage\n" } else { "" };
        text.push_str(&format!("\n{marker}{sql};\n"));
    }
    text
}

/// Whether no transaction takes it. What must only be committed by itself is a stage of its own.
fn needs_no_transaction(sql: &str, dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres => {
            let head = sql.split(" ON ").next().unwrap_or_default();
            head.contains(" INDEX CONCURRENTLY ")
        }
        Dialect::Sqlite => sql.starts_with("PRAGMA foreign_keys"),
    }
}

/// A comment of one line, whatever the text holds.
fn comment(text: &mut String, what: &str) {
    let what: Vec<&str> = what.split_whitespace().collect();
    text.push_str(&format!("-- {}\n", what.join(" ")));
}
