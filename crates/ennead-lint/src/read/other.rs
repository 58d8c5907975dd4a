//! DROP, what is about rows, and the rest.

use ennead_core::Dialect;
use ennead_core::snapshot::Name;
use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::{Copy, Dropped, Effect};

pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Effect> {
    if cursor.takes("DROP") {
        return drop(cursor);
    }
    if cursor.takes("TRUNCATE") {
        cursor.takes("TABLE");
        cursor.takes("ONLY");
        return Some(Effect::Truncate { tables: cursor.names() });
    }
    if cursor.takes("VACUUM") {
        let full = cursor.has("FULL");
        return Some(if full { Effect::WholeTable { words: "VACUUM FULL" } } else { Effect::Harmless });
    }
    if cursor.takes("CLUSTER") {
        return Some(Effect::WholeTable { words: "CLUSTER" });
    }
    if cursor.takes("LOCK") {
        return Some(Effect::WholeTable { words: "LOCK TABLE" });
    }
    for words in ["REINDEX", "REFRESH MATERIALIZED VIEW"] {
        if cursor.takes(words) {
            let waits = cursor.dialect == Dialect::Postgres && !cursor.has("CONCURRENTLY");
            return Some(if waits { Effect::WholeTable { words } } else { Effect::Harmless });
        }
    }
    if cursor.takes_any(&["BEGIN", "START TRANSACTION"]) {
        return Some(Effect::Begin);
    }
    if cursor.takes_any(&["COMMIT", "END", "ROLLBACK"]) {
        return Some(Effect::Commit);
    }
    if cursor.takes("DO") {
        return Some(Effect::Unreadable(
            "a DO block is a program: what it does is not told by its text".to_owned(),
        ));
    }
    if cursor.takes("CALL") {
        return Some(Effect::Unreadable("what a procedure does is not told by its call".to_owned()));
    }
    let harmless = [
        "COMMENT ON",
        "SET",
        "RESET",
        "PRAGMA",
        "ANALYZE",
        "GRANT",
        "REVOKE",
        "SECURITY LABEL",
        "NOTIFY",
        "REASSIGN OWNED",
        "SAVEPOINT",
        "RELEASE",
    ];
    cursor.takes_any(&harmless).then_some(Effect::Harmless)
}

fn drop(mut cursor: Cursor<'_>) -> Option<Effect> {
    let kinds = [
        ("TABLE", Dropped::Table),
        ("FOREIGN TABLE", Dropped::Table),
        ("SCHEMA", Dropped::Schema),
        ("DATABASE", Dropped::Database),
        ("OWNED BY", Dropped::Database),
        ("INDEX", Dropped::Index),
        ("MATERIALIZED VIEW", Dropped::View),
        ("VIEW", Dropped::View),
        ("TYPE", Dropped::Type),
        ("DOMAIN", Dropped::Type),
        ("FUNCTION", Dropped::Function),
        ("PROCEDURE", Dropped::Function),
        ("AGGREGATE", Dropped::Function),
        ("ROUTINE", Dropped::Function),
        ("SEQUENCE", Dropped::Sequence),
        ("TRIGGER", Dropped::Other),
        ("POLICY", Dropped::Other),
        ("RULE", Dropped::Other),
        ("EXTENSION", Dropped::Other),
        ("EVENT TRIGGER", Dropped::Other),
        ("PUBLICATION", Dropped::Other),
        ("STATISTICS", Dropped::Other),
        ("ROLE", Dropped::Other),
        ("COLLATION", Dropped::Other),
        ("CAST", Dropped::Other),
        ("OPERATOR", Dropped::Other),
    ];
    let (_, what) = kinds.into_iter().find(|(words, _)| cursor.takes(words))?;
    let concurrently = cursor.takes("CONCURRENTLY");
    cursor.takes("IF EXISTS");
    let names = if what == Dropped::Function { cursor.name().into_iter().collect() } else { cursor.names() };
    let known = what == Dropped::Other || !names.is_empty();
    known.then(|| Effect::Drop { what, names, cascade: cursor.has("CASCADE"), concurrently })
}

