//! The statements of a file of SQL, each with the lines of comment that stand above it.
//!
//! It knows what may hold a semicolon that ends nothing: comments, strings, quoted names, Postgres's dollar quotes,
//! parentheses, and the bodies of triggers (SQLite) and of functions with BEGIN ATOMIC (Postgres).

use ennead_core::Dialect;

/// A statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The statement, without the semicolon. Empty where only comments are left.
    pub(super) sql: String,
    /// The line that it begins in, from 1.
    pub(super) line: usize,
    /// The line comments above it, and the one behind it in its last line; each with its line, without the dashes.
    pub(super) comments: Vec<(usize, String)>,
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::migrate) struct Broken {
    pub(in crate::migrate) line: usize,
    pub(in crate::migrate) text: String,
}

/// Splits a text, whose line ends are LF, into its statements.
pub(super) fn split(text: &str, dialect: Dialect) -> Result<Vec<Piece>, Broken> {
    let mut splitter = Splitter {
        text,
        dialect,
        at: 0,
        line: 1,
        pieces: Vec::new(),
        comments: Vec::new(),
        begun: None,
        read: 0,
        parens: Vec::new(),
        words: Vec::new(),
        blocks: Vec::new(),
    };
    splitter.run()?;
    Ok(splitter.pieces)
}

/// How many words of a statement are looked at to know what it is.
const HEAD: usize = 8;

struct Splitter<'a> {
    text: &'a str,
    dialect: Dialect,
    at: usize,
    line: usize,
    pieces: Vec<Piece>,
    comments: Vec<(usize, String)>,
    /// Where the statement that is read begins: its byte and its line.
    begun: Option<(usize, usize)>,
    /// Where its last token ends.
    read: usize,
    /// The lines of the parentheses that are open.
    parens: Vec<usize>,
    /// The statement's first words, in capitals.
    words: Vec<String>,
    /// The lines of the BEGIN and CASE that are open.
    blocks: Vec<usize>,
}

impl<'a> Splitter<'a> {
    fn run(&mut self) -> Result<(), Broken> {
        while let Some(next) = self.rest().chars().next() {
            let rest = self.rest();
            if next.is_whitespace() {
                self.advance(next.len_utf8());
            } else if rest.starts_with("--") {
                self.line_comment();
            } else if rest.starts_with("/*") {
                let length = self.block_comment()?;
                self.advance(length);
            } else if next == ';' && self.parens.is_empty() && self.blocks.is_empty() {
                self.end();
                self.advance(1);
                self.comment_behind();
            } else {
                if self.begun.is_none() {
                    self.begun = Some((self.at, self.line));
                }
                self.token(next)?;
                self.read = self.at;
            }
        }
        if let Some(line) = self.parens.first() {
            return Err(broken(*line, "a parenthesis is opened and never closed"));
        }
        if let Some(line) = self.blocks.first() {
            return Err(broken(*line, "a BEGIN or CASE has no END"));
        }
        if self.begun.is_some() || !self.comments.is_empty() {
            self.end();
        }
        Ok(())
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) {
        let passed = self.rest().get(..bytes).unwrap_or_default();
        self.line += passed.matches('\n').count();
        self.at += bytes;
    }

    /// Ends the statement that is read.
    fn end(&mut self) {
        let (start, line) = self.begun.take().unwrap_or((self.at, self.line));
        let sql = self.text.get(start..self.read.max(start)).unwrap_or_default().to_owned();
        let comments = std::mem::take(&mut self.comments);
        self.words.clear();
        // A semicolon too many is no statement.
        if !sql.is_empty() || !comments.is_empty() {
            self.pieces.push(Piece { sql, line, comments });
        }
    }

    fn line_comment(&mut self) {
        let (line, comment) = (self.line, self.rest().lines().next().unwrap_or_default());
        self.comments.push((line, comment.trim_start_matches('-').trim().to_owned()));
        self.advance(comment.len());
    }

    /// What stands behind a statement in its last line is said of it.
    fn comment_behind(&mut self) {
        let line = self.rest().lines().next().unwrap_or_default();
        let blanks = line.len() - line.trim_start().len();
        let Some(comment) = line.trim_start().strip_prefix("--") else { return };
        if let Some(piece) = self.pieces.last_mut() {
            piece.comments.push((self.line, comment.trim_start_matches('-').trim().to_owned()));
        }
        self.advance(blanks + 2 + comment.len());
    }

