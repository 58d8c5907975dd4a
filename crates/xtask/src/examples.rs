//! The programs under `examples/`: each must succeed on both databases.
//!
//! Their tests have built them. One that says `alone = true` in its manifest is built once more as by somebody who runs it
//! and nothing else, with no feature that another package asks for; of the others, that much is only checked.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::database::Database;
use crate::process;
use crate::step::{Step, quote};

/// The runs of all examples, and the databases that they run on, which end with this value.
pub(crate) struct Examples {
    pub(crate) steps: Vec<Step>,
    _sqlite: TempDir,
    _postgres: Vec<Database>,
}

/// A package under `examples/`.
#[derive(Debug, PartialEq)]
struct Example {
    package: String,
    manifest: String,
    /// The arguments of each of its runs, in order, on one database; `--database URL` comes behind them. They are what its
    /// manifest says in `[package.metadata.example] runs = [["…"]]`, or one run without any.
    runs: Vec<Vec<String>>,
    /// Built once more by `cargo run`.
    alone: bool,
    /// What the tests have built.
    program: PathBuf,
    /// Where its manifest is.
    folder: PathBuf,
}

/// The step that checks the examples that are not built alone: without the features that tests ask for.
pub(crate) fn check(root: &Path) -> Result<Step> {
    let examples = examples(&metadata(root)?, root);
    let shared = examples.iter().filter(|example| !example.alone);
    let packages = shared.map(|example| format!("--package={}", example.package));
    Ok(Step::cargo("examples without the tests' features", ["check".to_owned()].into_iter().chain(packages)))
}

impl Examples {
    /// Makes a database of each kind for each example.
    pub(crate) fn prepare(root: &Path, server: &str) -> Result<Self> {
        let sqlite = TempDir::with_prefix("ennead-examples-").context("make a temporary directory")?;
        let (mut steps, mut postgres) = (Vec::new(), Vec::new());
        for example in examples(&metadata(root)?, root) {
            let file = sqlite.path().join(format!("{}.db", example.package));
            steps.extend(example.steps("SQLite", &format!("sqlite://{}", file.display())));

            let database = Database::create(server, &format!("example_{}", example.package))?;
            let alone = |step: Step, run: &[String]| {
                let arguments: Vec<String> =
                    run.iter().map(|argument| format!(" {}", quote(argument))).collect();
                step.alone_by(format!(
                    "cargo xtask pg -- sh -c 'cargo run --manifest-path {} --{} --database \"$ENNEAD_TEST_POSTGRES\"'",
                    quote(&example.manifest),
                    arguments.concat()
                ))
            };
            let on_postgres = example.steps("Postgres", &database.url());
            steps.extend(on_postgres.into_iter().zip(&example.runs).map(|(step, run)| alone(step, run)));
            postgres.push(database);
        }
        Ok(Self { steps, _sqlite: sqlite, _postgres: postgres })
    }
}

impl Example {
    /// Its runs on one database.
    fn steps(&self, kind: &str, url: &str) -> Vec<Step> {
        let step = |run: &Vec<String>| {
            let words: String = run.iter().map(|word| format!(" {word}")).collect();
            let name = format!("example {}{words} on {kind}", self.package);
            let arguments = run.iter().cloned().chain(["--database".to_owned(), url.to_owned()]);
            let cargo = ["run", "--quiet", "--manifest-path", &self.manifest, "--"].map(str::to_owned);
            let cargo = Step::cargo(name.clone(), cargo.into_iter().chain(arguments.clone()));
            match self.alone {
                true => cargo,
                // Cargo tells a program where its manifest is, and there it finds its migrations.
                false => Step::program(name, &self.program, arguments)
                    .env("CARGO_MANIFEST_DIR", self.folder.display().to_string())
                    .alone_by(cargo.alone()),
            }
        };
        self.runs.iter().map(step).collect()
    }
}

/// What cargo knows of the workspace.
fn metadata(root: &Path) -> Result<Value> {
    let mut cargo = process::clean(Command::new("cargo"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root);
    let output = cargo.output().context("run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("read cargo metadata")
}

/// The packages under `examples/`, in order of their names.
fn examples(metadata: &Value, root: &Path) -> Vec<Example> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let built = Path::new(metadata["target_directory"].as_str().unwrap_or("target")).join("debug");
    let mut examples: Vec<Example> = packages
        .filter_map(|package| {
            let whole = Path::new(package["manifest_path"].as_str()?);
            let manifest = whole.strip_prefix(root).ok()?;
            if !manifest.starts_with("examples") {
                return None;
            }
            let name = package["name"].as_str()?;
            let example = &package["metadata"]["example"];
            Some(Example {
                package: name.to_owned(),
                alone: example["alone"] == true,
                program: built.join(name),
                folder: whole.parent()?.to_owned(),
                manifest: manifest.display().to_string(),
                runs: match example["runs"].as_array() {
                    Some(runs) => runs.iter().map(words).collect(),
                    None => vec![Vec::new()],
                },
            })
        })
        .collect();
    examples.sort_by(|one, other| one.package.cmp(&other.package));
    examples
}

fn words(run: &Value) -> Vec<String> {
    let words = run.as_array().into_iter().flatten();
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::{Example, examples};

    #[test]
    fn packages_are_found_in_order_and_say_how_they_run() {
        let package = |name: &str, folder: &str, metadata: serde_json::Value| json!({ "name": name, "manifest_path": format!("/repo/{folder}/Cargo.toml"), "metadata": metadata });
        let runs = json!({ "example": { "runs": [["migrate", "up"], ["check"]], "alone": true } });
        let metadata = json!({ "target_directory": "/built", "packages": [
            package("b", "examples/b", runs),
            package("core", "crates/core", json!(null)),
            package("a", "examples/a", json!(null)),
        ] });
        let example = |package: &str, alone: bool, runs: &[&[&str]]| Example {
            alone,
            program: Path::new("/built/debug").join(package),
            folder: Path::new("/repo/examples").join(package),
            package: package.to_owned(),
            manifest: format!("examples/{package}/Cargo.toml"),
            runs: runs.iter().map(|run| run.iter().map(|word| (*word).to_owned()).collect()).collect(),
        };
        let found = examples(&metadata, Path::new("/repo"));
        assert_eq!(
            found,
            [example("a", false, &[&[]]), example("b", true, &[&["migrate", "up"], &["check"]])]
        );
    }
}
