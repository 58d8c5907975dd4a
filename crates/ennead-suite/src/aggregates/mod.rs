//! What rows amount to: counts, sums, averages, least and greatest values, of all rows and of groups.

pub mod by_name;
pub mod kinds;
pub mod models;
pub mod random;
pub mod typed;

use crate::Case;

pub const ALL: &[&[Case]] = &[typed::CASES, by_name::CASES, kinds::CASES, random::CASES];
