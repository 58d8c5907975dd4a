//! What is emitted beside errors: all of them, the item without our attributes, and stubs.

use super::model;

#[test]
fn every_error_and_one_set_of_stubs() {
    insta::assert_snapshot!(model(
        r#"
        #[model(tabel = "plans")]
        #[derive(Debug)]
        pub struct Plan {
            #[key] pub id: u64,
            #[uniqe] pub email: String,
            #[default("x")] pub ok: bool,
        }"#
    ));
}

#[test]
fn an_item_that_cannot_be_a_model() {
    insta::assert_snapshot!(model("#[model(global)] pub struct Plan<T> { #[key] pub id: T }"));
}
