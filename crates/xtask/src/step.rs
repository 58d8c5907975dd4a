//! One command that must succeed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::process;

/// A command with a name.
pub(crate) struct Step {
    pub(crate) name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    env: Vec<(&'static str, String)>,
    alone: Option<String>,
    needs_servers: bool,
    runs_tests: bool,
}

impl Step {
    /// The step that runs cargo with these arguments.
    pub(crate) fn cargo<A: Into<OsString>>(
        name: impl Into<String>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self::program(name, "cargo", arguments)
    }

    /// The step that runs a program with these arguments.
    pub(crate) fn program<A: Into<OsString>>(
        name: impl Into<String>,
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            alone: None,
            needs_servers: false,
            runs_tests: false,
        }
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Says that it fails without the servers, so that nobody is told to run it without.
    pub(crate) fn with_servers(mut self) -> Self {
        self.needs_servers = true;
        self
    }

    /// Says that its output is that of tests.
    pub(crate) fn with_tests(mut self) -> Self {
        self.runs_tests = true;
        self
    }

    pub(crate) fn runs_tests(&self) -> bool {
        self.runs_tests
    }

    /// Says how to run it alone, where that is not the command itself.
    pub(crate) fn alone_by(mut self, command: impl Into<String>) -> Self {
        self.alone = Some(command.into());
        self
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = process::clean(Command::new(&self.program));
        command.args(&self.arguments).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What to type to run this step and nothing else.
    pub(crate) fn alone(&self) -> String {
        if let Some(alone) = &self.alone {
            return alone.clone();
        }
        let env = self.env.iter().map(|(name, value)| format!("{name}={} ", quote(value)));
        let servers = if self.needs_servers { "cargo xtask pg -- " } else { "" };
        let arguments = self.arguments.iter().map(|argument| quote(&argument.to_string_lossy()));
        let arguments: Vec<String> = arguments.collect();
        let program = quote(&self.program.to_string_lossy());
        format!("{}{servers}{program} {}", env.collect::<String>(), arguments.join(" "))
    }
}

/// One word for a shell.
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=/.,:@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, quote};

    #[test]
    fn alone_is_what_a_shell_understands() {
        let doc = Step::cargo("doc", ["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(doc.alone(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
        let test = Step::cargo("test", ["test", "--", "a b"]).with_servers();
        assert_eq!(test.alone(), "cargo xtask pg -- cargo test -- 'a b'");
    }

    #[test]
    fn words_are_quoted_when_they_must() {
        assert_eq!(quote("--features=a/b,c"), "--features=a/b,c");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
    }
}
