//! Errors: the same kind, model, constraint and fields on both databases, and never a row's value.

use ennead::prelude::*;

use crate::Bed;
use crate::accounts::{User, keyed, user};

/// Stands in every value of these cases: no error may show it.
const CANARY: &str = "canary";

#[model(table = "shelves", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub library_id: String,
}

#[model(
    table = "books",
    unique(title, year),
    unique(label, where = "label <> 'canary-none'"),
    check("pages < 5000 OR year > 0", name = "books_are_sound")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub library_id: String,
    #[references(Shelf)]
    pub shelf_id: String,
    #[references(Country)]
    pub country: Option<String>,
    #[unique(global)]
    pub isbn: String,
    pub title: String,
    pub year: i32,
    pub label: String,
    #[check("pages > 0")]
    pub pages: i32,
}

#[model(global, table = "countries")]
#[derive(Debug, Clone, PartialEq)]
pub struct Country {
    #[key(assigned)]
    pub code: String,
    pub name: String,
}

fn value(of: &str) -> String {
    format!("{CANARY}-{of}")
}

fn book(id: &str) -> NewBook {
    NewBook {
        id: value(id),
        shelf_id: value("shelf"),
        isbn: value(id),
        title: value(id),
        year: 1,
        label: value(id),
        pages: 1,
    }
}

async fn open(bed: &Bed) -> Tenant {
    let db = bed.db(&ennead::schema![Shelf, Book, Country, User]).await;
    let city = db.tenant("city").unwrap();
    Shelf::create(NewShelf { id: value("shelf") }).run(&city).await.unwrap();
    Country::create(NewCountry { code: value("de"), name: value("de") }).run(&db).await.unwrap();
    Book::create(book("a")).run(&city).await.unwrap();
    city
}

/// Checks what an error says, and that it shows no value.
fn says(error: &Error, kind: ennead::ErrorKind, model: &str, constraint: Option<&str>, fields: &[&str]) {
    assert_eq!(error.kind(), kind, "{error:?}");
    assert_eq!(error.model(), Some(model), "{error:?}");
    assert_eq!(error.constraint(), constraint, "{error:?}");
    assert_eq!(error.fields(), fields, "{error:?}");
    silent(error);
}

fn silent(error: &Error) {
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains(CANARY), "a value is shown: {shown}");
}

async fn a_unique_violation_names_its_constraint(bed: Bed) {
    use ennead::ErrorKind::UniqueViolation;
    let city = open(&bed).await;
    let other = city.db().tenant("other").unwrap();
    let create = async |new: NewBook| Book::create(new).run(&city).await.unwrap_err();
    let error = create(NewBook { isbn: value("a"), ..book("b") }).await;
    says(&error, UniqueViolation, "Book", Some("uq_books_isbn"), &["isbn"]);
    assert_eq!(error.http_status(), 409);
    let error = create(NewBook { title: value("a"), ..book("b") }).await;
    let columns = ["library_id", "title", "year"];
    says(&error, UniqueViolation, "Book", Some("uq_books_library_id_title_year"), &columns);
    let error = create(NewBook { label: value("a"), ..book("b") }).await;
    says(&error, UniqueViolation, "Book", Some("uq_books_library_id_label"), &["library_id", "label"]);
    let error = create(NewBook { id: value("a"), ..book("b") }).await;
    says(&error, UniqueViolation, "Book", Some("pk_books"), &["library_id", "id"]);
    Shelf::create(NewShelf { id: value("theirs") }).run(&other).await.unwrap();
    let theirs = NewBook { shelf_id: value("theirs"), isbn: value("a"), ..book("b") };
    let error = Book::create(theirs).run(&other).await.unwrap_err();
    says(&error, UniqueViolation, "Book", Some("uq_books_isbn"), &["isbn"]);
    let shelf = Shelf::create(NewShelf { id: value("shelf") }).run(&other).await.unwrap_err();
    says(&shelf, UniqueViolation, "Shelf", Some("pk_shelves"), &["id"]);
    let shelf = Shelf::create(NewShelf { id: value("shelf") }).run(&city).await.unwrap_err();
    says(&shelf, UniqueViolation, "Shelf", Some("pk_shelves"), &["id"]);
}

