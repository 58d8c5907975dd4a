//! What rows and requests do not take: typed errors, and nothing half done.

use ennead::prelude::*;
use serde_json::{Value, json};

use super::{Account, account, data, of, rows, schema};
use crate::Bed;

type Update = ennead::op::Update<Account>;

fn at<const N: usize>(path: [&str; N], value: impl Into<Value>) -> Update {
    Account::update("a").set_path(Account::DATA, path, value)
}

fn add<const N: usize>(path: [&str; N]) -> Update {
    Account::update("a").add_path(Account::DATA, path, 1)
}

async fn a_row_that_does_not_take_a_change_stays_as_it_was(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let before = json!({
        "n": 1, "t": "a secret", "z": null, "b": true, "o": { "x": 1 }, "list": [1, [2]], "big": i64::MAX,
        "u": u64::MAX, "float": 1e308,
    });
    of("a", before.clone()).run(&tenant).await.unwrap();
    let scalar = "leads through a value that is neither an object nor an array";
    let position = "at neither one of its positions nor the next one";
    let refused: Vec<(Update, &str, &str)> = vec![
        (at(["n", "x"], 1), r#"["n","x"]"#, scalar),
        (at(["t", "0"], 1), r#"["t","0"]"#, scalar),
        (at(["z", "x", "y"], 1), r#"["z","x","y"]"#, scalar),
        (add(["b", "x"]), r#"["b","x"]"#, scalar),
        (at(["list", "3"], 1), r#"["list","3"]"#, position),
        (at(["list", "-1"], 1), r#"["list","-1"]"#, position),
        (at(["list", "01"], 1), r#"["list","01"]"#, position),
        (at(["list", "x"], 1), r#"["list","x"]"#, position),
        (at(["list", ""], 1), r#"["list",""]"#, position),
        (at(["list", "1", "2"], 1), r#"["list","1","2"]"#, position),
        (at(["list", "-1", "0", "x"], 1), r#"["list","-1","0","x"]"#, position),
        (add(["list", "99999999999999999999"]), r#"["list","99999999999999999999"]"#, position),
        (add(["t"]), r#"["t"]"#, "is no number"),
        (add(["z"]), r#"["z"]"#, "is no number"),
        (add(["o"]), r#"["o"]"#, "is no number"),
        (add(["list"]), r#"["list"]"#, "is no number"),
        (add(["big"]), r#"["big"]"#, "out of range"),
        (add(["u"]), r#"["u"]"#, "out of range"),
        (add(["float"]), r#"["float"]"#, "out of range"),
        (Account::update("a").add_path(Account::DATA, ["float"], 0.5), r#"["float"]"#, "out of range"),
        (add(["new"]).add_path(Account::DATA, ["new"], i64::MAX), r#"["new"]"#, "out of range"),
        (at(["ok"], 1).set_path(Account::DATA, ["ok", "]\": '"], 1), r#"["ok","]\": '"]"#, scalar),
    ];
    for (update, path, what) in refused {
        let error = update.set(Account::NUMBER, 9).run(&tenant).await.unwrap_err();
        let text = error.to_string();
        assert!(error.is_invalid_input(), "{path}: {error:?}");
        assert_eq!((error.model(), error.fields()), (Some("Account"), &["data"][..]), "{path}");
        let told: String = text.chars().filter(|c| *c != ' ').collect();
        let wanted: String = path.chars().filter(|c| *c != ' ').collect();
        assert!(text.contains(what) && told.contains(&wanted), "{path}: {text}");
        assert!(!text.contains("secret") && !text.contains("ennead_path"), "{text}");
        let row = Account::read("a").run(&tenant).await.unwrap();
        assert_eq!((&row.data, row.number, row.version), (&before, 0, 1), "{path}");
    }
}

async fn a_document_that_is_no_container_is_not_entered(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    for document in [json!(null), json!(1), json!("text"), json!(false)] {
        of("a", document.clone()).on_conflict(Account::ID).update(Account::DATA).run(&tenant).await.unwrap();
        let error = at(["x"], 1).run(&tenant).await.unwrap_err();
        assert!(error.is_invalid_input(), "{error}");
        assert_eq!(
            Account::update("a").remove_path(Account::DATA, ["x"]).run(&tenant).await.unwrap().data,
            document
        );
    }
    let list = of("a", json!([1])).on_conflict(Account::ID).update(Account::DATA);
    list.run(&tenant).await.unwrap();
    assert_eq!(at(["1"], 2).run(&tenant).await.unwrap().data, json!([1, 2]));
    assert!(at(["x"], 2).run(&tenant).await.unwrap_err().is_invalid_input());
}

async fn one_row_that_does_not_take_it_refuses_all(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let new =
        (0..20).map(|id| of(&format!("{id:02}"), if id == 13 { json!({ "n": "x" }) } else { json!({}) }));
    Account::bulk_create(new).run(&tenant).await.unwrap();
    let before = rows(&tenant).await;
    let all = || Account::bulk_update().all_rows().add_path(Account::DATA, ["n"], 1);
    let errors = [
        all().run(&tenant).await.unwrap_err(),
        all().returning(&tenant).await.map(|_| ()).unwrap_err(),
        Account::bulk_update_each(
            before.iter().map(|row| Account::update(&row.id).add_path(Account::DATA, ["n"], 1)),
        )
        .run(&tenant)
        .await
        .unwrap_err(),
        Account::bulk_create(before.iter().map(|row| account(&row.id)))
            .on_conflict(Account::ID)
            .update_add_path(Account::DATA, ["n"], 1)
            .run(&tenant)
            .await
            .unwrap_err(),
        Account::create(account("13"))
            .on_conflict(Account::CODE)
            .update_add_path(Account::DATA, ["n"], 1)
            .run(&tenant)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_invalid_input() && error.to_string().contains("is no number"), "{error:?}");
        assert_eq!(error.fields(), ["data"]);
    }
    assert_eq!(rows(&tenant).await, before);
    // Without the one, the others are changed.
    let others = all_but_13();
    assert_eq!(others.run(&tenant).await.unwrap().affected, 19);
}

fn all_but_13() -> ennead::op::BulkUpdate<Account> {
    Account::bulk_update().filter(Account::ID.ne("13")).add_path(Account::DATA, ["n"], 1)
}

async fn rows_of_others_and_rows_left_out_raise_nothing(bed: Bed) {
    let db = bed.db(&schema()).await;
    let (own, other) = (db.tenant("acme").unwrap(), db.tenant("globex").unwrap());
    for (tenant, document) in [(&own, json!({ "n": 1 })), (&other, json!("no object"))] {
        of("a", document).run(tenant).await.unwrap();
    }
    of("dead", json!("no object")).run(&own).await.unwrap();
    Account::delete("dead").run(&own).await.unwrap();
    of("left", json!({ "n": "x" })).run(&own).await.unwrap();
    let add = Account::bulk_update().filter(Account::ID.ne("left")).add_path(Account::DATA, ["n"], 1);
    assert_eq!(add.run(&own).await.unwrap().affected, 1);
    let fits = Account::DATA.path(["n"]).ge(0);
    let add = Account::bulk_update().filter(fits).add_path(Account::DATA, ["n"], 1);
    assert_eq!(add.run(&own).await.unwrap().affected, 1);
    assert_eq!(data(&own, "a").await, json!({ "n": 3 }));
    assert_eq!(data(&other, "a").await, json!("no object"));
    // A condition that is not met comes before a change that does not fit.
    let unmet = Account::update("left").add_path(Account::DATA, ["n"], 1).when(Account::NUMBER.gt(0));
    assert!(unmet.run(&own).await.unwrap_err().is_conflict());
}

async fn what_is_wrong_in_itself_is_refused_before_sql(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    // No row is there: had anything been sent, it would not have been found.
    let deep = (0..126).fold(json!(1), |inner, _| json!([inner]));
    let none: [&str; 0] = [];
    let many = (0..33).fold(Account::update("a"), |update, at| update.set_path(Account::DATA, ["x"], at));
    let long = "x".repeat(1025);
    let refused: Vec<(Update, &str)> = vec![
        (Account::update("a").set_path(Account::DATA, none, 1), "1 to 32 parts"),
        (Account::update("a").remove_path(Account::DATA, none), "1 to 32 parts"),
        (Account::update("a").set_path(Account::DATA, ["x"; 33], 1), "1 to 32 parts"),
        (at(["a\0"], 1), "NUL"),
        (at(["a"], "b\0"), "NUL"),
        (at(["a", "b"], deep), "nested deeper than 127"),
        (add([&long]), "at most 1024 characters"),
        (Account::update("a").add_path(Account::DATA, ["a"], f64::NAN), "only a finite number"),
        (Account::update("a").add_path(Account::DATA, ["a"], 1e19), "out of range for i64"),
        (many, "1 to 32 paths"),
        (
            at(["a"], 1).set(Account::DATA, json!({})),
            "set twice in one update: set it as a whole, or change it at paths",
        ),
        (Account::update("a").set(Account::DATA, json!({})).add_path(Account::DATA, ["a"], 1), "set twice"),
    ];
    for (update, what) in refused {
        let error = update.run(&tenant).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains(what), "{what}: {error}");
        assert_eq!((error.model(), error.fields()), (Some("Account"), &["data"][..]), "{error}");
    }
    let both = of("a", json!({})).on_conflict(Account::ID).update(Account::DATA).update_add_path(
        Account::DATA,
        ["n"],
        1,
    );
    assert!(both.run(&tenant).await.unwrap_err().to_string().contains("set twice"));
}

async fn the_deepest_document_is_written_and_read(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    of("a", json!({})).run(&tenant).await.unwrap();
    let deepest = (0..125).fold(json!(1), |inner, _| json!([inner]));
    let changed = at(["a"], deepest.clone()).run(&tenant).await.unwrap();
    assert_eq!(changed.data, json!({ "a": deepest }));
    let longest =
        Account::update("a").set_path(Account::NOTE, vec!["€".repeat(1024); 32], "x".repeat(100_000));
    assert!(longest.run(&tenant).await.unwrap().note.unwrap().to_string().len() > 190_000);
}

async fn a_refusal_in_a_transaction_ends_with_its_part(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    of("a", json!({ "t": "x" })).run(&tenant).await.unwrap();
    tenant
        .transaction(async |tx| {
            Account::update("a").set_path(Account::DATA, ["outer"], 1).run(tx).await?;
            let inner = tx.transaction(async |tx| add(["t"]).run(tx).await).await;
            assert!(inner.unwrap_err().is_invalid_input());
            Account::update("a").add_path(Account::DATA, ["outer"], 1).run(tx).await
        })
        .await
        .unwrap();
    assert_eq!(data(&tenant, "a").await, json!({ "t": "x", "outer": 2 }));
}

crate::cases![
    a_row_that_does_not_take_a_change_stays_as_it_was,
    a_document_that_is_no_container_is_not_entered,
    one_row_that_does_not_take_it_refuses_all,
    rows_of_others_and_rows_left_out_raise_nothing,
    what_is_wrong_in_itself_is_refused_before_sql,
    the_deepest_document_is_written_and_read,
    a_refusal_in_a_transaction_ends_with_its_part,
];
