//! Indexes, and what SQLite lacks in them.

use ennead_core::{Dialect, IndexDef, IndexMethod, IndexPart, Kind, ModelDef, Nulls, Precision};
use ennead_sql::ddl;

use super::{BOTH, leak, refused, says, with, wrong};
use crate::build::{desc, expression, field, index, on};

fn with_index(index: IndexDef) -> &'static ModelDef {
    leak(ModelDef { indexes: leak([index]), ..*with(field("data", Kind::Json)) })
}

/// Refused by SQLite, taken by Postgres.
#[track_caller]
fn sqlite_lacks(model: &'static ModelDef, words: &[&str]) {
    ddl::snapshot(&[model], Dialect::Postgres).expect("Postgres has it");
    let error = refused(&[model], Dialect::Sqlite);
    assert!(error.is_unsupported(), "{error:?}");
    says(&error, &[&["SQLite", model.name], words].concat());
    assert_eq!(error.model(), Some(model.name));
}

#[test]
fn what_sqlite_lacks() {
    let wide = Kind::Decimal(Some(Precision { precision: 19, scale: 4 }));
    sqlite_lacks(with(field("price", wide)), &["Thing.price", "18", "precision"]);
    for (method, name) in [
        (IndexMethod::Gin, "gin"),
        (IndexMethod::Gist, "gist"),
        (IndexMethod::Brin, "brin"),
        (IndexMethod::Hash, "hash"),
    ] {
        let def = IndexDef { method, ..index(leak([on("data")])) };
        sqlite_lacks(with_index(def), &[name, "dialect = postgres", "ix_things_data"]);
        let only = with_index(IndexDef { dialect: Some(Dialect::Postgres), ..def });
        assert_eq!(ddl::snapshot(&[only], Dialect::Sqlite).unwrap().tables[0].indexes, vec![]);
        assert_eq!(
            ddl::snapshot(&[only], Dialect::Postgres).unwrap().tables[0].indexes[0].method.as_deref(),
            Some(name)
        );
    }
    sqlite_lacks(with_index(IndexDef { include: &["name"], ..index(leak([on("id")])) }), &["include"]);
    let covering = IndexDef { include: &["name"], unique: true, ..index(leak([on("id")])) };
    sqlite_lacks(with_index(covering), &["include", "uq_things_id"]);
    let last = IndexPart { nulls: Some(Nulls::Last), ..on("name") };
    sqlite_lacks(with_index(index(leak([last]))), &["NULLs"]);
    sqlite_lacks(
        with_index(index(leak([IndexPart { nulls: Some(Nulls::First), ..desc(last) }]))),
        &["NULLs"],
    );
}

#[test]
fn the_usual_place_of_nulls_is_sqlites_own() {
    for (part, nulls) in [(on("name"), Nulls::First), (desc(on("name")), Nulls::Last)] {
        let said = IndexPart { nulls: Some(nulls), ..part };
        let (said, unsaid) = (with_index(index(leak([said]))), with_index(index(leak([part]))));
        for dialect in BOTH {
            assert_eq!(ddl::snapshot(&[said], dialect).unwrap(), ddl::snapshot(&[unsaid], dialect).unwrap());
        }
    }
}

#[test]
fn indexes_that_cannot_be() {
    let def = index(leak([on("data")]));
    wrong(&[with_index(index(leak([on("nmae")])))], &["Thing", "nmae"]);
    wrong(&[with_index(IndexDef { include: &["nmae"], ..def })], &["Thing", "nmae"]);
    wrong(&[with_index(index(leak([on("name"), desc(on("name"))])))], &["Thing", "name", "twice"]);
    wrong(&[with_index(index(&[]))], &["Thing", "no parts"]);
    wrong(
        &[with_index(IndexDef { condition: Some("data = 'x"), ..def })],
        &["Thing", "ix_things_data", "not closed"],
    );
    wrong(&[with_index(index(leak([expression("lower(name")])))], &["Thing", "missing"]);
    let gin = IndexDef { method: IndexMethod::Gin, dialect: Some(Dialect::Postgres), ..def };
    for (def, word) in [
        (IndexDef { unique: true, ..gin }, "unique"),
        (IndexDef { parts: leak([desc(on("data"))]), ..gin }, "order"),
        (IndexDef { include: &["name"], ..gin }, "include"),
        (IndexDef { method: IndexMethod::Hash, parts: leak([on("id"), on("name")]), ..gin }, "one part"),
    ] {
        says(&refused(&[with_index(def)], Dialect::Postgres), &["Thing", word]);
    }
}
