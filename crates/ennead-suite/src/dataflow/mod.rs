//! What was wrong in the Python original, defect by defect: each case is named after the right behaviour, by name and,
//! where the typed face could have it too, typed.

pub mod bulk;
pub mod filters;
pub mod models;
pub mod runs;
pub mod tenants;
pub mod values;

/// The cases of this folder.
pub const ALL: &[&[crate::Case]] = &[tenants::CASES, filters::CASES, bulk::CASES, values::CASES, runs::CASES];
