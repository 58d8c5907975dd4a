//! The programs under `examples/`: each must succeed on both databases.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::database::Database;
use crate::step::{Step, quote};

/// The runs of all examples, and the databases that they run on, which end with this value.
pub(crate) struct Examples {
    pub(crate) steps: Vec<Step>,
    _sqlite: TempDir,
    _postgres: Vec<Database>,
}

impl Examples {
    /// Makes a database of each kind for each example.
    pub(crate) fn prepare(root: &Path, server: &str) -> Result<Self> {
        let sqlite = TempDir::with_prefix("ennead-examples-").context("make a temporary directory")?;
        let (mut steps, mut postgres) = (Vec::new(), Vec::new());
        for manifest in manifests(&root.join("examples"))? {
            let package = manifest.parent().and_then(Path::file_name).unwrap_or_default();
            let package = package.to_string_lossy().into_owned();
            let manifest = manifest.strip_prefix(root).unwrap_or(&manifest).display().to_string();
            let run = |database: String| {
                let program = ["run", "--quiet", "--manifest-path", &manifest, "--", "--database", &database];
                program.map(str::to_owned)
            };

            let file = sqlite.path().join(format!("{package}.db"));
            let database = format!("sqlite://{}", file.display());
            steps.push(Step::cargo(format!("example {package} on SQLite"), run(database)));

            let database = Database::create(server, &format!("example_{package}"))?;
            let alone = format!(
                "cargo xtask pg -- sh -c 'cargo run --manifest-path {} -- --database \"$ENNEAD_TEST_POSTGRES\"'",
                quote(&manifest)
            );
            let step = Step::cargo(format!("example {package} on Postgres"), run(database.url()));
            steps.push(step.alone_by(alone));
            postgres.push(database);
        }
        Ok(Self { steps, _sqlite: sqlite, _postgres: postgres })
    }
}

/// The manifest of each package in `dir`, in order of their names.
fn manifests(dir: &Path) -> Result<Vec<PathBuf>> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(dir).with_context(|| format!("list {}", dir.display()))?;
    let mut manifests = Vec::new();
    for entry in entries {
        let manifest = entry.with_context(|| format!("list {}", dir.display()))?.path().join("Cargo.toml");
        if manifest.is_file() {
            manifests.push(manifest);
        }
    }
    manifests.sort();
    Ok(manifests)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::manifests;

    #[test]
    fn packages_are_found_in_order_and_may_be_absent() {
        let dir = tempfile::tempdir().unwrap();
        for package in ["b", "a"] {
            fs::create_dir(dir.path().join(package)).unwrap();
            fs::write(dir.path().join(package).join("Cargo.toml"), "").unwrap();
        }
        fs::write(dir.path().join("README.md"), "").unwrap();
        let expected = ["a/Cargo.toml", "b/Cargo.toml"].map(|path| dir.path().join(path));
        assert_eq!(manifests(dir.path()).unwrap(), expected);
        assert!(manifests(&dir.path().join("absent")).unwrap().is_empty());
    }
}
