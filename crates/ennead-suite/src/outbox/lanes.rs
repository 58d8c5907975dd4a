//! Events with an ordering key: one after the other, and nobody else waits for them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ennead::outbox::{Outbox, OutboxEvent, emit};
use ennead::prelude::*;
use serde_json::json;

use super::receiver::*;
use crate::Bed;

/// What was taken of each lane, in order.
fn lanes(took: &[OutboxEvent]) -> BTreeMap<String, Vec<i64>> {
    let mut lanes: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for event in took {
        let key = event.ordering_key.as_deref().unwrap_or("-");
        let lane = format!("{} {} {key}", event.tenant, event.destination.as_deref().unwrap_or("-"));
        lanes.entry(lane).or_default().push(event.payload.as_i64().unwrap());
    }
    lanes
}

async fn a_key_keeps_the_order_whoever_delivers(bed: Bed) {
    const EACH: i64 = 15;
    let url = bed.url().await;
    let db = bed.connect(crate::bed::quick(bed.kind()), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let other = bed.connect(crate::bed::quick(bed.kind()), &url).await.unwrap();
    for tenant in ["a", "b"] {
        let tenant = db.tenant(tenant).unwrap();
        tenant
            .transaction(async |tx| {
                for at in 0..EACH {
                    emit("told", json!(at)).to(["x", "y"]).ordered_by("k").run(tx).await?;
                }
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    }
    emit("free", json!(0)).run(&db.tenant("a").unwrap()).await.unwrap();
    // Every third attempt fails; no two events of a lane are under way at once.
    let (calls, under_way) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(BTreeMap::new())));
    let receiver = Receiver::new({
        let calls = Arc::clone(&calls);
        move |_| if calls.fetch_add(1, Ordering::SeqCst) % 3 == 2 { Answer::Refuses } else { Answer::Takes }
    });
    let sink = {
        let receiver = receiver.clone();
        move |event: OutboxEvent| {
            let (receiver, under_way) = (receiver.clone(), Arc::clone(&under_way));
            async move {
                let lane = (event.tenant.clone(), event.destination.clone());
                if event.ordering_key.is_some() {
                    let before = under_way.lock().unwrap().insert(lane.clone(), event.id);
                    assert_eq!(before, None, "two at once");
                }
                tokio::task::yield_now().await;
                let answer = ennead::outbox::Deliver::deliver(&receiver, &event).await;
                under_way.lock().unwrap().remove(&lane);
                answer
            }
        }
    };
    let dispatcher = |db: &Db| {
        let quick = Duration::from_millis(1);
        Outbox::new(db).concurrency(4).max_attempts(1000).backoff(quick, quick).poll_every(5 * quick)
    };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let until = || {
        let mut stopped = stopped.clone();
        async move { drop(stopped.wait_for(|stop| *stop).await) }
    };
    let running = [&db, &other].map(|db| tokio::spawn(dispatcher(db).until(until()).deliver(sink.clone())));
    for _ in 0..2000 {
        if receiver.took().len() == 4 * EACH as usize + 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    for running in running {
        let sent = running.await.unwrap().unwrap();
        assert_eq!((sent.lost, sent.dead), (0, 0));
    }
    let lanes = lanes(&receiver.took());
    let whole: Vec<i64> = (0..EACH).collect();
    for lane in ["a x k", "a y k", "b x k", "b y k"] {
        assert_eq!(lanes[lane], whole, "{lane}");
    }
    assert_eq!(lanes["a - -"], [0]);
}

async fn a_lane_waits_for_its_first_and_no_other_lane_does(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    for at in 0..4 {
        emit("told", json!(at)).ordered_by("bad").run(&acme).await.unwrap();
        emit("told", json!(at)).ordered_by("good").run(&acme).await.unwrap();
        emit("told", json!(at)).run(&acme).await.unwrap();
    }
    let receiver = Receiver::new(|event| {
        if event.ordering_key.as_deref() == Some("bad") && event.payload == 1 {
            return Answer::Refuses;
        }
        Answer::Takes
    });
    let outbox = || outbox(&db).backoff(Duration::from_secs(10), Duration::from_secs(10)).max_attempts(3);
    outbox().deliver_due(receiver.clone()).await.unwrap();
    let told = lanes(&receiver.took());
    assert_eq!(told["acme - good"], [0, 1, 2, 3]);
    assert_eq!(told["acme - -"].len(), 4);
    assert_eq!(told["acme - bad"], [0], "the others wait for the one that fails");
    // Those behind it are not tried when it comes again and fails again, and come when it is given up.
    hands.turn_to(20);
    outbox().deliver_due(receiver.clone()).await.unwrap();
    assert_eq!(lanes(&receiver.took())["acme - bad"], [0]);
    hands.turn_to(40);
    assert_eq!(outbox().deliver_due(receiver.clone()).await.unwrap().dead, 1);
    assert_eq!(lanes(&receiver.took())["acme - bad"], [0, 2, 3]);
    let tries = receiver.given().iter().filter(|event| event.payload == 1 && event.attempts > 1).count();
    assert_eq!(tries, 2);
    // What is revived comes before what is written from then on.
    assert_eq!(outbox().retry_dead(None).await.unwrap(), 1);
    emit("told", json!(4)).ordered_by("bad").run(&acme).await.unwrap();
    let willing = Receiver::willing();
    outbox().deliver_due(willing.clone()).await.unwrap();
    assert_eq!(lanes(&willing.took())["acme - bad"], [1, 4]);
}

/// Somebody who took the first of a lane is dead: those behind it wait for the lease, and come behind it.
async fn a_lane_outlives_the_dispatcher_of_its_first(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    for at in 0..3 {
        emit("told", json!(at)).ordered_by("k").run(&acme).await.unwrap();
    }
    let hanging = Receiver::new(|_| Answer::Hangs);
    let running = tokio::spawn(outbox(&db).timeout(Duration::from_secs(50)).deliver(hanging.clone()));
    hanging.was_given(1).await;
    running.abort();
    let _ = running.await;
    let willing = Receiver::willing();
    assert_eq!(outbox(&db).deliver_due(willing.clone()).await.unwrap().delivered, 0);
    hands.turn_to(59);
    assert_eq!(outbox(&db).deliver_due(willing.clone()).await.unwrap().delivered, 0);
    hands.turn_to(61);
    assert_eq!(outbox(&db).deliver_due(willing.clone()).await.unwrap().delivered, 3);
    assert_eq!(lanes(&willing.took())["acme - k"], [0, 1, 2]);
}

crate::cases![
    a_key_keeps_the_order_whoever_delivers,
    a_lane_waits_for_its_first_and_no_other_lane_does,
    a_lane_outlives_the_dispatcher_of_its_first,
];
