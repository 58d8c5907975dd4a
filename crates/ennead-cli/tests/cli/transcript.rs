//! Runs the program, and writes down what was said.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Set where this test is the program.
pub(crate) const IS_PROGRAM: &str = "NOTES";

/// Which models the program has, where it has others.
pub(crate) const MODELS: &str = "NOTES_MODELS";

/// A folder in which the program runs, and what was said so far.
pub(crate) struct Transcript {
    folder: TempDir,
    text: String,
    database: Option<String>,
    /// Texts that are others on each machine and each time, and what stands for them.
    hidden: Vec<(String, &'static str)>,
    models: Option<&'static str>,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            text: String::new(),
            database: None,
            hidden: Vec::new(),
            models: None,
        }
    }

    /// Sets DATABASE_URL from here on.
    pub(crate) fn database(mut self, url: &str) -> Self {
        self.database = Some(url.to_owned());
        self
    }

    /// The models are later ones from here on.
    pub(crate) fn change_models(&mut self) -> &mut Self {
        self.models = Some("later");
        self.text.push_str("# the models change\n\n");
        self
    }

    /// There are boards too from here on.
    pub(crate) fn add_boards(&mut self) -> &mut Self {
        self.models = Some("boards");
        self
    }

    /// The models lack one that another references from here on.
    pub(crate) fn break_models(&mut self) -> &mut Self {
        self.models = Some("broken");
        self.text.push_str("# a model is missing\n\n");
        self
    }

    /// Writes something else where a text stands.
    pub(crate) fn hide(&mut self, text: &str, instead: &'static str) {
        self.hidden.push((text.to_owned(), instead));
    }

    /// Writes a file that is told in no transcript.
    pub(crate) fn quiet_file(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&mut self, name: &str, text: &str) -> &mut Self {
        self.quiet_file(name, text);
        self.text.push_str(&format!("$ cat {name}\n{text}\n\n"));
        self
    }

    /// Runs the program without standard input.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> &mut Self {
        self.fed("", arguments)
    }

    /// Runs the program with a text as its standard input.
    pub(crate) fn fed(&mut self, input: &str, arguments: &[&str]) -> &mut Self {
        let program = Command::new(std::env::current_exe().unwrap());
        self.spawned(program, "notes", input, arguments)
    }

    /// Runs the program `ennead`, which has no models.
    pub(crate) fn bare(&mut self, arguments: &[&str]) -> &mut Self {
        self.spawned(Command::new(env!("CARGO_BIN_EXE_ennead")), "ennead", "", arguments)
    }

    fn spawned(&mut self, mut program: Command, name: &str, input: &str, arguments: &[&str]) -> &mut Self {
        let start = self.text.len();
        program.arg0(name).args(arguments).current_dir(self.folder.path());
        program.env(IS_PROGRAM, "1").env_remove("CARGO_MANIFEST_DIR");
        for name in ["DATABASE_URL", "NO_COLOR", "ENNEAD_SCRATCH"] {
            program.env_remove(name);
        }
        program.envs(self.models.map(|which| (MODELS, which)));
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
        self.text.push_str(&format!("$ {fed}{name} {}\n", words.join(" ")));
        self.text.push_str(std::str::from_utf8(&output.stdout).unwrap());
        for line in std::str::from_utf8(&output.stderr).unwrap().lines() {
            self.text.push_str(&format!("! {line}\n"));
        }
        match output.status.code() {
            Some(0) => self.text.push('\n'),
            Some(code) => self.text.push_str(&format!("=> {code}\n\n")),
            None => panic!("killed: {:?}", output.status),
        }
        self.veil(start);
        self
    }

    fn veil(&mut self, start: usize) {
        let mut said = self.text.split_off(start);
        for (text, instead) in &self.hidden {
            said = said.replace(text, instead);
        }
        // Milliseconds are others each time.
        let mut words: Vec<String> = Vec::new();
        for word in said.split(' ') {
            let is_unit = word.starts_with("ms)");
            if let Some(last) = words.last_mut().filter(|last| is_unit && last.starts_with('(')) {
                *last = "(…".to_owned();
            }
            words.push(word.to_owned());
        }
        self.text.push_str(&words.join(" "));
    }

    /// What was said, with the lines of standard error marked by `!` and exit codes other than 0 by `=>`.
    pub(crate) fn text(&self) -> &str {
        self.text.trim_end()
    }
}

fn plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=/.,:@+".contains(c))
}
