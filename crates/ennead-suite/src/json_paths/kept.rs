//! What a column must hold holds behind a change at a path too: its type's shape, and its rules.

use std::collections::BTreeMap;

use ennead::Json;
use ennead::prelude::*;
use serde_json::json;

use super::{Account, account, rows, schema};
use crate::Bed;

async fn a_change_leaves_what_the_type_reads(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    Account::bulk_create(["a", "b"].map(account)).run(&tenant).await.unwrap();
    let row = Account::update("a")
        .add_path(Account::USAGE, ["runs"], 2)
        .add_path(Account::USAGE, ["tokens"], 10_000_000_000_i64)
        .run(&tenant)
        .await
        .unwrap();
    let wanted = BTreeMap::from([("runs".to_owned(), 2), ("tokens".to_owned(), 10_000_000_000)]);
    assert_eq!(row.usage, Json(wanted));
    let before = rows(&tenant).await;
    let wrong = || Account::update("a").set_path(Account::USAGE, ["runs"], "many").set(Account::NUMBER, 1);
    let fraction = |id: &str| Account::update(id).add_path(Account::USAGE, ["runs"], 0.5);
    let errors = [
        wrong().run(&tenant).await.unwrap_err(),
        fraction("a").run(&tenant).await.unwrap_err(),
        Account::bulk_update()
            .all_rows()
            .set_path(Account::USAGE, ["x"], true)
            .run(&tenant)
            .await
            .unwrap_err(),
        Account::bulk_update()
            .all_rows()
            .set_path(Account::USAGE, ["x"], true)
            .returning(&tenant)
            .await
            .map(|_| ())
            .unwrap_err(),
        Account::bulk_update_each([Account::update("b").add_path(Account::USAGE, ["x"], 1), fraction("a")])
            .run(&tenant)
            .await
            .unwrap_err(),
        Account::create(account("a"))
            .on_conflict(Account::ID)
            .update_set_path(Account::USAGE, ["x"], json!([]))
            .run(&tenant)
            .await
            .unwrap_err(),
        Account::bulk_create(["c", "a"].map(account))
            .on_conflict(Account::ID)
            .update_set_path(Account::USAGE, ["x"], json!({}))
            .run(&tenant)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_invalid_input(), "{error:?}");
        assert_eq!((error.model(), error.fields()), (Some("Account"), &["usage"][..]));
        assert!(error.to_string().contains("JSON of another shape"), "{error}");
    }
    assert_eq!(rows(&tenant).await, before);
    // What goes well gives what it gave.
    let all = Account::bulk_update().all_rows().add_path(Account::USAGE, ["runs"], 1);
    assert_eq!(all.run(&tenant).await.unwrap().affected, 2);
    let all = Account::bulk_update().all_rows().add_path(Account::USAGE, ["runs"], 1);
    assert_eq!(all.returning(&tenant).await.unwrap().len(), 2);
    let both = ["a", "b"].map(|id| Account::update(id).add_path(Account::USAGE, ["runs"], 1));
    assert_eq!(Account::bulk_update_each(both).run(&tenant).await.unwrap().affected, 2);
    let both = Account::bulk_create(["a", "c"].map(account)).on_conflict(Account::ID);
    assert_eq!(both.update_add_path(Account::USAGE, ["runs"], 1).run(&tenant).await.unwrap().affected, 2);
    let runs: Vec<Option<i64>> =
        rows(&tenant).await.iter().map(|row| row.usage.0.get("runs").copied()).collect();
    assert_eq!(runs, [Some(6), Some(3), None]);
    let missing =
        Account::update("none").add_path(Account::USAGE, ["runs"], 1).run(&tenant).await.unwrap_err();
    assert!(missing.is_not_found(), "{missing}");
}

/// What another version of the type left in a row is no reason to refuse a batch that does not change it there.
async fn a_batch_looks_at_what_it_changed_alone(bed: Bed) {
    let db = bed.db(&schema()).await;
    let tenant = db.tenant("acme").unwrap();
    Account::bulk_create(["a", "b"].map(account)).run(&tenant).await.unwrap();
    let older = r#"UPDATE accounts SET "usage" = '{"runs": "many"}' WHERE id = 'b'"#;
    db.across_tenants("what an older version wrote").execute(older).await.unwrap();
    let change = || Account::update("a").add_path(Account::USAGE, ["runs"], 1);
    let other = Account::update("b").set(Account::NUMBER, 7);
    assert_eq!(Account::bulk_update_each([change(), other]).run(&tenant).await.unwrap().affected, 2);
    let here = Account::update("b").set_path(Account::USAGE, ["more"], 1);
    let error = Account::bulk_update_each([change(), here]).run(&tenant).await.unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("JSON of another shape"), "{error}");
    let row = Account::read("a").run(&tenant).await.unwrap();
    assert_eq!(row.usage.0["runs"], 1, "the refused batch changed nothing");
}

async fn a_change_keeps_the_rules_of_its_column(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    Account::create(account("a")).run(&tenant).await.unwrap();
    let before = rows(&tenant).await;
    let wrong = Account::update("a").remove_path(Account::RULED, ["kept"]).run(&tenant).await.unwrap_err();
    assert_eq!(wrong.violations().len(), 1, "{wrong:?}");
    assert_eq!((wrong.violations()[0].field, wrong.violations()[0].rule), ("ruled", "custom"));
    assert_eq!(rows(&tenant).await, before);
    let row = Account::update("a").set_path(Account::RULED, ["more"], 1).run(&tenant).await.unwrap();
    assert_eq!(row.ruled, json!({ "kept": true, "more": 1 }));
}

async fn what_is_refused_behind_the_write_leaves_a_transaction_going(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    Account::create(account("a")).run(&tenant).await.unwrap();
    tenant
        .transaction(async |tx| {
            Account::update("a").add_path(Account::USAGE, ["runs"], 1).run(tx).await?;
            for update in [
                Account::update("a").set_path(Account::USAGE, ["runs"], "x"),
                Account::update("a").remove_path(Account::RULED, ["kept"]),
            ] {
                update.run(tx).await.unwrap_err();
            }
            Account::update("a").add_path(Account::USAGE, ["runs"], 1).run(tx).await
        })
        .await
        .unwrap();
    let row = Account::read("a").run(&tenant).await.unwrap();
    assert_eq!((row.usage.0["runs"], row.ruled), (2, json!({ "kept": true })));
}

crate::cases![
    a_change_leaves_what_the_type_reads,
    a_batch_looks_at_what_it_changed_alone,
    a_change_keeps_the_rules_of_its_column,
    what_is_refused_behind_the_write_leaves_a_transaction_going,
];
