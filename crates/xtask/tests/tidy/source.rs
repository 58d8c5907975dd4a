//! The files of the repository, and its code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proc_macro2::TokenTree;

use crate::tokens::without_tests;

/// A file of `crates/*/src` that is no test.
pub(crate) struct Source {
    pub(crate) krate: String,
    pub(crate) path: String,
    pub(crate) tokens: Vec<TokenTree>,
    /// The number of lines less those of `#[cfg(test)]` items.
    pub(crate) length: usize,
    text: String,
}

impl Source {
    pub(crate) fn parse(path: String, text: String) -> Self {
        let krate = path.split('/').nth(1).unwrap_or_default().to_owned();
        let stream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let (tokens, tests) = without_tests(stream);
        let length = text.lines().count() - tests.into_iter().map(Iterator::count).sum::<usize>();
        Self { krate, path, tokens, length, text }
    }

    /// If the line or the one before says `// reason: …`, or carries a lint attribute with `reason = "…"`.
    pub(crate) fn has_reason(&self, line: usize) -> bool {
        let lines = self.text.lines().skip(line.saturating_sub(2)).take(line.min(2));
        lines.into_iter().any(|line| {
            let comment = line.split_once("//").is_some_and(|(_, comment)| comment.contains("reason: "));
            comment || (line.trim_start().starts_with("#[") && line.contains("reason = \""))
        })
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of the repository: tracked, or new and not ignored.
pub(crate) fn files() -> Vec<String> {
    let mut git = Command::new("git");
    // A checkout made by somebody else, as on CI, is no reason to refuse: nothing in it is run.
    git.args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.current_dir(root()).output().expect("tidy needs git");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).expect("names of files are UTF-8");
    names.split_terminator('\0').filter(|name| root().join(name).is_file()).map(str::to_owned).collect()
}

pub(crate) fn sources(wanted: impl Fn(&str) -> bool) -> Vec<Source> {
    let is_source = |path: &String| {
        let parts: Vec<&str> = path.split('/').collect();
        matches!(parts[..], ["crates", krate, "src", ..] if wanted(krate))
            && path.ends_with(".rs")
            && !parts[3..].iter().any(|part| ["tests", "tests.rs"].contains(part))
    };
    let read = |path: String| {
        let text = fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Source::parse(path, text)
    };
    let sources: Vec<Source> = files().into_iter().filter(is_source).map(read).collect();
    assert!(!sources.is_empty(), "there is nothing to check");
    sources
}

/// The names in the section `[dependencies]` of a crate.
pub(crate) fn dependencies(krate: &str) -> Vec<String> {
    let path = root().join("crates").join(krate).join("Cargo.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let section = text.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = section.take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| Some(line.split(['.', ' ', '=']).next()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::Source;
    use crate::tokens::panics;

    #[test]
    fn reasons_are_near() {
        let code = r#"
            // reason: too far away

            f.unwrap(); // reason: on the line
            // reason: on the line before
            g.unwrap();
            h.unwrap();
            #[expect(clippy::unwrap_used, reason = "of the lint")]
            i.unwrap();
        "#;
        let source = Source::parse("crates/some/src/lib.rs".to_owned(), code.to_owned());
        let lines = panics(&source.tokens).into_iter().map(|(line, _)| line);
        let explained: Vec<usize> = lines.filter(|line| source.has_reason(*line)).collect();
        assert_eq!(explained, [4, 6, 9]);
    }
}
