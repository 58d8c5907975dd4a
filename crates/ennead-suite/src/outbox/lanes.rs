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
use crate::tenancy::recorder;

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

/// Events behind one that fails cost a few statements once, and nothing as long as it goes on failing.
async fn a_long_lane_is_put_off_at_once_and_left_alone(bed: Bed) {
    const BEHIND: i64 = 300;
    let (db, hands) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    acme.transaction(async |tx| {
        for at in 0..=BEHIND {
            emit("told", json!(at)).ordered_by("long").run(tx).await?;
        }
        emit("told", json!(0)).ordered_by("short").run(tx).await?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    let down = Receiver::new(|event| match event.ordering_key.as_deref() {
        Some("long") => Answer::Refuses,
        _ => Answer::Takes,
    });
    let patient = || outbox(&db).backoff(Duration::from_secs(10), Duration::from_secs(10)).max_attempts(100);
    let work = async |outbox: Outbox, receiver: &Receiver| {
        let (given, receiver) = (receiver.given().len(), receiver.clone());
        let sent = recorder::statements(async {
            outbox.deliver_due(receiver.clone()).await.unwrap();
        })
        .await;
        (sent.len(), receiver.given().len() - given)
    };
    let (statements, given) = work(patient(), &down).await;
    assert!(statements <= 20, "put off in one piece: {statements} statements");
    assert_eq!(given, 2);
    // Longer than a lease, longer than an hour: the first is tried, and the others are not looked at but for a piece an hour.
    for (second, most) in [(61, 8), (122, 8), (183, 8), (3_700, 16), (3_800, 8)] {
        hands.turn_to(second);
        let (statements, given) = work(patient(), &down).await;
        assert!(statements <= most, "at {second}: {statements} statements");
        assert_eq!(given, 1, "at {second}");
    }
    hands.turn_to(4_000);
    let willing = Receiver::willing();
    assert_eq!(patient().deliver_due(willing.clone()).await.unwrap().delivered as i64, BEHIND + 1);
    assert_eq!(lanes(&willing.took())["acme - long"], (0..=BEHIND).collect::<Vec<_>>());
}

/// One that was tried waits as well, where another before it was revived, and comes as soon as that one is over.
async fn what_was_tried_waits_behind_what_is_revived(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    for at in 0..3 {
        emit("told", json!(at)).ordered_by("k").run(&acme).await.unwrap();
    }
    let refuses =
        Receiver::new(|event| if event.payload == 0 { Answer::RefusesForGood } else { Answer::Refuses });
    let quick = || outbox(&db).backoff(Duration::from_secs(1), Duration::from_secs(1));
    let sent = quick().deliver_due(refuses.clone()).await.unwrap();
    assert_eq!((sent.dead, sent.failed), (1, 1));
    assert_eq!(quick().retry_dead(None).await.unwrap(), 1);
    let busy = Receiver::new(|_| Answer::RefusesFor(Duration::from_secs(100)));
    hands.turn_to(5);
    assert_eq!(quick().deliver_due(busy.clone()).await.unwrap().failed, 1);
    assert_eq!(busy.given()[0].payload, 0, "the one behind it is due as well, and waits");
    hands.turn_to(106);
    let willing = Receiver::willing();
    assert_eq!(quick().deliver_due(willing.clone()).await.unwrap().delivered, 3);
    assert_eq!(lanes(&willing.took())["acme - k"], [0, 1, 2]);
}

crate::cases![
    a_long_lane_is_put_off_at_once_and_left_alone,
    what_was_tried_waits_behind_what_is_revived,
    a_key_keeps_the_order_whoever_delivers,
    a_lane_waits_for_its_first_and_no_other_lane_does,
    a_lane_outlives_the_dispatcher_of_its_first,
];
