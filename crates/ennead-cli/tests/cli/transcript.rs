//! Runs the program, and writes down what was said.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Set where this test is the program.
pub(crate) const IS_PROGRAM: &str = "NOTES";

/// A folder in which the program runs, and what was said so far.
pub(crate) struct Transcript {
    folder: TempDir,
    text: String,
    database: Option<String>,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), text: String::new(), database: None }
    }

    /// Sets DATABASE_URL from here on.
    pub(crate) fn database(mut self, url: &str) -> Self {
        self.database = Some(url.to_owned());
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&mut self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
        self.text.push_str(&format!("$ cat {name}\n{text}\n\n"));
    }

    /// Runs the program without standard input.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> &mut Self {
        self.fed("", arguments)
    }

    /// Runs the program with a text as its standard input.
    pub(crate) fn fed(&mut self, input: &str, arguments: &[&str]) -> &mut Self {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.arg0("notes").args(arguments).current_dir(self.folder.path());
        program.env(IS_PROGRAM, "1").env_remove("DATABASE_URL").env_remove("NO_COLOR");
        program.envs(self.database.iter().map(|url| ("DATABASE_URL", url)));
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        // One that reads nothing may have closed the pipe already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let words =
            arguments.iter().map(|word| if plain(word) { (*word).to_owned() } else { format!("'{word}'") });
        let words: Vec<String> = words.collect();
        let fed = if input.is_empty() { String::new() } else { format!("echo '{}' | ", input.trim_end()) };
        self.text.push_str(&format!("$ {fed}notes {}\n", words.join(" ")));
        self.text.push_str(std::str::from_utf8(&output.stdout).unwrap());
        for line in std::str::from_utf8(&output.stderr).unwrap().lines() {
            self.text.push_str(&format!("! {line}\n"));
        }
        match output.status.code() {
            Some(0) => self.text.push('\n'),
            Some(code) => self.text.push_str(&format!("=> {code}\n\n")),
            None => panic!("killed: {:?}", output.status),
        }
        self
    }

    /// What was said, with the lines of standard error marked by `!` and exit codes other than 0 by `=>`.
    pub(crate) fn text(&self) -> &str {
        self.text.trim_end()
    }
}

fn plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=/.,:@+".contains(c))
}
