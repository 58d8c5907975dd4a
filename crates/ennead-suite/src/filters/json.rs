//! Places in JSON, one by one.

use ennead::prelude::*;
use serde_json::{Value, json};

use crate::Bed;

#[model(global, table = "documents")]
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    #[key(assigned)]
    pub id: i64,
    pub data: Value,
}

async fn numbers_are_compared_by_what_is_written(bed: Bed) {
    let db = bed.db(&ennead::schema![Document]).await;
    let odd = 9_007_199_254_740_993_i64;
    let values = [
        json!(odd),
        json!(9_007_199_254_740_992.0),
        json!(1),
        json!(1.0),
        json!(u64::MAX),
        json!(1.8446744073709552e19),
    ];
    let rows = values.iter().zip(0..).map(|(value, id)| Document { id, data: json!({ "n": value }) });
    Document::bulk_create(rows).run(&db).await.unwrap();
    let listed = async |filter| {
        let rows = Document::list().filter(filter).order_by(Document::ID.asc()).run(&db).await.unwrap();
        rows.iter().map(|row| row.id).collect::<Vec<i64>>()
    };
    let none: [i64; 0] = [];
    let n = || Document::DATA.path(["n"]);
    assert_eq!(listed(n().eq(odd)).await, [0]);
    assert_eq!(listed(n().lt(odd)).await, [1, 2, 3]);
    assert_eq!(listed(n().eq(1)).await, [2, 3]);
    assert_eq!(listed(n().eq(1.0)).await, [2, 3]);
    assert_eq!(listed(n().gt(9_007_199_254_740_992.0)).await, [0, 4, 5]);
    // As it is written, the float is 18446744073709552000.
    assert_eq!(listed(n().ge(u64::MAX)).await, [4, 5]);
    assert_eq!(listed(n().eq(u64::MAX)).await, [4]);
    assert_eq!(listed(n().gt(1e300)).await, none);
    assert_eq!(listed(n().gt(-1e300)).await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(listed(n().gt("1")).await, none);
}

async fn a_part_of_a_path_is_a_key_or_a_position(bed: Bed) {
    let db = bed.db(&ennead::schema![Document]).await;
    let list = json!(["zero", "one", "two"]);
    let keys = [
        "0",
        "1",
        "01",
        "-1",
        "+1",
        " 1",
        "1 ",
        "\t1",
        "2147483648",
        "-4",
        "a",
        "",
        "a'b",
        "$",
        "{}",
        ",",
        "NULL",
        "?",
        "??",
        "$1",
        "{}{}",
    ];
    let object: Value = keys.iter().map(|key| ((*key).to_owned(), json!(key))).collect();
    Document::bulk_create([Document { id: 1, data: list }, Document { id: 2, data: object }])
        .run(&db)
        .await
        .unwrap();
    for key in keys {
        let filter = Document::DATA.path([key]).eq(key);
        assert_eq!(Document::count().filter(filter).run(&db).await.unwrap(), 1, "{key:?}");
    }
    let positions = [
        ("0", "zero"),
        ("1", "one"),
        ("01", "one"),
        ("-1", "two"),
        ("-3", "zero"),
        ("+1", "one"),
        (" 1", "one"),
    ];
    for (part, value) in positions {
        let filter = Document::DATA.path([part]).eq(value).and(Document::ID.eq(1));
        assert_eq!(Document::count().filter(filter).run(&db).await.unwrap(), 1, "{part:?}");
    }
    for part in ["3", "-4", "a", "", "1.0", "1 ", "2147483648", "99999999999999999999", "\u{a0}1", "+-1", "-"]
    {
        let filter = Document::DATA.path([part]).exists().and(Document::ID.eq(1));
        assert_eq!(Document::count().filter(filter).run(&db).await.unwrap(), 0, "{part:?}");
    }
}

crate::cases![numbers_are_compared_by_what_is_written, a_part_of_a_path_is_a_key_or_a_position];