    /// The length of a block comment; those of Postgres nest.
    fn block_comment(&self) -> Result<usize, Broken> {
        let (rest, mut at, mut depth) = (self.rest(), 2, 1_u32);
        while depth > 0 {
            let left = rest.get(at..).unwrap_or_default();
            let end = left
                .find("*/")
                .ok_or_else(|| broken(self.line, "a comment is opened by /* and never closed"))?;
            let inner = left.find("/*").filter(|inner| *inner < end && self.dialect == Dialect::Postgres);
            match inner {
                Some(inner) => {
                    depth += 1;
                    at += inner + 2;
                }
                None => {
                    depth -= 1;
                    at += end + 2;
                }
            }
        }
        Ok(at)
    }

    fn token(&mut self, next: char) -> Result<(), Broken> {
        let rest = self.rest();
        let is_part = |c: char| c == '_' || c == '$' || c.is_alphanumeric();
        let length = match next {
            '\'' => quoted(rest, '\'', false).ok_or_else(|| broken(self.line, "a string is never closed"))?,
            '"' => self.name(rest, '"')?,
            '`' if self.dialect == Dialect::Sqlite => self.name(rest, '`')?,
            '[' if self.dialect == Dialect::Sqlite => {
                rest.find(']').ok_or_else(|| broken(self.line, "a [name is never closed by ]"))? + 1
            }
            '$' if self.dialect == Dialect::Postgres => self.dollar(rest)?,
            '(' => {
                self.parens.push(self.line);
                1
            }
            ')' => {
                if self.parens.pop().is_none() {
                    return Err(broken(self.line, "a parenthesis is closed that was never opened"));
                }
                1
            }
            '\\' if self.words.is_empty() && self.dialect == Dialect::Postgres => {
                return Err(broken(self.line, "commands of psql (\\…) cannot be run: write SQL"));
            }
            c if c == '_' || c.is_alphabetic() => {
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let word = rest.get(..length).unwrap_or_default();
                let is_escaped = self.dialect == Dialect::Postgres && word.eq_ignore_ascii_case("e");
                match rest.get(length..).filter(|more| is_escaped && more.starts_with('\'')) {
                    Some(more) => {
                        let string = quoted(more, '\'', true);
                        length + string.ok_or_else(|| broken(self.line, "a string is never closed"))?
                    }
                    None => {
                        self.word(&word.to_ascii_uppercase());
                        length
                    }
                }
            }
            c if c.is_ascii_digit() => rest.find(|c: char| !is_part(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        self.advance(length);
        Ok(())
    }

    fn name(&self, rest: &str, quote: char) -> Result<usize, Broken> {
        quoted(rest, quote, false).ok_or_else(|| broken(self.line, "a quoted name is never closed"))
    }

    /// The length of a dollar quote, or of a dollar sign that opens none.
    fn dollar(&self, rest: &str) -> Result<usize, Broken> {
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(inner.len());
        let is_tag = inner.get(end..).is_some_and(|more| more.starts_with('$'))
            && !inner.starts_with(|c: char| c.is_ascii_digit());
        if !is_tag {
            return Ok(1);
        }
        let tag = rest.get(..end + 2).unwrap_or_default();
        let body = rest.get(tag.len()..).unwrap_or_default();
        let close = body
            .find(tag)
            .ok_or_else(|| broken(self.line, &format!("a string is opened by {tag} and never closed")))?;
        Ok(tag.len() * 2 + close)
    }

    /// Follows BEGIN, CASE and END in those statements whose body is made of statements.
    fn word(&mut self, word: &str) {
        if self.words.len() < HEAD {
            self.words.push(word.to_owned());
        }
        let opens = match self.dialect {
            Dialect::Sqlite => word == "BEGIN" && self.makes(&["TRIGGER"]),
            Dialect::Postgres => word == "ATOMIC" && self.makes(&["FUNCTION", "PROCEDURE"]),
        };
        if (self.blocks.is_empty() && opens) || (!self.blocks.is_empty() && word == "CASE") {
            self.blocks.push(self.line);
        } else if word == "END" {
            self.blocks.pop();
        }
    }

    /// Whether the statement is a CREATE of one of these.
    fn makes(&self, kinds: &[&str]) -> bool {
        let mut words = self.words.iter().map(String::as_str);
        let is_filler = |word: &&str| matches!(*word, "OR" | "REPLACE" | "TEMP" | "TEMPORARY");
        words.next() == Some("CREATE")
            && words.find(|word| !is_filler(word)).is_some_and(|kind| kinds.contains(&kind))
    }
}

/// The length of what is quoted at the start; a doubled quote does not end it, nor one behind a backslash where these escape.
fn quoted(sql: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut characters = sql.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if escapes && character == '\\' {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

fn broken(line: usize, text: &str) -> Broken {
    Broken { line, text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str, dialect: Dialect) -> Vec<String> {
        split(text, dialect).unwrap().into_iter().map(|piece| piece.sql).collect()
    }

    #[test]
    fn semicolons_that_end_nothing_are_passed_over() {
        let text = "SELECT ';', \"a;\"\"b\", 'it''s; so' -- x; y\n/* ; */; CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);";
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            let found = sql(text, dialect);
            assert_eq!(found.len(), 2, "{found:?}");
            assert_eq!(found[0], "SELECT ';', \"a;\"\"b\", 'it''s; so'");
        }
    }

    #[test]
    fn the_quotes_of_postgres_are_known() {
        let text = "DO $do$ BEGIN PERFORM $$;$$; END $do$; SELECT E'\\';', a$b$c, $1; /* /* ; */ ; */ SELECT 2; SELECT '\\'; SELECT 3";
        let found = sql(text, Dialect::Postgres);
        assert_eq!(found.len(), 5, "{found:?}");
        assert_eq!(found[1], "SELECT E'\\';', a$b$c, $1");
        assert_eq!(found[4], "SELECT 3");
        let body = "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 1";
        assert_eq!(sql(body, Dialect::Postgres).len(), 2);
    }

    #[test]
    fn the_triggers_and_names_of_sqlite_are_known() {
        let text = "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 2 END; DELETE FROM c; END; \
                    SELECT [a;b], `c;`; /* /* */ SELECT 2; SELECT $a";
        let found = sql(text, Dialect::Sqlite);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].ends_with("END"));
    }

    #[test]
    fn comments_belong_to_the_statement_below_or_beside_them() {
        let text = "-- one\n\n-- two\nSELECT 1; -- three\n-- four\nSELECT 2\n-- five\n";
        let pieces = split(text, Dialect::Postgres).unwrap();
        let told = |piece: &Piece| {
            piece.comments.iter().map(|(line, text)| format!("{line} {text}")).collect::<Vec<_>>()
        };
        assert_eq!(told(&pieces[0]), ["1 one", "3 two", "4 three"]);
        assert_eq!((pieces[0].line, pieces[1].line), (4, 6));
        assert_eq!(told(&pieces[1]), ["5 four", "7 five"]);
        assert_eq!(pieces[1].sql, "SELECT 2");
    }

    #[test]
    fn what_is_never_closed_is_told_with_its_line() {
        for (text, line, words) in [
            ("SELECT 1;\nSELECT 'a", 2, "string"),
            ("SELECT (1;\nSELECT 2", 1, "parenthesis"),
            ("SELECT 1)", 1, "parenthesis"),
            ("\n/* x", 2, "comment"),
            ("SELECT \"a", 1, "name"),
        ] {
            for dialect in [Dialect::Postgres, Dialect::Sqlite] {
                let broken = split(text, dialect).unwrap_err();
                assert_eq!(broken.line, line, "{text}");
                assert!(broken.text.contains(words), "{text}: {}", broken.text);
            }
        }
        assert!(split("SELECT $a$ x", Dialect::Postgres).unwrap_err().text.contains("$a$"));
        assert!(split("\\c other", Dialect::Postgres).unwrap_err().text.contains("psql"));
        assert!(split("CREATE TRIGGER t BEGIN SELECT 1;", Dialect::Sqlite).unwrap_err().text.contains("END"));
    }

    #[test]
    fn any_text_is_split_or_refused() {
        for text in
            ["", ";", ";;;", "--", "/**/", "é;ü", "$", "$$", "'", "\\", "a\u{0}b;", "END; END", ")", "--\n;"]
        {
            for dialect in [Dialect::Postgres, Dialect::Sqlite] {
                let _ = split(text, dialect);
            }
        }
    }
}
