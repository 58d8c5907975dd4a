//! The macros of `ennead`.
