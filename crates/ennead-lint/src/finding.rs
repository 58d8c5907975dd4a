//! What a rule finds.

use serde::Serialize;

use crate::rule::Rule;

/// Something that a rule finds in a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The line where the statement begins, from 1.
    pub line: usize,
    /// The column where it begins, in characters from 1.
    pub column: usize,
    /// What it is, with the names that it is about.
    pub message: String,
    /// Why it is allowed, where `-- ennead:allow` says so.
    pub allowed: Option<String>,
}

impl Finding {
    /// Whether data would be gone, and nobody said that it may.
    #[must_use]
    pub fn destroys(&self) -> bool {
        self.allowed.is_none() && self.rule.group == crate::rule::Group::Destructive
    }
}
