//! Migrations: folders of SQL made from models, and what runs them.

pub mod bad;
mod child;
pub mod concurrent;
pub mod folders;
pub mod killed;
pub mod marks;
mod models;
pub mod row_security;
pub mod runs;

use crate::Case;

pub(crate) use child::ran_as_child;

/// The cases of all modules.
pub const ALL: &[&[Case]] =
    &[folders::CASES, runs::CASES, bad::CASES, killed::CASES, concurrent::CASES, marks::CASES];

/// The cases that run under row level security, too.
pub const SECURED: &[Case] = row_security::CASES;
