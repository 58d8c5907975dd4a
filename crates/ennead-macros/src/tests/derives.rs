//! What the derives expand to.

use super::format;

fn db_enum(source: &str) -> String {
    format(crate::db_enum::expand(source.parse().unwrap()))
}

fn db_newtype(source: &str) -> String {
    format(crate::db_newtype::expand(source.parse().unwrap()))
}

#[test]
fn an_enumeration() {
    insta::assert_snapshot!(db_enum(
        r#"
        /// How far it is.
        #[db_enum(native, name = "progress")]
        pub enum State { Open, #[db_enum(rename = "at-work")] InProgress, #[cfg(unix)] Done }"#
    ));
}

#[test]
fn an_enumeration_with_errors() {
    insta::assert_snapshot!(db_enum("enum State { Open(i64) }"));
}

#[test]
fn newtypes() {
    insta::assert_snapshot!(db_newtype("pub struct UserId(pub String);"));
    insta::assert_snapshot!(db_newtype("#[db_newtype(crate = orm)] struct Price(Decimal);"));
}
