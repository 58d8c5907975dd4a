//! Measurements that are made on request: `cargo xtask bench`.

mod cases;
mod compile;
mod generate;
mod machine;
mod operations;
mod recorder;
mod report;

use std::path::PathBuf;

use clap::Subcommand;

pub(crate) use compile::run as compile;
pub(crate) use operations::run as operations;
pub(crate) use recorder::run as record;

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// What models cost to compile, beside the peers: expanded lines, and CPU seconds of the crate that holds them
    ///
    /// The peers' dependencies are built once, below target/bench-compile; their first build takes minutes.
    Compile(CompileArgs),
    /// What the nine operations cost to run, beside other libraries, on SQLite and on a throw-away Postgres server
    ///
    /// The peers are built first, which takes minutes.
    Run(RunArgs),
}

/// How to measure the compilation.
#[derive(clap::Args)]
pub(crate) struct CompileArgs {
    /// How often each crate is compiled; the figures are medians
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Only the crates whose name contains this text; may be given again
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Write every sample to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// How to measure the operations.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// How many rounds: each peer has one sample of each operation in each
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Only operations whose name contains this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only these peers beside the floor, joined by `+`
    #[arg(long, value_name = "NAMES")]
    peers: Option<String>,
    /// Write every row to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Tell the processor time of the client's process, not the time on the clock: for a busy machine
    #[arg(long)]
    cpu: bool,
    /// Leave Postgres out
    #[arg(long)]
    sqlite_only: bool,
    /// Leave SQLite out
    #[arg(long, conflicts_with = "sqlite_only")]
    postgres_only: bool,
}
