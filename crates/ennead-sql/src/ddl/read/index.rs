//! CREATE INDEX of SQLite.

use ennead_core::snapshot::{Index, IndexPart, IndexTarget};

use super::cursor::Cursor;

/// Reads an index.
pub(super) fn read(name: &str, sql: &str) -> Option<Index> {
    let mut cursor = Cursor::new(sql)?;
    if !cursor.words(&["create"]) {
        return None;
    }
    let unique = cursor.words(&["unique"]);
    if !cursor.words(&["index"]) {
        return None;
    }
    cursor.words(&["if", "not", "exists"]);
    cursor.name()?;
    if cursor.sign(".") {
        cursor.name()?;
    }
    if !cursor.words(&["on"]) {
        return None;
    }
    cursor.name()?;
    if !cursor.sign("(") {
        return None;
    }
    let mut parts = vec![part(&mut cursor)?];
    while cursor.sign(",") {
        parts.push(part(&mut cursor)?);
    }
    if !cursor.sign(")") {
        return None;
    }
    let condition = cursor.words(&["where"]).then(|| cursor.rest());
    cursor.is_over().then(|| Index { name: name.to_owned(), parts, unique, condition, ..Index::default() })
}

fn part(cursor: &mut Cursor<'_>) -> Option<IndexPart> {
    let text = cursor.until(&["collate", "asc", "desc"]);
    let collation = if cursor.words(&["collate"]) { Some(cursor.name()?) } else { None };
    let descending = cursor.words(&["desc"]);
    if !descending {
        cursor.words(&["asc"]);
    }
    let mut alone = Cursor::new(&text)?;
    let target = match alone.name().filter(|_| alone.is_over()) {
        Some(name) => IndexTarget::Column(name),
        None => IndexTarget::Expression(bare(&text)),
    };
    Some(IndexPart { target, collation, opclass: None, descending, nulls: None })
}

/// The expression without parentheses that are around all of it.
fn bare(text: &str) -> String {
    let inner = Cursor::new(text).and_then(|mut cursor| cursor.inside().filter(|_| cursor.is_over()));
    match inner {
        Some(inner) => bare(&inner),
        None => text.to_owned(),
    }
}
