//! What changes at paths do, in every way to write.

use ennead::prelude::*;
use serde_json::{Value, json};

use super::{Account, account, data, of, rows, schema};
use crate::Bed;

async fn changes_apply_in_the_order_in_which_they_are_written(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    of("a", json!({ "kept": 1, "gone": 2, "n": 4 })).run(&tenant).await.unwrap();
    let changed = Account::update("a")
        .set_path(Account::DATA, ["theme", "dark"], true)
        .add_path(Account::DATA, ["n"], 3)
        .add_path(Account::DATA, ["n"], -1)
        .add_path(Account::DATA, ["new"], 2.5)
        .remove_path(Account::DATA, ["gone"])
        .set_path(Account::DATA, ["list"], json!([1]))
        .set_path(Account::DATA, ["list", "1"], "two")
        .set_path(Account::DATA, ["list", "0"], Value::Null)
        .remove_path(Account::DATA, ["list", "0"])
        .add(Account::NUMBER, 1)
        .run(&tenant)
        .await
        .unwrap();
    let wanted = json!({ "kept": 1, "theme": { "dark": true }, "n": 6, "new": 2.5, "list": ["two"] });
    assert_eq!((&changed.data, changed.number, changed.version), (&wanted, 1, 2));
    assert_eq!(data(&tenant, "a").await, wanted);
}

async fn what_is_missing_on_the_way_is_made(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    of("a", json!({})).run(&tenant).await.unwrap();
    let deep: Vec<String> = (0..32).map(|at| format!("p{at}")).collect();
    let changed = Account::update("a")
        .set_path(Account::DATA, ["a", "b", "c"], 1)
        .set_path(Account::DATA, ["a", "b", "d"], 2)
        .set_path(Account::DATA, ["digits", "0", "1"], "keys of objects")
        .set_path(Account::DATA, ["list"], json!([]))
        .add_path(Account::DATA, ["list", "0", "n"], 1)
        .add_path(Account::DATA, ["list", "1"], 7)
        .add_path(Account::DATA, deep.clone(), 1)
        .set_path(Account::NOTE, ["from", "nothing"], json!({ "x": [null] }))
        .run(&tenant)
        .await
        .unwrap();
    let nested = deep.iter().rev().fold(json!(1), |inner, part| json!({ part.clone(): inner }));
    let mut wanted = json!({
        "a": { "b": { "c": 1, "d": 2 } },
        "digits": { "0": { "1": "keys of objects" } },
        "list": [{ "n": 1 }, 7],
    });
    wanted["p0"] = nested["p0"].clone();
    assert_eq!(changed.data, wanted);
    assert_eq!(changed.note, Some(json!({ "from": { "nothing": { "x": [null] } } })));
}

async fn what_is_not_there_is_removed_by_changing_nothing(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let before = json!({ "n": 1, "list": [1, 2], "o": {} });
    of("a", before.clone()).run(&tenant).await.unwrap();
    for path in [&["x"][..], &["o", "x", "y"], &["n", "x"], &["list", "2"], &["list", "-1"], &["list", "01"]]
    {
        let update = Account::update("a").remove_path(Account::DATA, path.iter().copied());
        let row = update.remove_path(Account::NOTE, ["x"]).run(&tenant).await.unwrap();
        assert_eq!((&row.data, row.note), (&before, None), "{path:?}");
    }
}

async fn keys_hold_whatever_a_text_holds(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    of("a", json!({})).run(&tenant).await.unwrap();
    let keys = [
        "",
        " ",
        "a.b",
        "$",
        "$1",
        "?",
        "[0]",
        "{}",
        "{a,b}",
        "NULL",
        "\"",
        "\\",
        "'",
        "'; DROP TABLE accounts; --",
        "ü",
        "\u{1F600}",
        "\t\n",
        "ennead_path:0:sum:[]",
        "0",
        "-1",
    ];
    let mut wanted = json!({});
    for (at, key) in keys.iter().enumerate() {
        let update = Account::update("a").set_path(Account::DATA, [*key, "x"], at as i64);
        wanted[*key] = json!({ "x": at + 1 });
        assert_eq!(update.add_path(Account::DATA, [*key, "x"], 1).run(&tenant).await.unwrap().data, wanted);
    }
    let mut update = Account::update("a");
    for key in keys {
        update = update.remove_path(Account::DATA, [key]);
    }
    assert_eq!(update.run(&tenant).await.unwrap().data, json!({}));
}