/// Statements about rows: the grammar has been checked.
pub(super) fn rows(mut cursor: Cursor<'_>) -> Option<Effect> {
    if cursor.takes("DELETE FROM") {
        cursor.takes("ONLY");
        return Some(Effect::Delete { table: cursor.name()? });
    }
    if cursor.takes("UPDATE") {
        return update(cursor);
    }
    if cursor.takes("INSERT INTO") || cursor.takes("INSERT OR REPLACE INTO") || cursor.takes("REPLACE INTO") {
        return insert(cursor);
    }
    // A common table expression may change rows, a MERGE may delete them.
    let mut ahead = cursor;
    while !ahead.is_over() {
        if ahead.takes("DELETE FROM") {
            return Some(Effect::Delete { table: ahead.name()? });
        }
        if ahead.takes("THEN DELETE") {
            return Some(Effect::Delete { table: Name::new("") });
        }
        if ahead.sees("UPDATE") && !cursor.sees("SELECT") {
            ahead.next();
            return update(ahead);
        }
        ahead.next();
    }
    Some(Effect::Harmless)
}

fn update(mut cursor: Cursor<'_>) -> Option<Effect> {
    cursor.takes("ONLY");
    let table = cursor.name()?;
    cursor.until(&["SET"], false);
    cursor.takes("SET").then_some(())?;
    let assignments = cursor.until(&["WHERE", "FROM", "RETURNING"], false);
    let sets = assignments.items().into_iter().filter_map(|mut item| item.part()).collect();
    let bounded = cursor.sees("FROM");
    cursor.until(&["WHERE"], false);
    let filtered = cursor.takes("WHERE");
    let only_null = {
        let mut condition = cursor;
        let column = condition.name().map(|name| name.name);
        column.filter(|_| condition.takes("IS NULL") && condition.is_over())
    };
    Some(Effect::Update { table, sets, bounded: bounded || (filtered && only_null.is_none()), only_null })
}

fn insert(mut cursor: Cursor<'_>) -> Option<Effect> {
    let into = cursor.name()?;
    let names = cursor.inside().map(|inside| inside.items()).unwrap_or_default();
    if !cursor.takes("SELECT") {
        return Some(Effect::Insert);
    }
    let selected = cursor.until(&["FROM"], false);
    if !cursor.takes("FROM") {
        return Some(Effect::Insert);
    }
    let Some(from) = cursor.name() else { return Some(Effect::Insert) };
    cursor.takes("AS");
    let follows =
        cursor.sees_any(&["WHERE", "LIMIT", "JOIN", "INNER", "LEFT", "CROSS", "GROUP", "ORDER", "UNION"]);
    let alias = if follows { None } else { cursor.part() };
    // A column that another table is named for comes from there.
    let own = |column: Name| {
        let of = column.schema.as_deref();
        of.is_none_or(|of| of == from.name || Some(of) == alias.as_deref()).then_some(column.name)
    };
    let names: Vec<Name> = names.into_iter().filter_map(Cursor::only_name).collect();
    let items = selected.items();
    let all = items.iter().any(Cursor::is_star);
    let items: Vec<Option<String>> = items.into_iter().map(|item| item.only_name().and_then(own)).collect();
    let mut read = Vec::new();
    let mut rest = selected;
    while let Some(token) = rest.peek() {
        if matches!(token, Token::Word(_)) {
            read.extend(rest.name().and_then(own));
        } else {
            rest.next();
        }
    }
    let same = names.len() == items.len();
    let names = names.into_iter().map(|name| name.name);
    let columns = if same { names.zip(items).collect() } else { Vec::new() };
    // What another table has no row for is left out by a join, but for an outer one.
    let some = cursor.has("WHERE")
        || cursor.has("LIMIT")
        || cursor.has("GROUP")
        || (cursor.has("JOIN") && !cursor.has("LEFT"));
    Some(Effect::Copy(Copy { into, from, columns, read, all, some }))
}
