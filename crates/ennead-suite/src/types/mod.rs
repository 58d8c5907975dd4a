//! Every type of field, exact in both directions through every operation.

pub mod compare;
pub mod keys;
pub mod limits;
pub mod models;
pub mod refused;
pub mod round;

use crate::Case;

/// The cases of these modules.
pub const ALL: &[&[Case]] = &[round::CASES, compare::CASES, keys::CASES, limits::CASES, refused::CASES];