async fn sums_are_exact_without_a_fraction(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    of("a", json!({ "max": i64::MAX - 1, "min": i64::MIN + 1, "whole": 1.0, "half": 0.5, "odd": 9_007_199_254_740_993_i64 }))
        .run(&tenant)
        .await
        .unwrap();
    let row = Account::update("a")
        .add_path(Account::DATA, ["max"], 1)
        .add_path(Account::DATA, ["min"], -1_i64)
        .add_path(Account::DATA, ["whole"], 2.0)
        .add_path(Account::DATA, ["half"], 0.5)
        .add_path(Account::DATA, ["odd"], 2_u32)
        .add_path(Account::DATA, ["float"], 0.1)
        .add_path(Account::DATA, ["float"], 0.2)
        .run(&tenant)
        .await
        .unwrap();
    let wanted = json!({
        "max": i64::MAX, "min": i64::MIN, "whole": 3, "half": 1, "odd": 9_007_199_254_740_995_i64,
        "float": 0.1 + 0.2,
    });
    assert_eq!(row.data, wanted);
    // As it is stored: what has no fraction is written without one, on both databases.
    let texts = row.data.to_string();
    assert!(texts.contains("\"half\":1,") && texts.contains("\"whole\":3}"), "{texts}");
}

async fn bulk_updates_change_paths_of_all_rows_or_of_each(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let ids: Vec<String> = (0..300).map(|at| format!("{at:03}")).collect();
    let new = ids.iter().enumerate().map(|(at, id)| of(id, json!({ "n": at })));
    Account::bulk_create(new).run(&tenant).await.unwrap();
    let some = Account::bulk_update().filter(Account::ID.lt("010")).add_path(Account::DATA, ["n"], 1000);
    assert_eq!(some.run(&tenant).await.unwrap().affected, 10);
    let all = Account::bulk_update().all_rows().set_path(Account::DATA, ["all"], true);
    assert_eq!(all.returning(&tenant).await.unwrap().len(), 300);
    // Each row has its own paths.
    let each = ids.iter().enumerate().map(|(at, id)| {
        let update = Account::update(id).set_path(Account::DATA, ["own", id], at as i64);
        if at % 2 == 0 { update.remove_path(Account::DATA, ["all"]) } else { update.add(Account::NUMBER, 1) }
    });
    assert_eq!(Account::bulk_update_each(each).run(&tenant).await.unwrap().affected, 300);
    for (at, row) in rows(&tenant).await.iter().enumerate() {
        let n = if at < 10 { at + 1000 } else { at };
        let mut wanted = json!({ "n": n, "own": { ids[at].clone(): at } });
        if at % 2 == 1 {
            wanted["all"] = json!(true);
        }
        assert_eq!(row.data, wanted, "{at}");
        assert_eq!(row.number, (at % 2) as i64);
    }
}

async fn upserts_change_paths_of_the_row_that_is_there(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let upsert = |id: &str| {
        Account::create(account(id))
            .set(Account::DATA, json!({ "n": 1 }))
            .on_conflict(Account::CODE)
            .update_add_path(Account::DATA, ["n"], 1)
            .update_set_path(Account::DATA, ["last"], id.to_owned())
            .update_remove_path(Account::DATA, ["first"])
            .update_add(Account::NUMBER, 1)
    };
    // A row that is created is as it was given.
    let new = upsert("a").run(&tenant).await.unwrap();
    assert_eq!((new.data, new.number), (json!({ "n": 1 }), 0));
    Account::update("a").set_path(Account::DATA, ["first"], 1).run(&tenant).await.unwrap();
    let there = upsert("a").run(&tenant).await.unwrap();
    assert_eq!((there.data, there.number), (json!({ "n": 2, "last": "a" }), 1));
    let many = ["a", "b"].map(|id| of(id, json!({ "n": 10 })));
    let many = Account::bulk_create(many).on_conflict(Account::ID).update_add_path(Account::DATA, ["n"], 5);
    assert_eq!(many.run(&tenant).await.unwrap().affected, 2);
    assert_eq!(data(&tenant, "a").await["n"], 7);
    assert_eq!(data(&tenant, "b").await["n"], 10);
    let first =
        Account::create(account("b")).on_conflict(Account::ID).update_set_path(Account::DATA, ["n"], 0);
    assert_eq!(first.run(&tenant).await.unwrap().data, json!({ "n": 0 }));
    let first =
        Account::create(account("b")).on_conflict(Account::ID).update_remove_path(Account::DATA, ["n"]);
    assert_eq!(first.run(&tenant).await.unwrap().data, json!({}));
}

