//! Writes the crates that are compiled.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::cases::{Case, MODELS, PEERS, Peer, module_name};

/// Where the generated crates are: a workspace for each peer, with a lock file of its own.
pub(super) struct Ground {
    root: PathBuf,
}

impl Ground {
    /// Writes every crate. What is there and the same stays untouched, so that cargo builds no dependency again.
    pub(super) fn prepare(repository: &Path) -> Result<Self> {
        let ground = Self { root: repository.join("target/bench-compile") };
        for peer in &PEERS {
            let dir = ground.workspace(peer);
            let members: Vec<String> = peer.cases.iter().map(|case| format!("{:?}", case.name)).collect();
            let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
            write(&dir.join("Cargo.toml"), &workspace)?;
            let lock = dir.join("Cargo.lock");
            if !lock.exists() {
                // What the peer shares with us is then the same version, and built once for all.
                fs::copy(repository.join("Cargo.lock"), &lock).context("copy Cargo.lock")?;
            }
            for case in peer.cases {
                let at = dir.join(case.name);
                write(&at.join("Cargo.toml"), &manifest(peer, case, repository))?;
                for number in 0..MODELS {
                    let path = at.join("src").join(module_name(number)).with_extension("rs");
                    write(&path, &case.module(number))?;
                }
                write(&ground.entry(peer, case), &entry())?;
            }
        }
        Ok(ground)
    }

    /// The manifest of a peer's workspace.
    pub(super) fn manifest(&self, peer: &Peer) -> PathBuf {
        self.workspace(peer).join("Cargo.toml")
    }

    /// Where cargo puts what it builds, the same for all peers.
    pub(super) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// A file of this name.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Makes cargo compile the crate once more.
    pub(super) fn touch(&self, peer: &Peer, case: &Case) -> Result<()> {
        let path = self.entry(peer, case);
        fs::write(&path, entry()).with_context(|| format!("write {}", path.display()))
    }

    fn workspace(&self, peer: &Peer) -> PathBuf {
        self.root.join(peer.name)
    }

    fn entry(&self, peer: &Peer, case: &Case) -> PathBuf {
        self.workspace(peer).join(case.name).join("src/lib.rs")
    }
}

fn manifest(peer: &Peer, case: &Case, repository: &Path) -> String {
    let crates = repository.join("crates").display().to_string();
    let dependencies = peer.dependencies.replace("{crates}", &crates);
    let name = case.package();
    format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]{dependencies}"
    )
}

fn entry() -> String {
    let modules: String = (0..MODELS).map(|number| format!("pub mod {};\n", module_name(number))).collect();
    format!("#![allow(warnings)]\n\n{modules}")
}

fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let done = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    done.with_context(|| format!("write {}", path.display()))
}
