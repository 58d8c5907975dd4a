//! Tenant isolation, attacked and proved.

mod cells;
pub mod matrix;
mod stage;
mod world;
