//! What an operation costs, as far as it can be said without a clock: the statements that it sends, the allocations, and
//! the instructions where valgrind is installed. `tests/budget.txt` holds what each may cost.
//!
//! Who changes the figures writes the file anew, and so shows the change to whoever reads it:
//!
//!     ENNEAD_BUDGET=write cargo xtask pg -- cargo test -p ennead-tests --test budget

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test")]

mod budget;
mod instructions;
mod late;
mod meter;
mod operations;

use std::alloc::System;

use ennead_suite::Kind;
use libtest_mimic::{Arguments, Failed, Trial};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::budget::Figure;
use crate::meter::Cost;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    if instructions::ran_as_child() {
        return;
    }
    // Allocations of all threads are counted, so nothing else may run.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let trials = [Kind::Sqlite, Kind::Postgres].into_iter().flat_map(|kind| {
        [
            Trial::test(format!("{kind} statements and allocations"), move || counted(kind)),
            Trial::test(format!("{kind} instructions"), move || executed(kind)),
        ]
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn counted(kind: Kind) -> Result<(), Failed> {
    let mut found = Vec::new();
    for (operation, costs) in operations::run(kind) {
        // What fills a cache or a buffer is paid once; the least of several is what the operation costs.
        let least = |of: fn(&Cost) -> u64| costs.iter().map(of).min().unwrap_or_default();
        found.push((operation.to_owned(), Figure::Statements, least(|cost| cost.statements)));
        found.push((operation.to_owned(), Figure::Allocations, least(|cost| cost.allocations)));
    }
    budget::hold(kind, &found)
}

fn executed(kind: Kind) -> Result<(), Failed> {
    match instructions::count(kind)? {
        Some(found) => budget::hold(kind, &found),
        None => {
            println!(
                "{kind}: no valgrind here (Debian: `apt install valgrind`), so instructions are not counted"
            );
            Ok(())
        }
    }
}
