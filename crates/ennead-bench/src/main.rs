//! The nine operations against other libraries: `cargo xtask bench run`. Built on request only.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the tables are what the program is for")]
#![allow(missing_docs, reason = "a program, no library")]

mod allocations;
mod clock;
mod ground;
mod measure;
mod peers;
mod protocol;
mod report;
mod sql;
mod work;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

use crate::clock::Clock;
use crate::ground::Ground;
use crate::measure::{Plan, Runtimes};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// Measures the nine operations of ennead beside other libraries
#[derive(Parser)]
struct Options {
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
    /// A Postgres server on which databases may be made; without one, SQLite alone is measured
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Tell the processor time of this process, not the time on the clock: for a busy machine. It leaves out what is
    /// waited for, such as a server and other threads waking up
    #[arg(long)]
    cpu: bool,
    /// Leave SQLite out
    #[arg(long)]
    no_sqlite: bool,
    /// The program of Toasty, which has a process of its own; without one, Toasty is left out
    #[arg(long, value_name = "PROGRAM")]
    toasty: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let runtimes = Runtimes {
        one: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
        two: tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?,
    };
    let folder = std::env::temp_dir().join(format!("ennead-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).context("make a folder for the databases")?;
    let done = run(&options, &runtimes, &folder);
    std::fs::remove_dir_all(&folder).context("remove the folder of the databases")?;
    done
}

/// Some peers take TLS from a server that offers it, and some have none: nobody takes it here, unless the URL says so.
fn unencrypted(url: &str) -> String {
    match url.contains("sslmode=") {
        true => url.to_owned(),
        false if url.contains('?') => format!("{url}&sslmode=disable"),
        false => format!("{url}?sslmode=disable"),
    }
}

fn run(options: &Options, runtimes: &Runtimes, folder: &std::path::Path) -> Result<()> {
    let plan = Plan {
        rounds: options.rounds.into(),
        filter: options.filter.clone(),
        peers: options.peers.clone(),
        clock: if options.cpu { Clock::Cpu } else { Clock::Wall },
    };
    let toasty = options.toasty.as_deref();
    let (mut rows, mut failures, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    let mut grounds = Vec::new();
    if !options.no_sqlite {
        grounds.push((Ground::Sqlite(folder.to_path_buf()), peers::sqlite(toasty)));
    }
    match &options.postgres {
        Some(url) => grounds.push((Ground::Postgres(unencrypted(url)), peers::postgres(toasty))),
        None => failures.push("postgres: no server was given".to_owned()),
    }
    for (ground, entries) in grounds {
        versions.push(runtimes.one.block_on(ground.version())?);
        let measured = plan.run(runtimes, &ground, &entries)?;
        rows.extend(measured.rows);
        failures.extend(measured.failures);
        versions.extend(measured.brought);
    }
    println!(
        "{}; {} rounds, {}\n\n{}",
        versions.join("; "),
        options.rounds,
        plan.clock.name(),
        report::tables(&rows)
    );
    for failure in &failures {
        println!("not measured: {failure}");
    }
    for (what, why) in peers::left_out(toasty) {
        println!("not measured: {what}: {why}");
    }
    if let Some(path) = &options.json {
        std::fs::write(path, report::json(&rows)).with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}
