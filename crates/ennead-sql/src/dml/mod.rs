//! Operations as SQL: scoped operations in, programs out.

mod aggregate;
mod expr;
mod guard;
mod hash;
mod json;
mod keyset;
mod lower;
mod order;
mod planner;
mod program;
mod shape;
mod write;

mod probe;
mod select;

pub use aggregate::Totals;
pub use hash::{CacheHasher, Mixer};
pub use planner::{Planner, plan};
pub use probe::{Probe, ambiguity, parent_exists, referred, row_exists};
pub use program::{Batch, Bind, BindRef, Program};
pub use shape::{SEVERAL, Shape, Slot};
