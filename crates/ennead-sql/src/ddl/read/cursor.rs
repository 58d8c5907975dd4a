//! The words of a statement, one after the other.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Text,
    Number,
    Sign,
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    /// Whether space or a comment stands before it.
    apart: bool,
}

/// A place in a statement.
pub(super) struct Cursor<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Reads a statement; `None` for what is no SQL.
    pub(super) fn new(sql: &'a str) -> Option<Self> {
        Some(Self { tokens: tokens(sql)?, at: 0 })
    }

    pub(super) fn is_over(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    /// Whether this word comes next.
    pub(super) fn sees(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word))
    }

    /// Whether this sign comes next.
    pub(super) fn sees_sign(&self, sign: &str) -> bool {
        self.peek().is_some_and(|token| token.kind == Kind::Sign && token.text == sign)
    }

    /// Takes these words if they come next, all or none.
    pub(super) fn words(&mut self, words: &[&str]) -> bool {
        let start = self.at;
        for word in words {
            if !self.sees(word) {
                self.at = start;
                return false;
            }
            self.at += 1;
        }
        true
    }

    /// Takes a sign if it comes next.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let sees = self.sees_sign(sign);
        self.at += usize::from(sees);
        sees
    }

    /// Takes a name, quoted in whatever way or not.
    pub(super) fn name(&mut self) -> Option<String> {
        let token = self.peek()?;
        let inner = || token.text.get(1..token.text.len().checked_sub(1)?);
        let name = match (token.kind, token.text.chars().next()?) {
            (Kind::Word, _) => token.text.to_owned(),
            (Kind::Quoted, '[') => inner()?.to_owned(),
            (Kind::Quoted, quote) => inner()?.replace(&format!("{quote}{quote}"), &quote.to_string()),
            (Kind::Text, _) => inner()?.replace("''", "'"),
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    /// Takes names in parentheses; `None` for anything beside names.
    pub(super) fn names(&mut self) -> Option<Vec<String>> {
        if !self.sign("(") {
            return None;
        }
        let mut names = vec![self.name()?];
        while self.sign(",") {
            names.push(self.name()?);
        }
        self.sign(")").then_some(names)
    }

    /// Takes parentheses and what is in them, and gives that.
    pub(super) fn inside(&mut self) -> Option<String> {
        let start = self.at;
        if !self.sign("(") {
            return None;
        }
        let mut depth = 1_usize;
        while depth > 0 {
            let token = self.peek()?;
            match (token.kind, token.text) {
                (Kind::Sign, "(") => depth += 1,
                (Kind::Sign, ")") => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Some(self.text(start + 1, self.at - 1))
    }

    /// Takes all up to a comma or a closing parenthesis that belongs to the list around, or one of these words.
    pub(super) fn until(&mut self, words: &[&str]) -> String {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match (token.kind, token.text) {
                (Kind::Sign, "(") => depth += 1,
                (Kind::Sign, ")") if depth == 0 => break,
                (Kind::Sign, ")") => depth -= 1,
                (Kind::Sign, ",") if depth == 0 => break,
                (Kind::Word, text)
                    if depth == 0 && words.iter().any(|word| text.eq_ignore_ascii_case(word)) =>
                {
                    break;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.text(start, self.at)
    }

    /// Takes a literal: a number with its sign, a text, a word.
    pub(super) fn literal(&mut self) -> Option<String> {
        let start = self.at;
        while self.sees_sign("-") || self.sees_sign("+") {
            self.at += 1;
        }
        let token = self.peek()?;
        if token.kind == Kind::Sign {
            return None;
        }
        self.at += 1;
        Some(self.text(start, self.at))
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> String {
        let start = self.at;
        self.at = self.tokens.len();
        self.text(start, self.at)
    }

    /// Tokens as a text: one space where there was any.
    fn text(&self, from: usize, to: usize) -> String {
        let mut out = String::new();
        for token in self.tokens.get(from..to).unwrap_or_default() {
            if token.apart && !out.is_empty() {
                out.push(' ');
            }
            out.push_str(token.text);
        }
        out
    }
}

fn tokens(sql: &str) -> Option<Vec<Token<'_>>> {
    let mut found = Vec::new();
    let (mut rest, mut apart) = (sql, false);
    while let Some(first) = rest.chars().next() {
        let blank = if first.is_whitespace() {
            first.len_utf8()
        } else if rest.starts_with("--") {
            rest.find('\n').map_or(rest.len(), |at| at + 1)
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else {
            0
        };
        if blank > 0 {
            rest = rest.get(blank..)?;
            apart = true;
            continue;
        }
        let is_part = |c: char| c == '_' || c == '$' || c.is_alphanumeric();
        let (kind, length) = match first {
            '\'' => (Kind::Text, quoted(rest, '\'')?),
            // A blob's letter belongs to it.
            'x' | 'X' if rest.get(1..).is_some_and(|rest| rest.starts_with('\'')) => {
                (Kind::Number, 1 + quoted(rest.get(1..)?, '\'')?)
            }
            '"' | '`' => (Kind::Quoted, quoted(rest, first)?),
            '[' => (Kind::Quoted, rest.find(']')? + 1),
            c if c.is_ascii_digit() => {
                (Kind::Number, rest.find(|c: char| !is_part(c) && c != '.').unwrap_or(rest.len()))
            }
            c if c == '_' || c.is_alphabetic() => {
                (Kind::Word, rest.find(|c| !is_part(c)).unwrap_or(rest.len()))
            }
            c => (Kind::Sign, c.len_utf8()),
        };
        found.push(Token { kind, text: rest.get(..length)?, apart });
        rest = rest.get(length..)?;
        apart = false;
    }
    Some(found)
}

fn quoted(sql: &str, quote: char) -> Option<usize> {
    let mut characters = sql.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}
