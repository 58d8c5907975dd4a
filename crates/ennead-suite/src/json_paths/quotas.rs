//! Quotas that are kept in JSON: never over, and none lost, whoever asks at once.

use std::collections::BTreeMap;

use ennead::Json;
use ennead::prelude::*;

use super::{Account, NewAccount, account, schema};
use crate::Bed;

const TASKS: i64 = 64;
const QUOTA: i64 = 20;

/// There is room: less is used than the quota, and nothing where nothing was used yet.
fn has_room() -> ennead::Filter<Account> {
    let (usage, quota) = (|| Account::USAGE.path(["runs"]), || Account::QUOTA.path(["runs"]));
    usage().lt_path(quota()).or(usage().missing().and(quota().gt(0)))
}

async fn sixty_four_tasks_take_what_the_quota_has(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder().max_connections(8), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let tenant = db.tenant("acme").unwrap();
    let quota = Json(BTreeMap::from([("runs".to_owned(), QUOTA)]));
    Account::create(account("a")).set(Account::QUOTA, quota).run(&tenant).await.unwrap();
    let tasks = (0..TASKS).map(|_| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            let take = Account::update("a").add_path(Account::USAGE, ["runs"], 1).when(has_room());
            let told = take.run(&tenant).await;
            // Whoever was served sees what is used, and never more than there is.
            told.map(|row| row.usage.0["runs"])
        })
    });
    let mut served = Vec::new();
    for task in futures_util::future::join_all(tasks).await {
        match task.unwrap() {
            Ok(used) => served.push(used),
            Err(error) => assert!(error.is_conflict(), "{error:?}"),
        }
    }
    served.sort_unstable();
    assert_eq!(served, (1..=QUOTA).collect::<Vec<_>>());
    let row = Account::read("a").run(&tenant).await.unwrap();
    assert_eq!((row.usage.0["runs"], row.version), (QUOTA, QUOTA + 1));
}

async fn sixty_four_tasks_count_in_one_document(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder().max_connections(8), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let tenant = db.tenant("acme").unwrap();
    let tasks = (0..TASKS).map(|task| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            // Some make the row, the others count in it, each at its own path too. Codes differ: where two first rows are the same in
            // another unique as well, Postgres may find that one first, and `on_conflict` does not mean it.
            Account::create(NewAccount { code: format!("code-{task}"), ..account("a") })
                .on_conflict(Account::ID)
                .update_add_path(Account::DATA, ["all"], 1)
                .update_set_path(Account::DATA, ["tasks".to_owned(), task.to_string()], true)
                .run(&tenant)
                .await
                .map(drop)
        })
    });
    for task in futures_util::future::join_all(tasks).await {
        task.unwrap().unwrap();
    }
    let row = Account::read("a").run(&tenant).await.unwrap();
    assert_eq!(row.data["all"], TASKS - 1);
    assert_eq!(row.data["tasks"].as_object().unwrap().len() as i64, TASKS - 1);
}

crate::cases![sixty_four_tasks_take_what_the_quota_has, sixty_four_tasks_count_in_one_document];
