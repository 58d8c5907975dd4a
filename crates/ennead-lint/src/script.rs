//! A script, taken apart into its statements.

use std::fmt;

use ennead_core::Dialect;
use sqlparser::dialect::{Dialect as Grammar, PostgreSqlDialect, SQLiteDialect};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};

/// One statement of a script.
#[derive(Debug, Clone)]
pub struct Statement<'a> {
    /// Its text, without the semicolon and without the comments before it.
    pub text: &'a str,
    /// The line that it begins on, from 1.
    pub line: usize,
    /// The column that it begins at, in characters from 1.
    pub column: usize,
    /// The comments before it and in it, behind the one that ends before.
    pub comments: Vec<Comment<'a>>,
    pub(crate) tokens: Vec<Token>,
}

/// A comment of one line, `-- …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'a> {
    /// What stands behind the dashes, trimmed.
    pub text: &'a str,
    /// The line that it stands on, from 1.
    pub line: usize,
}

/// A text that is no SQL: a string without an end, a sign that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSql {
    /// What is wrong.
    pub message: String,
    /// The line where it is, from 1.
    pub line: usize,
}

impl fmt::Display for NoSql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for NoSql {}

/// A script's statements, and the comments behind the last of them.
#[derive(Debug, Clone, Default)]
pub struct Script<'a> {
    /// The statements in their order.
    pub statements: Vec<Statement<'a>>,
    /// The comments behind the last statement.
    pub trailing: Vec<Comment<'a>>,
}

pub(crate) fn grammar(dialect: Dialect) -> &'static dyn Grammar {
    match dialect {
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    }
}

/// Takes a script apart. The body of a trigger, and of a function that is written out, is a part of its statement.
///
/// # Errors
/// Where the text cannot be read as SQL's words at all.
///
/// ```
/// use ennead_core::Dialect;
/// let script = ennead_lint::split("-- two\nSELECT ';';\n\nSELECT 2;\n", Dialect::Postgres).unwrap();
/// let told: Vec<_> = script.statements.iter().map(|one| (one.line, one.text)).collect();
/// assert_eq!(told, [(2, "SELECT ';'"), (4, "SELECT 2")]);
/// ```
pub fn split(sql: &str, dialect: Dialect) -> Result<Script<'_>, NoSql> {
    let tokens = Tokenizer::new(grammar(dialect), sql).tokenize_with_location().map_err(|error| NoSql {
        message: error.message,
        line: usize::try_from(error.location.line).unwrap_or_default(),
    })?;
    let mut splitter = Splitter { places: Places::of(sql), script: Script::default(), open: Open::default() };
    for token in tokens {
        splitter.take(token);
    }
    splitter.close(sql.len());
    splitter.script.trailing = std::mem::take(&mut splitter.open.comments);
    Ok(splitter.script)
}

/// The statement that is being read.
#[derive(Default)]
struct Open<'a> {
    tokens: Vec<Token>,
    comments: Vec<Comment<'a>>,
    start: Option<(usize, Location)>,
    end: usize,
    /// How many BEGIN and CASE of a body are open.
    depth: usize,
}

struct Splitter<'a> {
    places: Places<'a>,
    script: Script<'a>,
    open: Open<'a>,
}

impl<'a> Splitter<'a> {
    fn take(&mut self, token: TokenWithSpan) {
        let TokenWithSpan { token, span } = token;
        let (start, end) = (self.places.offset(span.start), self.places.offset(span.end));
        match token {
            Token::Whitespace(Whitespace::SingleLineComment { .. }) => {
                let text = self.places.sql.get(start..end).unwrap_or_default();
                let text = text.trim_start_matches('-').trim();
                let line = usize::try_from(span.start.line).unwrap_or_default();
                // One that stands behind a statement on its line belongs to it.
                let behind = self.script.statements.last_mut().filter(|_| self.open.start.is_none());
                match behind.filter(|last| last.last_line() == line) {
                    Some(last) => last.comments.push(Comment { text, line }),
                    None => self.open.comments.push(Comment { text, line }),
                }
            }
            Token::Whitespace(_) | Token::EOF => {}
            Token::SemiColon if self.open.depth == 0 => self.close(start),
            token => {
                self.depth(&token);
                self.open.start.get_or_insert((start, span.start));
                self.open.end = end;
                self.open.tokens.push(token);
            }
        }
    }

