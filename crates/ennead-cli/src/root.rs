//! Where an application's files are.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;

/// The folder that an application's files are in.
#[derive(Debug, Clone, Args)]
pub(crate) struct RootArgs {
    /// The folder that holds `migrations` and `ddl`: the crate's own under `cargo run`, else the current one
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

impl RootArgs {
    /// The folder itself.
    pub(crate) fn folder(&self) -> PathBuf {
        let said = self.root.clone();
        // Cargo sets it for the programs that it runs.
        let root = said.or_else(|| env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)).unwrap_or_default();
        match env::current_dir() {
            // Short paths read better.
            Ok(here) => root.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(root),
            Err(_) => root,
        }
    }

    /// The folder of its migrations.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.folder().join("migrations")
    }

    /// The folder of its committed DDL.
    pub(crate) fn ddl(&self) -> PathBuf {
        self.folder().join("ddl")
    }
}
