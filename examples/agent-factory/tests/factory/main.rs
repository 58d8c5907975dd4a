//! The platform's tests: its reference page beside the facts that it is made for, and the way from the older database.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "it is how a test fails, in its functions too"
)]

mod command_line;
mod committed;
mod database;
mod facts;
mod migrations;
mod page;
mod rows;
