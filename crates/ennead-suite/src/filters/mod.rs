//! To come.
pub const ALL: &[&[crate::Case]] = &[];
