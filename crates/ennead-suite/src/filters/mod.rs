//! Filters: the rows that they let through, against an evaluator in memory with SQL's three truth values.

pub mod json;
pub mod oracle;
pub mod random;
pub mod sizes;
pub mod thing;

use crate::Case;

/// The cases of these modules.
pub const ALL: &[&[Case]] = &[random::CASES, json::CASES, sizes::CASES];
