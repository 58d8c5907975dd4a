//! Kaizen Studio.
fn main() {}
