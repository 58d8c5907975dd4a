//! What the macros must accept. Each module is a case, and its test looks at what was made of it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "models of a test")]

pub mod attributes;
pub mod cfgs;
pub mod contract;
pub mod embed;
pub mod places;
pub mod renamed;
