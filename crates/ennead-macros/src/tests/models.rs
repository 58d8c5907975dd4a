//! What models expand to.

use super::model;
use super::size::USER;

#[test]
fn user() {
    insta::assert_snapshot!(model(USER));
}
