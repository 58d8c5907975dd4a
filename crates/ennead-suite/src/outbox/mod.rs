//! The outbox: events written with a change, and delivered behind its commit.

pub mod delivered;
pub mod emitted;
pub mod killed;
pub mod lanes;
mod receiver;
pub mod shared;
pub mod webhook;

use crate::Case;

pub(crate) use killed::ran_as_child;

/// The cases of all modules.
pub const ALL: &[&[Case]] =
    &[emitted::CASES, delivered::CASES, lanes::CASES, shared::CASES, killed::CASES, webhook::CASES];