async fn updates_and_bulks_name_it_too(bed: Bed) {
    use ennead::ErrorKind::UniqueViolation;
    let city = open(&bed).await;
    Book::bulk_create([book("b"), book("c")]).run(&city).await.unwrap();
    let set = || Book::update(value("b")).set(Book::ISBN, value("a"));
    let errors = [
        set().run(&city).await.unwrap_err(),
        Book::bulk_update_each([set()]).run(&city).await.unwrap_err(),
        Book::bulk_update().all_rows().set(Book::ISBN, value("same")).run(&city).await.unwrap_err(),
        Book::bulk_create([book("d"), NewBook { isbn: value("a"), ..book("e") }])
            .run(&city)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        says(&error, UniqueViolation, "Book", Some("uq_books_isbn"), &["isbn"]);
    }
    assert_eq!(Book::count().run(&city).await.unwrap(), 3);
}

async fn a_missing_parent_names_its_foreign_key(bed: Bed) {
    use ennead::ErrorKind::ForeignKeyViolation;
    let city = open(&bed).await;
    let lost = || NewBook { shelf_id: value("lost"), ..book("b") };
    let composite = Some("fk_books_library_id_shelf_id");
    let middle = [book("c"), lost(), book("d")];
    let many = (0..300).map(|at| if at == 200 { lost() } else { book(&format!("many-{at}")) });
    let errors = [
        Book::create(lost()).run(&city).await.unwrap_err(),
        Book::bulk_create(middle).run(&city).await.unwrap_err(),
        Book::bulk_create(many).run(&city).await.unwrap_err(),
        Book::update(value("a")).set(Book::SHELF_ID, value("lost")).run(&city).await.unwrap_err(),
        Book::bulk_update().all_rows().set(Book::SHELF_ID, value("lost")).run(&city).await.unwrap_err(),
        Book::bulk_update_each([Book::update(value("a")).set(Book::SHELF_ID, value("lost"))])
            .run(&city)
            .await
            .unwrap_err(),
        Book::create(lost()).on_conflict(Book::ID).update(Book::TITLE).run(&city).await.unwrap_err(),
    ];
    for error in errors {
        says(&error, ForeignKeyViolation, "Book", composite, &["library_id", "shelf_id"]);
        assert_eq!(error.http_status(), 409);
    }
    let single = Book::create(book("b")).set(Book::COUNTRY, value("xx")).run(&city).await.unwrap_err();
    says(&single, ForeignKeyViolation, "Book", Some("fk_books_country"), &["country"]);
    let single = Book::update(value("a")).set(Book::COUNTRY, value("xx")).run(&city).await.unwrap_err();
    says(&single, ForeignKeyViolation, "Book", Some("fk_books_country"), &["country"]);
    assert_eq!(Book::count().run(&city).await.unwrap(), 1);
}

async fn a_parent_that_is_referred_to_stays(bed: Bed) {
    use ennead::ErrorKind::ForeignKeyViolation;
    let city = open(&bed).await;
    let composite = Some("fk_books_library_id_shelf_id");
    let error = Shelf::delete(value("shelf")).run(&city).await.unwrap_err();
    says(&error, ForeignKeyViolation, "Shelf", composite, &[]);
    let error = Shelf::bulk_delete().keys([value("none"), value("shelf")]).run(&city).await.unwrap_err();
    says(&error, ForeignKeyViolation, "Shelf", composite, &[]);
    let error = Shelf::bulk_delete().all_rows().run(&city).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    silent(&error);
    Book::update(value("a")).set(Book::COUNTRY, value("de")).run(&city).await.unwrap();
    let error = Country::delete(value("de")).run(city.db()).await.unwrap_err();
    says(&error, ForeignKeyViolation, "Country", Some("fk_books_country"), &[]);
    let nested = city.transaction(async |tx| {
        let nested = tx.transaction(async |tx| Shelf::delete(value("shelf")).run(tx).await).await;
        assert_eq!(nested.unwrap_err().constraint(), composite);
        Book::delete(value("a")).run(tx).await?;
        Shelf::delete(value("shelf")).run(tx).await
    });
    nested.await.unwrap();
    assert_eq!(Shelf::count().run(&city).await.unwrap(), 0);
}

async fn a_check_names_itself(bed: Bed) {
    use ennead::ErrorKind::CheckViolation;
    let city = open(&bed).await;
    let none = || NewBook { pages: 0, ..book("b") };
    let errors = [
        Book::create(none()).run(&city).await.unwrap_err(),
        Book::bulk_create([book("c"), none()]).run(&city).await.unwrap_err(),
        Book::update(value("a")).add(Book::PAGES, -1).run(&city).await.unwrap_err(),
        Book::bulk_update().all_rows().set(Book::PAGES, -5).run(&city).await.unwrap_err(),
    ];
    for error in errors {
        says(&error, CheckViolation, "Book", Some("ck_books_pages"), &["pages"]);
        assert_eq!(error.http_status(), 422);
    }
    let table =
        Book::update(value("a")).set(Book::PAGES, 9000).set(Book::YEAR, 0).run(&city).await.unwrap_err();
    says(&table, CheckViolation, "Book", Some("books_are_sound"), &[]);
}

