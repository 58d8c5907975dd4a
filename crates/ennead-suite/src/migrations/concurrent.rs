//! Many runners at once.

use std::time::Duration;

use ennead::migrate::MigrationState;
use ennead::prelude::*;

use super::child;
use super::models::Folder;
use crate::Bed;

/// Sixteen processes, with a step on Postgres that no transaction takes: one does all, and the others find it done.
async fn of_sixteen_processes_one_applies(bed: Bed) {
    let folder = Folder::both(&bed);
    let url = bed.url().await;
    let runs = (0..16).map(|_| child::run("up", &folder, &url, None));
    let ended = futures_util::future::join_all(runs);
    let ended = tokio::time::timeout(Duration::from_secs(50), ended).await.expect("a deadlock");
    let mut said: Vec<&str> = ended.iter().map(|(_, said)| said.as_str()).collect();
    assert!(ended.iter().all(|(status, _)| status.success()), "{said:?}");
    said.sort_unstable();
    assert_eq!((said[15], &said[..15]), ("2", &["0"; 15][..]));
    let db = Db::connect(&url).await.unwrap();
    let migrations = folder.read();
    let status = migrations.runner(&db).status().await.unwrap();
    assert!(status.migrations.iter().all(|entry| entry.state == MigrationState::Applied));
    assert!(migrations.runner(&db).verify().await.unwrap().is_empty());
}

/// The same within one process, on one pool of few connections, and in memory.
async fn of_sixteen_tasks_one_applies(bed: Bed) {
    let folder = Folder::both(&bed);
    let mut urls = vec![bed.url().await];
    if !bed.is_postgres() {
        urls.push("sqlite::memory:".to_owned());
    }
    for url in urls {
        let db = Db::builder().max_connections(1).connect(&url).await.unwrap();
        let migrations = folder.read();
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let (db, migrations) = (db.clone(), migrations.clone());
                tokio::spawn(async move { migrations.up(&db).await.map(|done| done.len()) })
            })
            .collect();
        let mut applied = Vec::new();
        for task in tasks {
            applied.push(task.await.unwrap().unwrap());
        }
        applied.sort_unstable();
        assert_eq!((applied[15], applied[14]), (2, 0), "{url}");
    }
}

crate::cases![of_sixteen_processes_one_applies, of_sixteen_tasks_one_applies];
