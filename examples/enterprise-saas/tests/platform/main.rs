//! The platform's tests: its tables, its nodes, its indexes, on both databases.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "it is how a test fails, in its functions too"
)]

mod command_line;
mod committed;
mod database;
mod indexes;
mod life;
mod nodes;
mod organizations;
mod sample;
mod town;
