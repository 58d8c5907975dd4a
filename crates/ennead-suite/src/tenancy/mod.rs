//! Tenant isolation, attacked and proved.

pub mod attacks;
mod cells;
pub mod matrix;
mod recorder;
mod stage;
mod world;