async fn a_drifted_table_is_told(bed: Bed) {
    use ennead::ErrorKind::{NotNullViolation, SchemaMismatch};
    let city = open(&bed).await;
    let admin = city.db().across_tenants("drift");
    admin.execute("ALTER TABLE users RENAME TO people").await.unwrap();
    let read = User::read(value("x")).run(&city).await.unwrap_err();
    says(&read, SchemaMismatch, "User", None, &[]);
    let create = User::create(user(CANARY)).run(&city).await.unwrap_err();
    says(&create, SchemaMismatch, "User", None, &[]);
    admin.execute("ALTER TABLE people RENAME TO users").await.unwrap();
    admin.execute("ALTER TABLE users RENAME COLUMN nickname TO alias").await.unwrap();
    let read = User::list().run(&city).await.unwrap_err();
    says(&read, SchemaMismatch, "User", None, &[]);
    let create = User::create(user(CANARY)).run(&city).await.unwrap_err();
    says(&create, SchemaMismatch, "User", None, &[]);
    let update = User::update(value("x")).set(User::NICKNAME, CANARY).run(&city).await.unwrap_err();
    says(&update, SchemaMismatch, "User", None, &[]);
    admin.execute("DROP TABLE users").await.unwrap();
    let time = if bed.is_postgres() { "timestamptz" } else { "text" };
    let drifted = format!(
        "CREATE TABLE users (id text, organization_id text, email text, name text, nickname text NOT NULL, \
         source text, logins bigint, status text, team text, seat integer, created_at {time}, updated_at {time})"
    );
    admin.execute(&drifted).await.unwrap();
    if bed.kind() == crate::Kind::PostgresRls {
        admin.execute("GRANT ALL ON users TO ennead_application").await.unwrap();
    }
    let null = keyed(CANARY).run(&city).await.unwrap_err();
    says(&null, NotNullViolation, "User", None, &["nickname"]);
    assert_eq!(null.http_status(), 422);
}

async fn a_null_where_none_is_taken_is_refused_before_sql(bed: Bed) {
    let city = open(&bed).await;
    let error = ennead::Error::not_found("Book");
    assert_eq!((error.http_status(), error.model()), (404, Some("Book")));
    let none = User::create(user("jo")).set(User::NAME, "a\0canary").run(&city).await.unwrap_err();
    silent(&none);
    let number =
        Book::update(value("a")).set(Book::ISBN, format!("{CANARY}\0")).run(&city).await.unwrap_err();
    says(&number, ennead::ErrorKind::InvalidInput, "Book", None, &["isbn"]);
    assert_eq!(number.http_status(), 400);
    silent(&Book::read(value("none")).run(&city).await.unwrap_err());
}

async fn values_in_operations_are_hidden(_: Bed) {
    let filter = Book::TITLE.eq(value("x")).and(Book::ISBN.in_([value("y")]));
    let shown = [
        format!("{:?}", Book::create(book("a"))),
        format!("{:?}", Book::create(book("a")).on_conflict(Book::ISBN).update(Book::TITLE)),
        format!("{:?}", Book::create(book("a")).on_conflict(Book::ISBN).ignore()),
        format!("{:?}", Book::bulk_create([book("a")])),
        format!("{:?}", Book::read(value("a"))),
        format!("{:?}", Book::update(value("a")).set(Book::TITLE, value("t")).when(filter.clone())),
        format!("{:?}", Book::bulk_update_each([Book::update(value("a")).set(Book::TITLE, value("t"))])),
        format!("{:?}", Book::bulk_update().filter(filter.clone()).set(Book::TITLE, value("t"))),
        format!("{:?}", Book::delete(value("a")).when(filter.clone())),
        format!("{:?}", Book::bulk_delete().keys([value("a")])),
        format!("{:?}", Book::list().filter(filter.clone())),
        format!("{:?}", Book::count().filter(filter.clone())),
        format!("{filter:?}"),
        format!("{:?}", Book::create(book("a")).statement(ennead::Dialect::Sqlite).unwrap()),
    ];
    for shown in shown {
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

crate::cases![
    a_unique_violation_names_its_constraint,
    updates_and_bulks_name_it_too,
    a_missing_parent_names_its_foreign_key,
    a_parent_that_is_referred_to_stays,
    a_check_names_itself,
    a_drifted_table_is_told,
    a_null_where_none_is_taken_is_refused_before_sql,
    values_in_operations_are_hidden,
];
