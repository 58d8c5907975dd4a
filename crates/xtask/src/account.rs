//! Whom Postgres runs as: it refuses to run as root.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The account that owns and runs the servers.
#[derive(Clone, Copy)]
pub(crate) enum Account {
    /// We are an ordinary user: so are the servers.
    Own,
    /// We are root: the servers run as this user.
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// `postgres` if that user exists, else `nobody`, when we are root; else ourselves.
    pub(crate) fn find() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        for user in ["postgres", "nobody"] {
            if let (Some(uid), Some(gid)) = (id("-u", user)?, id("-g", user)?) {
                return Ok(Self::Other { uid, gid });
            }
        }
        bail!("Postgres does not run as root, and there is neither a user `postgres` nor `nobody`")
    }

    /// Makes `command` run as this account.
    pub(crate) fn apply(self, command: &mut Command) {
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    /// Gives a file or an (empty) directory to this account.
    pub(crate) fn own(self, path: &Path) -> Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid } => {
                chown(path, Some(uid), Some(gid)).with_context(|| format!("chown {}", path.display()))
            }
        }
    }

    /// Writes a file that only this account (and root) can read.
    pub(crate) fn write_private(self, path: &Path, text: &str) -> Result<()> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let open = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        open.and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("write {}", path.display()))?;
        self.own(path)
    }
}

/// One number of the user's account, `None` if there is no such user.
fn id(which: &str, user: &str) -> Result<Option<u32>> {
    let output = Command::new("id").args([which, user]).output().context("run `id`")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}
