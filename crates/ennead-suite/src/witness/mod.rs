//! Witnessed writes: observers and the audit, on every path on which a row is written.

pub mod audit;
pub mod audit_into;
pub mod hooks;
pub mod observers;
pub mod paths;
pub mod table;

pub const ALL: &[&[crate::Case]] =
    &[hooks::CASES, observers::CASES, audit::CASES, audit_into::CASES, table::CASES];
