//! Measurements that are made on request: `cargo xtask bench`.

mod cases;
mod compile;
mod generate;
mod machine;
mod recorder;
mod report;

use std::path::PathBuf;

use clap::Subcommand;

pub(crate) use compile::run as compile;
pub(crate) use recorder::run as record;

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// What models cost to compile, beside the peers: expanded lines, and CPU seconds of the crate that holds them
    ///
    /// The peers' dependencies are built once, below target/bench-compile; their first build takes minutes.
    Compile(CompileArgs),
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
