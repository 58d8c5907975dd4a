//! The SQL of `ennead`: operations and DDL for Postgres and SQLite.
//!
//! This is the only crate that names sea-query, and its own API does not. Applications depend on `ennead`.

pub mod ddl;
mod dml;

pub use dml::{
    Batch, Bind, BindRef, CacheHasher, Mixer, Planner, Probe, Program, SEVERAL, Shape, Slot, Totals,
    ambiguity, parent_exists, plan, referred, row_exists,
};