async fn what_holds_of_updates_holds_of_paths(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let made = of("a", json!({ "n": 1 })).run(&tenant).await.unwrap();
    of("d", json!({ "n": 1 })).run(&tenant).await.unwrap();
    Account::delete("d").run(&tenant).await.unwrap();
    // Conditions see the row as it was; versions count; what is deleted softly is passed over.
    let add = || Account::update("a").add_path(Account::DATA, ["n"], 1);
    let row = add().when(Account::DATA.path(["n"]).lt(2)).run(&tenant).await.unwrap();
    assert_eq!((&row.data["n"], row.version), (&json!(2), 2));
    let unmet = add().when(Account::DATA.path(["n"]).lt(2)).run(&tenant).await.unwrap_err();
    assert!(unmet.is_conflict(), "{unmet}");
    let lost = made.update_row().add_path(Account::DATA, ["n"], 1).run(&tenant).await.unwrap_err();
    assert_eq!(lost.version_conflicts()[0].found, 2);
    let gone = Account::update("d").add_path(Account::DATA, ["n"], 1).run(&tenant).await.unwrap_err();
    assert!(gone.is_not_found(), "{gone}");
    Account::bulk_update().all_rows().add_path(Account::DATA, ["n"], 1).run(&tenant).await.unwrap();
    let numbers: Vec<Value> = rows(&tenant).await.iter().map(|row| row.data["n"].clone()).collect();
    assert_eq!(numbers, [json!(3), json!(1)]);
}

async fn places_of_one_row_are_compared(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let pairs = [
        (json!(1), json!(2)),
        (json!(2), json!(2.0)),
        (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64)),
        (json!("a"), json!("b")),
        (json!("10"), json!(2)),
        (json!(null), json!(1)),
        (json!([1]), json!([1])),
        (json!(true), json!(true)),
    ];
    let new = pairs
        .iter()
        .enumerate()
        .map(|(at, (left, right))| of(&format!("{at}"), json!({ "left": left, "right": { "x": right } })));
    Account::bulk_create(new).run(&tenant).await.unwrap();
    of("8", json!({ "left": 1 })).run(&tenant).await.unwrap();
    of("9", json!("scalar")).run(&tenant).await.unwrap();
    let found = async |filter| {
        let rows = Account::list().filter(filter).order_by(Account::ID.asc()).run(&tenant).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<String>()
    };
    let (left, right) = (|| Account::DATA.path(["left"]), || Account::DATA.path(["right", "x"]));
    assert_eq!(found(left().lt_path(right())).await, "03");
    assert_eq!(found(left().le_path(right())).await, "013");
    assert_eq!(found(left().gt_path(right())).await, "2");
    assert_eq!(found(left().ge_path(right())).await, "12");
    assert_eq!(found(left().eq_path(right())).await, "167");
    assert_eq!(found(left().ne_path(right())).await, "02345");
    // What is missing is neither; what has no order is not in it, and its opposite holds.
    assert_eq!(found(left().lt_path(right()).not()).await, "124567");
    assert_eq!(found(left().eq_path(right()).not()).await, "02345");
}

crate::cases![
    changes_apply_in_the_order_in_which_they_are_written,
    what_is_missing_on_the_way_is_made,
    what_is_not_there_is_removed_by_changing_nothing,
    keys_hold_whatever_a_text_holds,
    sums_are_exact_without_a_fraction,
    bulk_updates_change_paths_of_all_rows_or_of_each,
    upserts_change_paths_of_the_row_that_is_there,
    what_holds_of_updates_holds_of_paths,
    places_of_one_row_are_compared,
];
