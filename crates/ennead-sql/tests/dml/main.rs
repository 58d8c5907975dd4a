//! Operations as SQL.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod copy;
mod guards;
mod models;
mod paths;
