//! The attacks of the design by their numbers. Those that the types refuse are ui tests (`tests/compile/ui/tenancy_*`).

pub mod aggregates;
pub mod by_name;
pub mod holes;
pub mod parents;
pub mod relations;
pub mod requests;
pub mod rows;
pub mod table;
pub(super) mod town;
