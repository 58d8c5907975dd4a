//! Processes that are killed (-9) with an event in their hands: nothing that was committed is lost, and what was sent twice was sent in
//! the moment of the death.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use chrono::Utc;
use ennead::outbox::{Outbox, OutboxEvent, emit};
use ennead::prelude::*;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::receiver::*;
use crate::Bed;
use crate::accounts::Hands;

const JOB: &str = "ENNEAD_SUITE_OUTBOX";
const LEASE: Duration = Duration::from_secs(60);

/// In the process that a case started: runs its job until it is killed.
pub(crate) fn ran_as_child() -> bool {
    let Ok(job) = std::env::var(JOB) else { return false };
    let mut parts = job.splitn(3, ' ');
    let (way, url, owner) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let builder = if owner.is_empty() { Db::builder() } else { Db::builder().admin_url(owner) };
        let db = builder.connect(url).await.unwrap();
        match way {
            "writes" => write(&db).await,
            "holds" => hold(&db).await,
            _ => deliver(&db).await,
        }
    });
    true
}

fn say(line: &str) {
    println!("{line}");
    std::io::stdout().flush().unwrap();
}

/// Commits one event after another, and says which: those of even numbers, the others it takes back.
async fn write(db: &Db) {
    let acme = db.tenant("acme").unwrap();
    for at in 0.. {
        let done = acme
            .transaction(async |tx| {
                Agent::create(NewAgent { name: format!("agent {at}") }).run(tx).await?;
                emit("told", json!(at)).run(tx).await?;
                if at % 2 == 1 { Err(Error::invalid("taken back")) } else { Ok(()) }
            })
            .await;
        if done.is_ok() {
            say(&at.to_string());
        }
    }
}

/// Begins a transaction with an event, and never ends it.
async fn hold(db: &Db) {
    let acme = db.tenant("acme").unwrap();
    let held = acme.transaction(async |tx| {
        emit("told", json!("never")).run(tx).await?;
        say("held");
        std::future::pending::<Result<(), Error>>().await
    });
    held.await.unwrap();
}

/// Delivers, and says what: of the last one it never hears the end.
async fn deliver(db: &Db) {
    let sink = |event: OutboxEvent| async move {
        say(&event.payload.to_string());
        if event.payload == 5 {
            std::future::pending::<()>().await;
        }
        Ok(())
    };
    // Longer than anybody waits.
    let outbox = Outbox::new(db).concurrency(1).timeout(LEASE / 2).lease(LEASE);
    outbox.deliver(sink).await.unwrap();
}

fn start(way: &str, bed: &Bed, url: &str) -> Child {
    let owner = if bed.kind() == crate::Kind::PostgresRls { bed.owner_url(url) } else { String::new() };
    Command::new(std::env::current_exe().unwrap())
        .env(JOB, format!("{way} {url} {owner}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// What a process said until it had said so many lines, whereupon it is killed.
async fn killed_after(mut child: Child, lines: usize) -> Vec<String> {
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut all = Vec::new();
    while all.len() < lines {
        let line = tokio::time::timeout(Duration::from_secs(20), said.next_line()).await;
        all.push(line.expect("it says something").unwrap().expect("it goes on"));
    }
    child.kill().await.unwrap();
    while let Some(line) = said.next_line().await.unwrap() {
        all.push(line);
    }
    all
}

/// A database, the moment of its clock, which stands, and its URL for those whose clock goes.
async fn opened(bed: &Bed) -> (Db, Hands, i64, String) {
    let (url, hands) = (bed.url().await, Hands::default());
    let now = (Utc::now() - Hands::at(0)).num_seconds();
    hands.turn_to(now);
    let db = bed.connect(Db::builder().clock(hands.clone()), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    (db, hands, now, url)
}

async fn what_was_committed_before_a_death_is_sent(bed: Bed) {
    let (db, hands, now, url) = opened(&bed).await;
    let committed = killed_after(start("writes", &bed, &url), 5).await;
    killed_after(start("holds", &bed, &url), 1).await;
    hands.turn_to(now + 60);
    let receiver = Receiver::willing();
    outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    let took: Vec<i64> = receiver.took().iter().filter_map(|event| event.payload.as_i64()).collect();
    for at in &committed {
        assert!(took.contains(&at.parse().unwrap()), "{at} is lost: {took:?}");
    }
    assert!(took.iter().all(|at| at % 2 == 0), "what was taken back is not sent: {took:?}");
    // The one that was under way when it died was committed together with its row, or not at all.
    let rows = Agent::count().run(&db.tenant("acme").unwrap()).await.unwrap();
    assert_eq!(
        (rows, receiver.took().len()),
        (took.len() as u64, took.len()),
        "no event of a row that is not there"
    );
}

async fn what_was_sent_in_the_moment_of_a_death_is_sent_twice_at_most(bed: Bed) {
    let (db, hands, now, url) = opened(&bed).await;
    let acme = db.tenant("acme").unwrap();
    for at in 0..10 {
        emit("told", json!(at)).run(&acme).await.unwrap();
    }
    let first = killed_after(start("delivers", &bed, &url), 6).await;
    assert_eq!(first, ["0", "1", "2", "3", "4", "5"]);
    let held = stored(&db).await;
    assert!(held[5].claim.is_some() && held[5].delivered_at.is_none(), "{:?}", held[5]);
    // While its lease lives, nobody else sends it.
    let receiver = Receiver::willing();
    outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    hands.turn_to(now + 120);
    outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    let mut took: Vec<(i64, i32)> =
        receiver.took().iter().map(|event| (event.payload.as_i64().unwrap(), event.attempts)).collect();
    // Events without a key are under way side by side.
    took.sort_unstable();
    assert_eq!(took, [(5, 2), (6, 1), (7, 1), (8, 1), (9, 1)], "it alone was sent twice");
    assert!(stored(&db).await.iter().all(|event| event.delivered_at.is_some()));
}

crate::cases![
    what_was_committed_before_a_death_is_sent,
    what_was_sent_in_the_moment_of_a_death_is_sent_twice_at_most,
];