    /// Follows BEGIN … END of what has a body.
    fn depth(&mut self, token: &Token) {
        let open = &mut self.open;
        if is_word(token, "END") && open.depth > 0 {
            open.depth -= 1;
        } else if is_word(token, "CASE") && open.depth > 0 {
            open.depth += 1;
        } else if open.depth == 0 && open.tokens.first().is_some_and(|first| is_word(first, "CREATE")) {
            let has = |word| open.tokens.iter().take(5).any(|token| is_word(token, word));
            let body = (is_word(token, "BEGIN") && has("TRIGGER"))
                || (is_word(token, "ATOMIC")
                    && open.tokens.last().is_some_and(|last| is_word(last, "BEGIN")));
            open.depth += usize::from(body);
        }
    }

    fn close(&mut self, end: usize) {
        let Some((start, place)) = self.open.start.take() else { return };
        let end = self.open.end.min(end).max(start);
        let open = std::mem::take(&mut self.open);
        self.script.statements.push(Statement {
            text: self.places.sql.get(start..end).unwrap_or_default(),
            line: usize::try_from(place.line).unwrap_or_default(),
            column: usize::try_from(place.column).unwrap_or_default(),
            comments: open.comments,
            tokens: open.tokens,
        });
    }
}

impl Statement<'_> {
    fn last_line(&self) -> usize {
        self.line + self.text.matches('\n').count()
    }
}

pub(crate) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}

/// Where lines begin, in bytes.
struct Places<'a> {
    sql: &'a str,
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    fn of(sql: &'a str) -> Self {
        let after = sql.match_indices('\n').map(|(at, _)| at + 1);
        Self { sql, lines: std::iter::once(0).chain(after).collect() }
    }

    /// Columns are counted in characters.
    fn offset(&self, place: Location) -> usize {
        let line = usize::try_from(place.line).unwrap_or_default().saturating_sub(1);
        let column = usize::try_from(place.column).unwrap_or_default().saturating_sub(1);
        let Some(start) = self.lines.get(line).copied() else { return self.sql.len() };
        let rest = self.sql.get(start..).unwrap_or_default();
        rest.char_indices().nth(column).map_or(self.sql.len(), |(at, _)| start + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str, dialect: Dialect) -> Vec<String> {
        split(sql, dialect).unwrap().statements.iter().map(|one| one.text.to_owned()).collect()
    }

    #[test]
    fn bodies_keep_their_semicolons() {
        let trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; DELETE FROM d; END";
        assert_eq!(texts(&format!("{trigger};\nSELECT 1"), Dialect::Sqlite), [trigger, "SELECT 1"]);
        let function = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END";
        assert_eq!(
            texts(&format!("{function}; BEGIN; COMMIT"), Dialect::Postgres),
            [function, "BEGIN", "COMMIT"]
        );
        let quoted = "CREATE FUNCTION f() RETURNS int AS $x$ SELECT ';'; $x$ LANGUAGE sql";
        assert_eq!(texts(&format!("{quoted};"), Dialect::Postgres), [quoted]);
    }

    #[test]
    fn comments_belong_to_what_follows_or_to_their_line() {
        let script =
            split("-- one\nSELECT 'ä'; -- behind\n-- two\n\nSELECT 2 -- in\n;\n-- end\n", Dialect::Postgres)
                .unwrap();
        let told: Vec<(usize, Vec<&str>)> = script
            .statements
            .iter()
            .map(|one| (one.line, one.comments.iter().map(|comment| comment.text).collect()))
            .collect();
        assert_eq!(told, [(2, vec!["one", "behind"]), (5, vec!["two", "in"])]);
        assert_eq!(script.trailing, [Comment { text: "end", line: 7 }]);
    }

    #[test]
    fn what_has_no_end_is_told_with_its_line() {
        assert_eq!(split("SELECT 1;\nSELECT 'a", Dialect::Postgres).unwrap_err().line, 2);
    }
}
