//! Witnessed writes: observers and the audit, on every path on which a row is written.

pub mod hooks;
pub mod observers;
pub mod paths;

pub const ALL: &[&[crate::Case]] = &[hooks::CASES, observers::CASES];
