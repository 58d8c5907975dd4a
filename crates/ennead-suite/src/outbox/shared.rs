//! Several dispatchers on one database, and dispatchers whose lease runs out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ennead::outbox::{OutboxEvent, emit};
use ennead::prelude::*;
use serde_json::json;
use tokio::sync::Notify;

use super::receiver::*;
use crate::Bed;
use crate::observer::Observer;

async fn two_dispatchers_send_each_of_a_thousand_once(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(crate::bed::quick(bed.kind()), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let other = bed.connect(crate::bed::quick(bed.kind()), &url).await.unwrap();
    for tenant in 0..10 {
        let to: Vec<String> = (0..100).map(|at| format!("{at:02}")).collect();
        emit("told", json!(tenant)).to(to).run(&db.tenant(format!("t{tenant}")).unwrap()).await.unwrap();
    }
    let receivers = [Receiver::willing(), Receiver::willing()];
    let running: Vec<_> = [&db, &other]
        .into_iter()
        .zip(&receivers)
        .map(|(db, receiver)| {
            tokio::spawn(
                outbox(db).concurrency(8).timeout(Duration::from_secs(30)).deliver_due(receiver.clone()),
            )
        })
        .collect();
    let mut delivered = 0;
    for running in running {
        let sent = running.await.unwrap().unwrap();
        assert_eq!((sent.failed, sent.dead, sent.lost), (0, 0, 0));
        delivered += sent.delivered;
    }
    assert_eq!(delivered, 1000);
    let mut times: BTreeMap<i64, usize> = BTreeMap::new();
    for receiver in &receivers {
        assert!(receiver.given().len() > 50, "both of them work: {}", receiver.given().len());
        for event in receiver.given() {
            *times.entry(event.id).or_default() += 1;
        }
    }
    assert_eq!(times.len(), 1000);
    assert!(times.values().all(|times| *times == 1));
}

async fn a_claimed_event_is_another_dispatchers_when_its_lease_is_over(bed: Bed) {
    let (db, hands) = open(&bed).await;
    emit("told", json!(1)).run(&db.tenant("acme").unwrap()).await.unwrap();
    // The first one answers when it is too late.
    let (given, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (given, answer) = (Arc::clone(&given), Arc::clone(&answer));
        move |_: OutboxEvent| {
            let (given, answer) = (Arc::clone(&given), Arc::clone(&answer));
            async move {
                given.notify_one();
                answer.notified().await;
                Err(ennead::outbox::Undelivered::new("too late"))
            }
        }
    };
    let first = tokio::spawn(outbox(&db).timeout(Duration::from_secs(50)).deliver_due(slow));
    given.notified().await;
    let second = Receiver::willing();
    hands.turn_to(59);
    assert_eq!(outbox(&db).deliver_due(second.clone()).await.unwrap().delivered, 0);
    hands.turn_to(60);
    assert_eq!(outbox(&db).deliver_due(second.clone()).await.unwrap().delivered, 1);
    assert_eq!(second.took()[0].attempts, 2);
    let delivered = stored(&db).await;
    answer.notify_one();
    let sent = first.await.unwrap().unwrap();
    assert_eq!((sent.lost, sent.delivered, sent.failed), (1, 0, 0));
    assert_eq!(stored(&db).await, delivered, "what it says does not count any more");
}

async fn an_event_that_ends_its_dispatchers_is_given_up(bed: Bed) {
    let (db, hands) = open(&bed).await;
    emit("deadly", json!(1)).ordered_by("k").run(&db.tenant("acme").unwrap()).await.unwrap();
    emit("next", json!(1)).ordered_by("k").run(&db.tenant("acme").unwrap()).await.unwrap();
    for round in 0..3 {
        hands.turn_to(round * 100);
        let hanging = Receiver::new(|_| Answer::Hangs);
        let dispatcher = outbox(&db).timeout(Duration::from_secs(50)).max_attempts(3);
        let running = tokio::spawn(dispatcher.deliver(hanging.clone()));
        hanging.was_given(1).await;
        running.abort();
        let _ = running.await;
    }
    hands.turn_to(300);
    let receiver = Receiver::willing();
    let sent = outbox(&db).max_attempts(3).deliver_due(receiver.clone()).await.unwrap();
    assert_eq!((sent.dead, sent.delivered), (1, 1));
    assert_eq!(receiver.topics(), ["next"]);
    let told = stored(&db).await[0].last_error.clone();
    assert_eq!(told.as_deref(), Some("3 dispatchers ended in the middle of it"));
}

/// The server ends connections while two dispatchers work: nothing is lost, and they go on.
async fn dispatchers_outlive_lost_connections(bed: Bed) {
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let to: Vec<String> = (0..200).map(|at| format!("{at:03}")).collect();
    emit("told", json!(1)).to(&to).run(&db.tenant("acme").unwrap()).await.unwrap();
    let receiver = Receiver::new(|_| Answer::TakesAfter(Duration::from_millis(5)));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let dispatcher = outbox(&db)
        .concurrency(4)
        .lease(Duration::from_millis(700))
        .poll_every(Duration::from_millis(20))
        .backoff(Duration::from_millis(20), Duration::from_millis(20))
        .max_attempts(100)
        .until(async { drop(stopped.await) });
    let running = tokio::spawn(dispatcher.deliver(receiver.clone()));
    let mut observer = Observer::new(&url).await;
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        observer.terminate_others().await;
    }
    let open = "SELECT count(*) FROM ennead_outbox WHERE delivered_at IS NULL";
    for _ in 0..1000 {
        if observer.number(open).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(observer.number(open).await, 0);
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    let mut took: Vec<String> = receiver.took().into_iter().filter_map(|event| event.destination).collect();
    took.sort();
    took.dedup();
    assert_eq!(took, to);
}

crate::cases![
    two_dispatchers_send_each_of_a_thousand_once,
    a_claimed_event_is_another_dispatchers_when_its_lease_is_over,
    an_event_that_ends_its_dispatchers_is_given_up;
    Postgres: dispatchers_outlive_lost_connections
];
