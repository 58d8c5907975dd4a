//! Finds the programs of Postgres, and installs them where that is possible.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{self, Interrupt};

const VERSIONED: &str = "/usr/lib/postgresql";
const HOW: &str = "Postgres is missing: install its server (`apt-get install postgresql`, `brew install postgresql`, …) \
     so that `initdb` is on the PATH, or set ENNEAD_TEST_POSTGRES to the URL of a server";

/// The directory of `initdb` and `postgres`.
pub(crate) fn postgres(interrupt: &Interrupt) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if !rustix::process::geteuid().is_root() || on_path("apt-get").is_none() {
        bail!(HOW);
    }
    eprintln!("==> Postgres is missing: installing it");
    for arguments in [&["update"][..], &["install", "-y", "--no-install-recommends", "postgresql"]] {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        if process::run_unattended(command, interrupt)? != 0 {
            bail!("`apt-get {}` failed. {HOW}", arguments.join(" "));
        }
    }
    match find() {
        Some(found) => Ok(found),
        None => bail!("apt-get installed no `initdb`. {HOW}"),
    }
}

/// The program `psql`: that of the server's directory, else the one on the PATH.
pub(crate) fn psql() -> PathBuf {
    let beside = find().map(|dir| dir.join("psql")).filter(|path| path.is_file());
    beside.unwrap_or_else(|| PathBuf::from("psql"))
}

fn find() -> Option<PathBuf> {
    on_path("initdb").or_else(|| newest(Path::new(VERSIONED)))
}

/// The directory that really holds the program: `initdb` looks for `postgres` beside itself.
fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(program))
        .filter(|path| path.is_file())
        .find_map(|path| Some(path.canonicalize().ok()?.parent()?.to_path_buf()))
}

/// The `bin` of the highest version under `versions`, where Debian puts them.
fn newest(versions: &Path) -> Option<PathBuf> {
    fs::read_dir(versions)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").is_file().then_some((version, bin))
        })
        .max()
        .map(|(_, bin)| bin)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::newest;

    #[test]
    fn newest_version_is_by_number_and_has_a_server() {
        let dir = tempfile::tempdir().unwrap();
        for version in ["9", "15", "old"] {
            let bin = dir.path().join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            fs::write(bin.join("initdb"), "").unwrap();
        }
        fs::create_dir_all(dir.path().join("16/bin")).unwrap();
        assert_eq!(newest(dir.path()), Some(dir.path().join("15/bin")));
        assert_eq!(newest(&dir.path().join("absent")), None);
    }
}
