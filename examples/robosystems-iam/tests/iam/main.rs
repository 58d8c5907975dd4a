//! The tests of users, limits, graphs and credits, on both databases.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "it is how a test fails, in its functions too"
)]

mod command_line;
mod committed;
mod credits;
mod database;
mod indexes;
mod limits;
mod money;
mod page;
mod platform;
mod random;
