//! Memory stays bounded. It is measured in a process of its own, since the cases of a target share one.

use std::time::{Duration, Instant};

use ennead::prelude::*;

use crate::item::{Item, NewItem, items};
use crate::{Bed, Unless};

const JOB: &str = "ENNEAD_SUITE_STREAM";
const MOST_KB: u64 = 64 * 1024;

/// In the process that a case started: runs its job.
pub(crate) fn ran_as_child() -> bool {
    let Ok(job) = std::env::var(JOB) else { return false };
    let (rows, url) = job.split_once(' ').unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (grown, took) = runtime.block_on(stream(url, rows.parse().unwrap()));
    println!("{grown} {}", took.as_millis());
    true
}

/// What /proc says of this process, in kB.
fn own(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
}

/// Creates so many rows, and tells by how many kB the process grew at most, and how long it took.
async fn stream(url: &str, rows: i64) -> (u64, Duration) {
    let db = Db::connect(url).await.unwrap();
    // What is needed for any rows at all is not counted.
    let few = futures_util::stream::iter((-100..0).map(named));
    Item::bulk_create_stream(few).run(&db).await.unwrap();
    let before = own("VmRSS:");
    let started = Instant::now();
    let many = futures_util::stream::iter((0..rows).map(named));
    assert_eq!(Item::bulk_create_stream(many).run(&db).await.unwrap().affected, rows as u64);
    let took = started.elapsed();
    assert_eq!(Item::count().run(&db).await.unwrap(), rows as u64 + 100);
    (own("VmHWM:").saturating_sub(before), took)
}

fn named(id: i64) -> NewItem {
    NewItem { id, name: format!("an item with a name of usual length, number {id}") }
}

async fn grows_little(bed: &Bed, rows: u64) {
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .env(JOB, format!("{rows} {url}"))
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let (grown, took) = told.trim().split_once(' ').unwrap();
    println!("{} {rows} rows: {grown} kB more, {took} ms", bed.kind());
    let grown: u64 = grown.parse().unwrap();
    assert!(grown < MOST_KB, "{rows} rows took {grown} kB");
    assert_eq!(Item::count().run(&db).await.unwrap(), rows + 100);
}

async fn a_stream_of_many_rows_takes_little_memory(bed: Bed) {
    grows_little(&bed, 200_000).await;
}

async fn a_stream_of_a_million_rows_takes_little_memory(bed: Bed) {
    grows_little(&bed, 1_000_000).await;
}

crate::cases![;
    Sqlite: a_stream_of_many_rows_takes_little_memory,
    a_stream_of_a_million_rows_takes_little_memory [Unless::Asked];
    Postgres: a_stream_of_many_rows_takes_little_memory,
    a_stream_of_a_million_rows_takes_little_memory [Unless::Asked]
];
