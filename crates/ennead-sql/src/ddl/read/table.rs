//! CREATE TABLE of SQLite.

use ennead_core::snapshot::{
    Check, Column, Deferrable, ForeignKey, Generated, Identity, PrimaryKey, ReferentialAction, Table, Unique,
};

use super::cursor::Cursor;

/// The words that end a column's type.
const CONSTRAINTS: &[&str] = &[
    "constraint",
    "primary",
    "not",
    "null",
    "unique",
    "check",
    "default",
    "collate",
    "references",
    "generated",
    "as",
];

/// Reads a table; `None` where something in it is not described by snapshots: conflict clauses, keys in another order.
pub(super) fn read(name: &str, sql: &str) -> Option<Table> {
    let mut cursor = Cursor::new(sql)?;
    if !cursor.words(&["create", "table"]) {
        return None;
    }
    cursor.words(&["if", "not", "exists"]);
    cursor.name()?;
    if cursor.sign(".") {
        cursor.name()?;
    }
    if !cursor.sign("(") {
        return None;
    }
    let mut table = Table::new(name);
    loop {
        if ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| cursor.sees(word)) {
            constraint(&mut cursor, &mut table)?;
        } else {
            column(&mut cursor, &mut table)?;
        }
        if cursor.sign(")") {
            break;
        }
        // SQLite does without the comma between constraints.
        cursor.sign(",");
        if cursor.is_over() {
            return None;
        }
    }
    loop {
        if cursor.words(&["strict"]) {
            table.strict = true;
        } else if cursor.words(&["without", "rowid"]) {
            table.without_rowid = true;
        } else if !cursor.sign(",") {
            break;
        }
    }
    cursor.is_over().then_some(table)
}

fn column(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    let name = cursor.name()?;
    let mut column = Column::new(name.clone(), cursor.until(CONSTRAINTS));
    column.nullable = true;
    loop {
        let constraint_name = if cursor.words(&["constraint"]) { cursor.name()? } else { String::new() };
        if cursor.words(&["primary", "key"]) {
            if cursor.sees("desc") || table.primary_key.is_some() {
                return None;
            }
            cursor.words(&["asc"]);
            no_conflict_clause(cursor)?;
            if cursor.words(&["autoincrement"]) {
                column.identity = Some(Identity::Autoincrement);
            }
            table.primary_key = Some(PrimaryKey {
                name: constraint_name,
                columns: vec![name.clone()],
                ..PrimaryKey::default()
            });
        } else if cursor.words(&["not", "null"]) {
            no_conflict_clause(cursor)?;
            column.nullable = false;
        } else if cursor.words(&["null"]) {
            no_conflict_clause(cursor)?;
        } else if cursor.words(&["unique"]) {
            no_conflict_clause(cursor)?;
            table.uniques.push(Unique {
                name: constraint_name,
                columns: vec![name.clone()],
                ..Unique::default()
            });
        } else if cursor.words(&["check"]) {
            let condition = cursor.inside()?;
            table.checks.push(Check { name: constraint_name, condition, ..Check::default() });
        } else if cursor.words(&["default"]) {
            column.default = Some(match cursor.inside() {
                Some(expression) => format!("({expression})"),
                None => cursor.literal()?,
            });
        } else if cursor.words(&["collate"]) {
            column.collation = Some(cursor.name()?);
        } else if cursor.sees("references") {
            let key = references(cursor, constraint_name, vec![name.clone()])?;
            table.foreign_keys.push(key);
        } else if cursor.words(&["generated", "always", "as"]) || cursor.words(&["as"]) {
            let expression = cursor.inside()?;
            let stored = cursor.words(&["stored"]);
            if !stored {
                cursor.words(&["virtual"]);
            }
            column.generated = Some(Generated { expression, stored });
        } else if constraint_name.is_empty() {
            break;
        } else {
            return None;
        }
    }
    table.columns.push(column);
    Some(())
}

fn constraint(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    let name = if cursor.words(&["constraint"]) { cursor.name()? } else { String::new() };
    if cursor.words(&["primary", "key"]) {
        if table.primary_key.is_some() {
            return None;
        }
        let columns = cursor.names()?;
        no_conflict_clause(cursor)?;
        table.primary_key = Some(PrimaryKey { name, columns, ..PrimaryKey::default() });
    } else if cursor.words(&["unique"]) {
        let columns = cursor.names()?;
        no_conflict_clause(cursor)?;
        table.uniques.push(Unique { name, columns, ..Unique::default() });
    } else if cursor.words(&["check"]) {
        let condition = cursor.inside()?;
        no_conflict_clause(cursor)?;
        table.checks.push(Check { name, condition, ..Check::default() });
    } else if cursor.words(&["foreign", "key"]) {
        let columns = cursor.names()?;
        table.foreign_keys.push(references(cursor, name, columns)?);
    } else {
        return None;
    }
    Some(())
}

fn no_conflict_clause(cursor: &Cursor<'_>) -> Option<()> {
    (!cursor.sees("on")).then_some(())
}

fn references(cursor: &mut Cursor<'_>, name: String, columns: Vec<String>) -> Option<ForeignKey> {
    if !cursor.words(&["references"]) {
        return None;
    }
    let mut key = ForeignKey { name, columns, parent: cursor.name()?, ..ForeignKey::default() };
    if cursor.sees_sign("(") {
        key.parent_columns = cursor.names()?;
    }
    loop {
        if cursor.words(&["on", "delete"]) {
            key.on_delete = action(cursor)?;
        } else if cursor.words(&["on", "update"]) {
            key.on_update = action(cursor)?;
        } else if cursor.words(&["match"]) {
            // It means nothing to SQLite.
            cursor.name()?;
        } else if cursor.words(&["not", "deferrable"]) {
            initially(cursor);
        } else if cursor.words(&["deferrable"]) {
            key.deferrable = initially(cursor);
        } else {
            return Some(key);
        }
    }
}

fn action(cursor: &mut Cursor<'_>) -> Option<ReferentialAction> {
    let words: [(&[&str], ReferentialAction); 5] = [
        (&["no", "action"], ReferentialAction::NoAction),
        (&["restrict"], ReferentialAction::Restrict),
        (&["cascade"], ReferentialAction::Cascade),
        (&["set", "null"], ReferentialAction::SetNull),
        (&["set", "default"], ReferentialAction::SetDefault),
    ];
    words.into_iter().find(|(words, _)| cursor.words(words)).map(|(_, action)| action)
}

fn initially(cursor: &mut Cursor<'_>) -> Deferrable {
    if cursor.words(&["initially", "deferred"]) {
        return Deferrable::InitiallyDeferred;
    }
    cursor.words(&["initially", "immediate"]);
    Deferrable::InitiallyImmediate
}
