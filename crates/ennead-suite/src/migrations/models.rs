//! A schema before and after a change, and folders of its migrations.

use std::path::{Path, PathBuf};

use ennead::Dialect;
use ennead::migrate::{Draft, DraftOptions, Fill, Migrations, Name};
use ennead::prelude::*;

use crate::Bed;

/// As it was.
pub(super) mod before {
    use ennead::prelude::*;

    #[model(global, table = "cities")]
    pub struct City {
        #[key(assigned)]
        pub id: i64,
        pub name: String,
    }

    #[model(global, table = "people")]
    pub struct Person {
        #[key(assigned)]
        pub id: i64,
        pub mail: String,
        pub note: Option<String>,
        #[references(City, on_delete = cascade)]
        pub city_id: i64,
    }

    pub(in crate::migrations) fn schema() -> Schema {
        ennead::schema![City, Person]
    }
}

/// As it will be: a column has another name, one comes, one goes, a unique and an index come, and a table.
pub(super) mod after {
    use ennead::prelude::*;

    #[model(global, table = "cities", index(name))]
    pub struct City {
        #[key(assigned)]
        pub id: i64,
        pub name: String,
    }

    #[model(global, table = "people", check("age >= 0", name = "ck_people_age"))]
    pub struct Person {
        #[key(assigned)]
        pub id: i64,
        #[unique]
        #[column(renamed_from = "mail")]
        pub email: String,
        pub age: i64,
        #[references(City, on_delete = cascade)]
        pub city_id: i64,
    }

    #[model(global, table = "tags")]
    pub struct Tag {
        #[key(assigned)]
        pub id: i64,
        #[references(Person)]
        pub person_id: i64,
    }

    pub(in crate::migrations) fn schema() -> Schema {
        ennead::schema![City, Person, Tag]
    }
}

/// What people get who had no age.
pub(super) fn ages() -> DraftOptions {
    let fill = Fill { table: Name::new("people"), column: "age".to_owned(), value: "18".to_owned() };
    DraftOptions { fills: vec![fill], ..DraftOptions::default() }
}

/// A folder of migrations in a case's own folder.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new(bed: &Bed) -> Self {
        Self(bed.folder().join("migrations"))
    }

    pub(super) fn read(&self) -> Migrations {
        Migrations::read(&self.0).unwrap()
    }

    pub(super) fn add(&self, schema: &Schema, name: &str, options: &DraftOptions) -> Draft {
        let draft = self.read().draft(schema, name, options).unwrap();
        draft.write(&self.0).unwrap();
        draft
    }

    /// The first migration and the second.
    pub(super) fn both(bed: &Bed) -> Self {
        let folder = Self::new(bed);
        folder.add(&before::schema(), "initial", &DraftOptions::default());
        folder.add(&after::schema(), "ages", &ages());
        folder
    }

    pub(super) fn file(&self, migration: &str, bed: &Bed, way: &str) -> PathBuf {
        let dialect = match bed.dialect() {
            Dialect::Postgres => "postgres",
            Dialect::Sqlite => "sqlite",
        };
        self.0.join(migration).join(format!("{dialect}.{way}.sql"))
    }

    /// A migration that is written by hand.
    pub(super) fn by_hand(&self, bed: &Bed, name: &str, up: &str, down: &str) {
        let options = DraftOptions { empty: true, ..DraftOptions::default() };
        let draft = self.add(&Schema::new([]), name, &options);
        let migration = draft.migration().folder();
        std::fs::write(self.file(&migration, bed, "up"), up).unwrap();
        std::fs::write(self.file(&migration, bed, "down"), down).unwrap();
    }
}

pub(super) fn rewrite(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, change(text)).unwrap();
}

/// Rows in the tables of the first migration.
pub(super) const ROWS: &str = "INSERT INTO cities VALUES (1, 'Bern'), (2, 'Basel'); \
    INSERT INTO people (id, mail, note, city_id) VALUES (10, 'a@x', 'hello', 1), (20, 'b@x', NULL, 2), (30, 'c@x', NULL, 2)";

pub(super) async fn run(db: &Db, sql: &str) {
    db.across_tenants("the cases of migrations").execute(sql).await.unwrap();
}
