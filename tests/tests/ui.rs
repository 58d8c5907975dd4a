//! What the macros accept and refuse. Each refusal's message is in the `.stderr` beside the case; after a change of a
//! message, `TRYBUILD=overwrite cargo test -p ennead-tests --test ui` writes them, to be read.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/*.rs");
}
