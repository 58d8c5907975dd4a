//! The page of models that have something of everything.

use chrono::{DateTime, Utc};
use ennead::prelude::*;

use super::reference;

/// A shelf | of books.
#[model(tenant_root)]
struct Library {
    #[key]
    id: String,
    name: String,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Debug)]
enum State {
    Here,
    Lent,
}

/// A book.
///
/// It is lent, and comes back.
#[model(
    table = "books",
    key = "global",
    shared_when = "is_public",
    index(state, due desc, where = "due IS NOT NULL", name = "ix_due"),
    index(tags, method = gin, dialect = postgres),
    check("length(title) > 0", name = "has_a_title")
)]
struct Book {
    #[key(ulid, prefix = "book-")]
    id: String,
    #[tenant]
    #[references(Library, on_delete = cascade)]
    library_id: String,
    /// As it stands on the <spine>,
    /// in full.
    #[unique]
    title: String,
    #[default(State::Here)]
    state: State,
    due: Option<DateTime<Utc>>,
    #[default(Utc::now())]
    bought: DateTime<Utc>,
    tags: Vec<String>,
    #[default(false)]
    is_public: bool,
    #[generated("length(title)")]
    letters: i32,
    #[references(Book, name = earlier, inverse = later, on_delete = set_null)]
    #[immutable]
    earlier_edition: Option<String>,
    #[version]
    version: i64,
    #[deleted_at]
    deleted_at: Option<DateTime<Utc>>,
}

/// One of them for each book.
#[model(tenant(via = book_id))]
struct Cover {
    #[key(auto, all_tenants)]
    id: i64,
    #[unique]
    #[references(Book)]
    book_id: String,
    #[hidden]
    #[column(renamed_from = "picture")]
    image: Vec<u8>,
}

#[model(global)]
struct Language {
    #[key(assigned)]
    id: String,
}

#[test]
fn the_page_tells_everything_and_is_stable() {
    let schema = ennead::schema![Library, Book, Cover, Language];
    let page = reference(&schema).unwrap();
    assert_eq!(page, reference(&schema).unwrap());
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("page", page);
    });
}
