//! What the macros refuse: the cases of `ui/`, each with its message in the `.stderr` beside it. After a change of a
//! message, `TRYBUILD=overwrite cargo test -p ennead-compile-tests` writes them, to be read.
//!
//! No case passes: one that does would have every dependency built where checking them is enough, and the cases go one
//! after the other. What must compile is in `tests/tests/accepted`.

#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
