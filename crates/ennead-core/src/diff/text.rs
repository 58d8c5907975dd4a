//! The names in an SQL text: enough to find and to replace them, and no more.

/// A piece of an SQL text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// A word that is not quoted.
    Word(&'a str),
    /// A quoted name, with its quotes.
    Quoted(&'a str),
    /// Strings, numbers, operators, spaces.
    Other(&'a str),
}

fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => quoted_length(rest, first),
            // `x'00'`, `E'\\'`: the letter is of the string.
            first
                if is_start(first)
                    && rest.get(first.len_utf8()..).is_some_and(|rest| rest.starts_with('\'')) =>
            {
                found.push(Piece::Other(rest.get(..first.len_utf8()).unwrap_or_default()));
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            }
            first if is_start(first) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            first if first.is_ascii_digit() => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        found.push(match first {
            '"' => Piece::Quoted(piece),
            first if is_start(first) => Piece::Word(piece),
            _ => Piece::Other(piece),
        });
        rest = after;
    }
    found
}

/// To the quote that closes; a doubled one does not.
fn quoted_length(sql: &str, quote: char) -> usize {
    let mut characters = sql.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => {
                    characters.next();
                }
                _ => return at + 1,
            }
        }
    }
    sql.len()
}

fn is_start(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

fn is_part(character: char) -> bool {
    character == '_' || character == '$' || character.is_alphanumeric()
}

fn names(piece: Piece<'_>, name: &str) -> bool {
    match piece {
        Piece::Word(word) => word.eq_ignore_ascii_case(name),
        Piece::Quoted(quoted) => unquote(quoted) == name,
        Piece::Other(_) => false,
    }
}

fn unquote(quoted: &str) -> String {
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().replace("\"\"", "\"")
}

/// Whether a text may name something: a word of another meaning counts too.
#[must_use]
pub fn mentions(sql: &str, name: &str) -> bool {
    pieces(sql).into_iter().any(|piece| names(piece, name))
}

/// The text with another name in all places of one, written as Postgres writes names.
#[must_use]
pub fn rename(sql: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for piece in pieces(sql) {
        match piece {
            piece if names(piece, from) => out.push_str(&written(to)),
            Piece::Word(text) | Piece::Quoted(text) | Piece::Other(text) => out.push_str(text),
        }
    }
    out
}

/// The text with another name in the strings that are that name, as in `nextval('name'::regclass)`.
pub(super) fn rename_in_string(sql: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for piece in pieces(sql) {
        match piece {
            Piece::Other(string) if string.len() > 1 && string.starts_with('\'') => {
                let inner = string.get(1..string.len() - 1).unwrap_or_default();
                out.push('\'');
                out.push_str(&rename(inner, from, to));
                out.push('\'');
            }
            Piece::Word(text) | Piece::Quoted(text) | Piece::Other(text) => out.push_str(text),
        }
    }
    out
}

/// A name as Postgres writes it: with quotes where it needs them. Reserved words are not known here; where that makes a
/// text differ, a constraint is made anew that need not have been.
pub(super) fn written(name: &str) -> String {
    let plain = name.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.chars().next().is_some_and(|c| !c.is_ascii_digit());
    if plain { name.to_owned() } else { crate::constraints::quote(name) }
}

#[cfg(test)]
mod tests {
    use super::{mentions, rename};

    #[test]
    fn names_are_found_and_strings_are_not() {
        assert!(mentions("(a > 0)", "a"));
        assert!(mentions("lower(\"A b\")", "A b"));
        assert!(!mentions("b = 'a' OR b = 'it''s a'", "a"));
        assert!(!mentions("ab > a1", "a"));
    }

    #[test]
    fn a_name_is_replaced_everywhere_but_in_strings() {
        assert_eq!(rename("(a > 'a'::text AND \"a\" < t.a)", "a", "b"), "(b > 'a'::text AND b < t.b)");
        assert_eq!(rename("a = 1", "a", "B c"), "\"B c\" = 1");
    }
}
