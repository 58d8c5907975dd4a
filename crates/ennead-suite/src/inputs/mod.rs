//! Parameters of every shape: drawn as the nodes take them, spoiled, and judged by the node, by its JSON Schema and by what
//! was sent.

pub mod bad;
pub mod corpus;
pub mod fuzz;
mod models;
mod related;
pub mod schemas;
mod shapes;
mod spoil;

/// The cases of this folder.
pub const ALL: &[&[crate::Case]] = &[bad::CASES, corpus::CASES, schemas::CASES, fuzz::CASES];
