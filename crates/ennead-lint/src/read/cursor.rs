//! The words of a statement, one after the other.

use ennead_core::Dialect;
use ennead_core::snapshot::Name;
use sqlparser::tokenizer::Token;

use crate::script::is_word;

/// A place in a statement, or in a part of it.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    tokens: &'a [Token],
    pub(super) dialect: Dialect,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Token], dialect: Dialect) -> Self {
        Self { tokens, dialect }
    }

    pub(super) fn is_over(&self) -> bool {
        self.tokens.is_empty()
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.first()
    }

    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    pub(super) fn sees(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| is_word(token, word))
    }

    pub(super) fn sees_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.sees(word))
    }

    /// Takes these words, separated by spaces, if they come next: all or none.
    pub(super) fn takes(&mut self, words: &str) -> bool {
        let mut ahead = *self;
        for word in words.split(' ') {
            if !ahead.sees(word) {
                return false;
            }
            ahead.next();
        }
        *self = ahead;
        true
    }

    pub(super) fn takes_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|words| self.takes(words))
    }

    pub(super) fn sign(&mut self, sign: &Token) -> bool {
        let is = self.peek() == Some(sign);
        if is {
            self.next();
        }
        is
    }

    /// Whether a word stands somewhere in what is left, whatever is around it.
    pub(super) fn has(&self, word: &str) -> bool {
        self.tokens.iter().any(|token| is_word(token, word))
    }

    /// Takes a part of a name. Postgres knows what is not quoted by its small letters.
    pub(super) fn part(&mut self) -> Option<String> {
        let name = match self.peek()? {
            Token::Word(word) if word.quote_style.is_some() || self.dialect == Dialect::Sqlite => {
                word.value.clone()
            }
            Token::Word(word) => word.value.to_lowercase(),
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text)
                if self.dialect == Dialect::Sqlite =>
            {
                text.clone()
            }
            _ => return None,
        };
        self.next();
        Some(name)
    }

    /// Takes a name, with its schema where it has one. `public` and `main` are what is meant without a schema.
    pub(super) fn name(&mut self) -> Option<Name> {
        let mut name = Name::new(self.part()?);
        while self.sign(&Token::Period) {
            let schema = Some(name.name).filter(|schema| schema != "public" && schema != "main");
            name = Name { schema, name: self.part()? };
        }
        Some(name)
    }

    /// Takes names with commas between them.
    pub(super) fn names(&mut self) -> Vec<Name> {
        let mut names: Vec<Name> = self.name().into_iter().collect();
        while self.sign(&Token::Comma) {
            names.extend(self.name());
        }
        names
    }

    /// Takes parentheses, and gives what is in them.
    pub(super) fn inside(&mut self) -> Option<Cursor<'a>> {
        if self.peek() != Some(&Token::LParen) {
            return None;
        }
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::LParen => depth += 1,
                Token::RParen if depth == 1 => {
                    let inner = self.tokens.get(1..at)?;
                    self.tokens = self.tokens.get(at + 1..)?;
                    return Some(Self { tokens: inner, dialect: self.dialect });
                }
                Token::RParen => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }

    /// Whether it is `*`, or that of one table.
    pub(super) fn is_star(&self) -> bool {
        matches!(self.tokens, [Token::Mul] | [Token::Word(_), Token::Period, Token::Mul])
    }

    /// What stands between the commas that no parentheses are around.
    pub(super) fn items(&self) -> Vec<Cursor<'a>> {
        let mut items = Vec::new();
        let (mut depth, mut start) = (0_i32, 0);
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth -= 1,
                Token::Comma if depth == 0 => {
                    items.push(self.tokens.get(start..at).unwrap_or_default());
                    start = at + 1;
                }
                _ => {}
            }
        }
        items.push(self.tokens.get(start..).unwrap_or_default());
        items.into_iter().map(|tokens| Self { tokens, dialect: self.dialect }).collect()
    }

    /// Takes all up to one of these words that stands in no parentheses. The first token is taken whatever it is, if
    /// `one` says so.
    pub(super) fn until(&mut self, words: &[&str], one: bool) -> Cursor<'a> {
        let mut depth = 0_i32;
        let mut end = self.tokens.len();
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth -= 1,
                token if depth == 0 && (at > 0 || !one) && words.iter().any(|word| is_word(token, word)) => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let (taken, rest) = self.tokens.split_at(end);
        self.tokens = rest;
        Self { tokens: taken, dialect: self.dialect }
    }

    /// The one name that is all of what is left, if it is one: `name`, `table.name`.
    pub(super) fn only_name(mut self) -> Option<Name> {
        let name = self.name()?;
        self.is_over().then_some(name)
    }

    /// What is left as a text, with small letters but for quoted names and strings.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let mut tight = true;
        for token in self.tokens {
            let text = match token {
                Token::Word(word) if word.quote_style.is_none() => word.value.to_lowercase(),
                token => token.to_string(),
            };
            let closes = matches!(
                token,
                Token::LParen
                    | Token::RParen
                    | Token::Comma
                    | Token::Period
                    | Token::LBracket
                    | Token::RBracket
                    | Token::DoubleColon
            );
            if !tight && !closes {
                out.push(' ');
            }
            out.push_str(&text);
            tight = matches!(token, Token::LParen | Token::Period | Token::LBracket | Token::DoubleColon);
        }
        out
    }

    /// The functions that are called in what is left.
    pub(super) fn calls(&self) -> Vec<String> {
        let called = self.tokens.windows(2).filter_map(|pair| match pair {
            [Token::Word(word), Token::LParen] => Some(word.value.to_lowercase()),
            _ => None,
        });
        called.collect()
    }
}
