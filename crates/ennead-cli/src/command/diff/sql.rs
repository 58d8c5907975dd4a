//! A plan as a script, for `psql` or `sqlite3`: it stops at the first error, and each transaction is all or nothing.

use ennead::Dialect;
use ennead::migrate::Step;

/// The script.
pub(crate) fn script(dialect: Dialect, steps: &[Step]) -> String {
    let (stop, begin) = match dialect {
        Dialect::Postgres => ("\\set ON_ERROR_STOP on", "BEGIN"),
        Dialect::Sqlite => (".bail on", "BEGIN IMMEDIATE"),
    };
    let mut text = format!("{stop}\n");
    let mut open = false;
    for step in steps {
        if step.transactional != open {
            text.push_str(&format!("\n{};\n", if open { "COMMIT" } else { begin }));
            open = !open;
        }
        if step.gives_nothing {
            text.push_str(&nothing(&step.sql));
        } else {
            text.push_str(&format!("\n{};\n", step.sql));
        }
    }
    if open {
        text.push_str("\nCOMMIT;\n");
    }
    text
}

/// A script cannot look at an answer, so a constraint does: where there is one, it fails, and what was done goes.
fn nothing(sql: &str) -> String {
    let asked =
        sql.strip_prefix("PRAGMA ").map_or_else(|| format!("({sql})"), |name| format!("pragma_{name}"));
    format!(
        "\n-- It stops here where {sql} has an answer.\n\
         CREATE TEMP TABLE ennead_nothing (answers INTEGER CHECK (answers = 0));\n\
         INSERT INTO ennead_nothing SELECT count(*) FROM {asked};\n\
         DROP TABLE ennead_nothing;\n"
    )
}
