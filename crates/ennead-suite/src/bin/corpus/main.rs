//! Runs the engine over pairs of schemas that others collected: `cargo xtask corpus PATH`.
//!
//! The judge is not the engine: it reads the catalogues by queries of its own, and compares what they tell.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

mod case;
mod hazards;
mod postgres;
mod report;
mod sqlite;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use crate::case::{Arguments, Case};
use crate::report::{Outcome, Report};

/// How many cases run at once.
const AT_ONCE: usize = 4;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("corpus: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let mut failed = false;
    if arguments.wants("postgres") {
        let cases = read(&arguments, "postgres.jsonl")?;
        let server = std::env::var("ENNEAD_TEST_POSTGRES")?;
        // Some cases name the role that most servers have.
        let _ = postgres::on(&server, "CREATE ROLE postgres SUPERUSER").await;
        let outcomes = spread(cases, move |slot, case| {
            let server = server.clone();
            async move { postgres::run(&server, slot, &case).await }
        })
        .await?;
        failed |= Report::new("postgres", outcomes).print(arguments.verbose);
    }
    if arguments.wants("sqlite") {
        let cases = read(&arguments, "sqlite.jsonl")?;
        let outcomes = spread(cases, |slot, case| async move { sqlite::run(slot, &case).await }).await?;
        failed |= Report::new("sqlite", outcomes).print(arguments.verbose);
    }
    Ok(if failed { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn read(arguments: &Arguments, file: &str) -> Result<Vec<Case>, Failure> {
    let path: PathBuf = arguments.path.join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut cases = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line)?;
        if arguments.takes(&case) {
            cases.push(case);
        }
    }
    Ok(cases)
}

/// Runs all cases, a few at a time, and keeps their order.
async fn spread<F, R>(cases: Vec<Case>, run: F) -> Result<Vec<(Case, Outcome)>, Failure>
where
    F: Fn(usize, Case) -> R + Send + Sync + 'static,
    R: Future<Output = Outcome> + Send + 'static,
{
    let (run, cases) = (Arc::new(run), Arc::new(cases));
    let next = Arc::new(Mutex::new(0_usize));
    let done = Arc::new(Mutex::new(Vec::new()));
    let mut workers = Vec::new();
    for slot in 0..AT_ONCE {
        let (run, cases) = (Arc::clone(&run), Arc::clone(&cases));
        let (next, done) = (Arc::clone(&next), Arc::clone(&done));
        workers.push(tokio::spawn(async move {
            loop {
                let at = {
                    let mut next = next.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    *next += 1;
                    *next - 1
                };
                let Some(case) = cases.get(at) else { return };
                let outcome = run(slot, case.clone()).await;
                done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((
                    at,
                    case.clone(),
                    outcome,
                ));
            }
        }));
    }
    for worker in workers {
        worker.await?;
    }
    let mut done = std::mem::take(&mut *done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
    done.sort_by_key(|(at, ..)| *at);
    Ok(done.into_iter().map(|(_, case, outcome)| (case, outcome)).collect())
}
