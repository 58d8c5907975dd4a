//! SQL of `ennead`.
pub mod ddl;
