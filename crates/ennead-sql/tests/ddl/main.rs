//! DDL: what is made of models, for each database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod build;
mod errors;
mod laws;
mod models;
mod order;
mod rls;
mod text;
