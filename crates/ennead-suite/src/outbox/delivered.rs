//! Attempts: what fails is tried again, later and later, and given up in the end; what is given up can be revived.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use ennead::outbox::{OutboxEvent, emit};
use ennead::prelude::*;
use serde_json::json;

use super::receiver::*;
use crate::Bed;
use crate::accounts::Hands;
use crate::tenancy::recorder;

const SECOND: Duration = Duration::from_secs(1);

async fn one(db: &Db) -> OutboxEvent {
    let mut all = stored(db).await;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn what_fails_waits_longer_and_longer_and_is_given_up(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    emit("told", json!(1)).run(&acme).await.unwrap();
    let receiver = Receiver::new(|_| Answer::Refuses);
    let outbox = || outbox(&db).backoff(10 * SECOND, 60 * SECOND).max_attempts(6);
    let mut now = 0;
    for (attempt, whole) in [(1, 10), (2, 20), (3, 40), (4, 60), (5, 60)] {
        let sent = outbox().deliver_due(receiver.clone()).await.unwrap();
        assert_eq!((sent.failed, sent.dead), (1, 0), "{attempt}");
        let event = one(&db).await;
        assert_eq!((event.attempts, event.last_error.as_deref()), (attempt, Some("503")));
        assert!(event.claim.is_none() && event.dead_at.is_none());
        let wait = event.due_at.unwrap() - Hands::at(now);
        let whole = TimeDelta::seconds(whole);
        assert!(wait >= whole / 2 && wait <= whole, "{attempt} {wait}");
        // Not a moment before it is due.
        let seconds = wait.num_seconds();
        hands.turn_to(now + seconds - 1);
        let sent = outbox().deliver_due(receiver.clone()).await.unwrap();
        assert_eq!(sent, ennead::outbox::Sent::default());
        now += seconds + 1;
        hands.turn_to(now);
    }
    let sent = outbox().deliver_due(receiver.clone()).await.unwrap();
    assert_eq!((sent.failed, sent.dead), (0, 1));
    let event = one(&db).await;
    assert_eq!((event.attempts, event.dead_at), (6, Some(Hands::at(now))));
    assert!(event.due_at.is_none() && event.delivered_at.is_none());
    hands.turn_to(now + 1_000_000);
    outbox().deliver_due(receiver.clone()).await.unwrap();
    let attempts: Vec<i32> = receiver.given().iter().map(|event| event.attempts).collect();
    assert_eq!(attempts, [1, 2, 3, 4, 5, 6]);
}

async fn what_was_given_up_is_revived_and_what_is_over_is_purged(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let (acme, other) = (db.tenant("acme").unwrap(), db.tenant("other").unwrap());
    emit("gone", json!(1)).run(&acme).await.unwrap();
    emit("gone", json!(1)).run(&other).await.unwrap();
    emit("fine", json!(1)).run(&acme).await.unwrap();
    let receiver = Receiver::new(|event| match event.topic.as_str() {
        "gone" => Answer::RefusesForGood,
        _ => Answer::Takes,
    });
    let sent = outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    assert_eq!((sent.delivered, sent.failed, sent.dead), (1, 0, 2));
    assert_eq!(stored(&db).await[0].last_error.as_deref(), Some("410"));
    // Those of one tenant only, and from the first attempt on.
    let of_acme = OutboxEvent::TENANT.eq("acme");
    assert_eq!(outbox(&db).retry_dead(Some(of_acme)).await.unwrap(), 1);
    let willing = Receiver::willing();
    assert_eq!(outbox(&db).deliver_due(willing.clone()).await.unwrap().delivered, 1);
    let revived = &willing.took()[0];
    assert_eq!((revived.tenant.as_str(), revived.attempts), ("acme", 1));
    hands.turn_to(100);
    assert_eq!(outbox(&db).retry_dead(None).await.unwrap(), 1);
    assert_eq!(outbox(&db).deliver_due(willing.clone()).await.unwrap().delivered, 1);
    emit("open", json!(1)).run(&acme).await.unwrap();
    assert_eq!(outbox(&db).purge_delivered_before(Hands::at(100)).await.unwrap(), 2);
    let left: Vec<String> = stored(&db).await.into_iter().map(|event| event.topic).collect();
    assert_eq!(left, ["gone", "open"]);
}

async fn a_receiver_that_is_down_keeps_nothing_from_the_others(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let down = Arc::new(AtomicBool::new(true));
    let is_down = Arc::clone(&down);
    let receiver = Receiver::new(move |event| match event.destination.as_deref() {
        Some("a") if is_down.load(Ordering::SeqCst) => Answer::RefusesFor(500 * SECOND),
        _ => Answer::Takes,
    });
    for at in 0..5 {
        emit("told", json!(at)).to(["a", "b"]).run(&acme).await.unwrap();
    }
    let sent = outbox(&db).deliver_due(receiver.clone()).await.unwrap();
    assert_eq!((sent.delivered, sent.failed), (5, 5));
    // It said for how long it does not want to be asked.
    hands.turn_to(499);
    assert_eq!(outbox(&db).deliver_due(receiver.clone()).await.unwrap().failed, 0);
    hands.turn_to(500);
    down.store(false, Ordering::SeqCst);
    assert_eq!(outbox(&db).deliver_due(receiver.clone()).await.unwrap().delivered, 5);
    let took = receiver.took();
    for to in ["a", "b"] {
        let mut got: Vec<i64> = took
            .iter()
            .filter(|event| event.destination.as_deref() == Some(to))
            .map(|event| event.payload.as_i64().unwrap())
            .collect();
        got.sort_unstable();
        assert_eq!(got, [0, 1, 2, 3, 4], "{to}");
    }
}

async fn a_sink_that_hangs_or_panics_fails_and_nobody_else(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    for topic in ["hangs", "panics", "works", "works", "hangs"] {
        emit(topic, json!(1)).run(&acme).await.unwrap();
    }
    let receiver = Receiver::new(|event| match event.topic.as_str() {
        "hangs" => Answer::Hangs,
        "panics" => Answer::Panics,
        _ => Answer::Takes,
    });
    let outbox = outbox(&db).timeout(Duration::from_millis(60)).concurrency(2);
    let sent = outbox.deliver_due(receiver.clone()).await.unwrap();
    assert_eq!((sent.delivered, sent.failed), (2, 3));
    let told: Vec<Option<String>> = stored(&db).await.into_iter().map(|event| event.last_error).collect();
    let told: Vec<&str> = told.iter().map(|error| error.as_deref().unwrap_or("-")).collect();
    let late = "no answer within 60ms";
    assert_eq!(told, [late, "the sink panicked", "-", "-", late]);
}

async fn a_reason_is_kept_as_a_line_of_its_own(bed: Bed) {
    let (db, _) = open(&bed).await;
    emit("told", json!(1)).run(&db.tenant("acme").unwrap()).await.unwrap();
    let sink = |_: OutboxEvent| async {
        let long = format!("first\nsecond\0{}", "é".repeat(1000));
        Err(ennead::outbox::Undelivered::new(long))
    };
    outbox(&db).deliver_due(sink).await.unwrap();
    let kept = one(&db).await.last_error.unwrap();
    assert!(kept.starts_with("first second é") && kept.chars().count() == 300, "{kept}");
}

async fn a_dispatcher_that_stops_ends_what_is_under_way(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    for _ in 0..6 {
        emit("told", json!(1)).run(&acme).await.unwrap();
    }
    let receiver = Receiver::new(|_| Answer::TakesAfter(Duration::from_millis(120)));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let dispatcher = outbox(&db).concurrency(2).until(async { drop(stopped.await) });
    let running = tokio::spawn(dispatcher.deliver(receiver.clone()));
    receiver.was_given(2).await;
    stop.send(()).unwrap();
    let sent = running.await.unwrap().unwrap();
    assert_eq!((sent.delivered, receiver.given().len()), (2, 2), "nothing more is taken");
    let events = stored(&db).await;
    assert!(events.iter().all(|event| event.claim.is_none()));
    assert_eq!(events.iter().filter(|event| event.delivered_at.is_some()).count(), 2);

    // One that cannot wait gives back what it has.
    let receiver = Receiver::new(|_| Answer::Hangs);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let dispatcher = outbox(&db).timeout(30 * SECOND).concurrency(3).grace(Duration::from_millis(20));
    let dispatcher = dispatcher.until(async { drop(stopped.await) });
    let running = tokio::spawn(dispatcher.deliver(receiver.clone()));
    receiver.was_given(3).await;
    stop.send(()).unwrap();
    let sent = running.await.unwrap().unwrap();
    assert_eq!((sent.released, sent.delivered), (3, 0));
    let given_back = stored(&db).await;
    assert!(given_back.iter().all(|event| event.claim.is_none()));
    assert!(given_back.iter().all(|event| event.attempts == i32::from(event.delivered_at.is_some())));
    let sent = outbox(&db).deliver_due(Receiver::willing()).await.unwrap();
    assert_eq!(sent.delivered, 4, "they are due at once");
}

/// It is asked before anything is taken, and as long as there is only something to give up, too.
async fn a_dispatcher_that_was_told_to_stop_takes_nothing(bed: Bed) {
    let (db, _) = open(&bed).await;
    let to: Vec<String> = (0..20).map(|at| format!("{at:02}")).collect();
    emit("told", json!(1)).to(&to).run(&db.tenant("acme").unwrap()).await.unwrap();
    let receiver = Receiver::willing();
    let sent = outbox(&db).until(std::future::ready(())).deliver_due(receiver.clone()).await.unwrap();
    assert_eq!(sent, ennead::outbox::Sent::default());
    let spent = db.across_tenants("dispatchers that ended in the middle of it");
    spent.execute("UPDATE ennead_outbox SET attempts = 99").await.unwrap();
    let mut looks = 0;
    let third = std::future::poll_fn(move |_| {
        looks += 1;
        if looks >= 3 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    let sent = outbox(&db).concurrency(1).until(third).deliver_due(receiver.clone()).await.unwrap();
    assert!(sent.dead < 20, "{sent:?}");
    assert!(outbox(&db).deliver_due(receiver.clone()).await.unwrap().dead > 0);
    assert!(receiver.given().is_empty());
}

async fn what_is_over_is_purged_piece_by_piece(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let to: Vec<String> = (0..1500).map(|at| format!("{at:04}")).collect();
    for (tenant, topic) in [("acme", "fine"), ("acme", "gone"), ("other", "gone")] {
        let to = if (tenant, topic) == ("other", "gone") { &to[..2] } else { &to[..] };
        emit(topic, json!(1)).to(to).run(&db.tenant(tenant).unwrap()).await.unwrap();
    }
    let over = db.across_tenants("as if they had been tried");
    for sql in [
        "UPDATE ennead_outbox SET due_at = NULL, delivered_at = created_at WHERE topic = 'fine'",
        "UPDATE ennead_outbox SET due_at = NULL, dead_at = created_at WHERE topic = 'gone'",
        // One that is open.
        "UPDATE ennead_outbox SET dead_at = NULL, due_at = created_at WHERE topic = 'gone' AND destination = '0700'",
    ] {
        over.execute(sql).await.unwrap();
    }
    let outbox = outbox(&db);
    hands.turn_to(100);
    assert_eq!(outbox.purge_dead_before(Hands::at(0), None).await.unwrap(), 0, "none of them is older");
    assert_eq!(outbox.purge_delivered_before(Hands::at(0)).await.unwrap(), 0);
    let (mut delivered, mut dead) = (0, 0);
    let sent = recorder::statements(async {
        delivered = outbox.purge_delivered_before(Hands::at(100)).await.unwrap();
        let of_acme = OutboxEvent::TENANT.eq("acme");
        dead = outbox.purge_dead_before(Hands::at(100), Some(of_acme)).await.unwrap();
    })
    .await;
    assert_eq!((delivered, dead), (1500, 1499), "what is open stays, whatever a filter says");
    let deletes = sent.iter().filter(|sql| sql.starts_with("DELETE")).count();
    assert_eq!(deletes, 4, "a thousand and the rest, twice: {sent:?}");
    let left = stored(&db).await;
    let left: Vec<(&str, bool)> =
        left.iter().map(|event| (event.tenant.as_str(), event.dead_at.is_some())).collect();
    assert_eq!(left, [("acme", false), ("other", true), ("other", true)]);
    assert_eq!(outbox.purge_dead_before(Hands::at(100), None).await.unwrap(), 2);
}

async fn a_commit_wakes_the_dispatcher(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let receiver = Receiver::willing();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let dispatcher = outbox(&db).poll_every(3600 * SECOND).until(async { drop(stopped.await) });
    let running = tokio::spawn(dispatcher.deliver(receiver.clone()));
    for round in 1..4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        acme.transaction(async |tx| {
            emit("told", json!(1)).run(tx).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert_eq!(receiver.given().len(), round - 1, "it is not committed yet");
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
        receiver.was_given(round).await;
    }
    stop.send(()).unwrap();
    assert_eq!(running.await.unwrap().unwrap().delivered, 3);
}

crate::cases![
    what_fails_waits_longer_and_longer_and_is_given_up,
    what_was_given_up_is_revived_and_what_is_over_is_purged,
    a_receiver_that_is_down_keeps_nothing_from_the_others,
    a_sink_that_hangs_or_panics_fails_and_nobody_else,
    a_reason_is_kept_as_a_line_of_its_own,
    a_dispatcher_that_stops_ends_what_is_under_way,
    a_dispatcher_that_was_told_to_stop_takes_nothing,
    what_is_over_is_purged_piece_by_piece,
    a_commit_wakes_the_dispatcher,
];
