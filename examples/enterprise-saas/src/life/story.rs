//! What is told: chapters, and a line for each step.

use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};

/// So many of something: `1 gateway`, `2 gateways`.
pub(super) fn many(number: impl Into<i64>, what: &str) -> String {
    let number = number.into();
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

/// The text of the story, as far as it has come.
#[derive(Debug, Default)]
pub struct Story {
    text: String,
    aloud: bool,
    steps: usize,
}

impl Story {
    /// A story that is written down.
    #[must_use]
    pub fn quiet() -> Self {
        Self::default()
    }

    /// A story that is printed, too. A reader who closes the pipe early (`| head`) is no error, so write errors are let go.
    #[must_use]
    pub fn aloud() -> Self {
        Self { aloud: true, ..Self::default() }
    }

    /// All that was told.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many steps there were.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    pub(super) fn chapter(&mut self, title: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.line(format_args!("{gap}{title}"));
    }

    /// One step: who, and what happened.
    pub(super) fn step(&mut self, who: &str, what: impl Display) {
        self.steps += 1;
        self.line(format_args!("  {who:<8} {what}"));
    }

    pub(super) fn line(&mut self, line: impl Display) {
        // reason: writing to a text cannot fail.
        let _ = writeln!(self.text, "{line}");
        if self.aloud {
            let _ = writeln!(io::stdout(), "{line}");
        }
    }
}
