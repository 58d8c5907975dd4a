//! What observers may do, and what they may not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ennead::prelude::*;
use ennead::{Change, ChangeKind, Observer, ObserverScope, Write};

use super::paths::*;
use crate::Bed;
use crate::tenancy::recorder::statements;

/// Sets values of what is written.
struct Setter;

impl Observer<Thing> for Setter {
    async fn before(&self, write: Write<'_, Thing>, _: &ObserverScope) -> Result<(), Error> {
        match write {
            Write::Create(rows) => {
                for mut row in rows {
                    let code = row.get(Thing::CODE)?.unwrap();
                    row.set(Thing::CODE, code.to_lowercase()).set(Thing::SECRET, format!("of {code}"));
                    assert_eq!(row.get(Thing::NUMBER)?.unwrap_or_default() % 10, 0);
                }
            }
            Write::Update(parts) => {
                for mut part in parts {
                    let most = part.rows().iter().map(|thing| thing.number).max().unwrap_or_default();
                    if let Some(number) = part.get(Thing::NUMBER)? {
                        part.set(Thing::NUMBER, number.max(most));
                    }
                    let added = part.sets(Thing::NUMBER) && part.get(Thing::NUMBER)?.is_none();
                    part.set(Thing::SECRET, if added { "added" } else { "set" });
                }
            }
            _ => {}
        }
        Ok(())
    }
}

async fn values_can_be_changed_before(bed: Bed) {
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(Setter)).await;
    let acme = db.tenant("acme").unwrap();
    let new = |id: &str| Thing::create(NewThing { id: id.into(), code: id.to_uppercase() });
    let made = new("a").run(&acme).await.unwrap();
    assert_eq!((made.code.as_str(), made.secret.as_deref()), ("a", Some("of A")));
    Thing::bulk_create([new("b"), new("c").set(Thing::NUMBER, 50)]).run(&acme).await.unwrap();
    let there =
        new("c").set(Thing::NUMBER, 10).on_conflict(Thing::CODE).update((Thing::SECRET, Thing::NUMBER));
    let there = there.run(&acme).await.unwrap();
    assert_eq!((there.number, there.secret.as_deref()), (10, Some("of C")), "the lower case of it is there");
    assert_eq!(Thing::update("c").set(Thing::NUMBER, 3).run(&acme).await.unwrap().number, 10);
    let added = Thing::update("c").add(Thing::NUMBER, 3).run(&acme).await.unwrap();
    assert_eq!((added.number, added.secret.as_deref()), (13, Some("added")));
    Thing::bulk_update_each([
        Thing::update("a").set(Thing::NUMBER, 2),
        Thing::update("c").set(Thing::NUMBER, 2),
    ])
    .run(&acme)
    .await
    .unwrap();
    Thing::bulk_update().all_rows().set(Thing::NUMBER, 1).run(&acme).await.unwrap();
    let numbers: Vec<i64> = rows(&acme).await.iter().map(|thing| thing.number).collect();
    assert_eq!(numbers, [13, 13, 13], "one value for all of them, as the update says");
    let error = new("x").set(Thing::NUMBER, 20).set(Thing::ID, "a").run(&acme).await.unwrap_err();
    assert!(error.is_unique_violation());
}

/// Writes things when things are written.
struct Circle;

impl Observer<Thing> for Circle {
    async fn after(&self, changes: &[Change<Thing>], scope: &ObserverScope) -> Result<(), Error> {
        for change in changes {
            let Some(thing) = &change.after else { continue };
            let stop = thing.number;
            if stop > 0 {
                let next = thing.id.clone() + "+";
                Thing::create(NewThing { id: next.clone(), code: next })
                    .set(Thing::NUMBER, stop - 1)
                    .run(scope)
                    .await?;
            }
        }
        Ok(())
    }
}

async fn a_circle_of_observers_ends(bed: Bed) {
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(Circle)).await;
    let acme = db.tenant("acme").unwrap();
    let counting = |from: i64| Thing::create(thing("a")).set(Thing::NUMBER, from);
    counting(3).run(&acme).await.unwrap();
    assert_eq!(Thing::count().run(&acme).await.unwrap(), 4);
    let other = db.tenant("other").unwrap();
    let error = counting(1000).run(&other).await.unwrap_err();
    assert!(error.is_observer(), "{error}");
    assert_eq!((error.model(), Thing::count().run(&other).await.unwrap()), (Some("Thing"), 0));
}

/// Changes the rows beneath a write that it is asked about.
struct Meddler;

impl Observer<Thing> for Meddler {
    async fn before(&self, write: Write<'_, Thing>, scope: &ObserverScope) -> Result<(), Error> {
        if let Write::Update(parts) = write
            && parts.iter().any(|part| part.sets(Thing::SECRET))
        {
            Thing::update("a").set(Thing::NUMBER, 77).run(scope).await?;
            Thing::delete("b").hard().run(scope).await?;
        }
        Ok(())
    }

    async fn after(&self, changes: &[Change<Thing>], scope: &ObserverScope) -> Result<(), Error> {
        for change in changes {
            if let (ChangeKind::Updated, Some(before), Some(after)) =
                (change.kind, &change.before, &change.after)
            {
                let text = format!("{} {}-{}", after.id, before.number, after.number);
                Remark::create(NewRemark { text }).run(scope).await?;
            }
        }
        Ok(())
    }
}

async fn rows_that_an_observer_changed_are_read_again(bed: Bed) {
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(Meddler)).await;
    let acme = db.tenant("acme").unwrap();
    begin(&acme).await;
    let done =
        Thing::bulk_update().all_rows().set(Thing::SECRET, "new").add(Thing::NUMBER, 1).run(&acme).await;
    assert_eq!(done.unwrap().affected, 2, "one of the three is gone");
    let remarks = Remark::list().order_by(Remark::TEXT.asc()).run(&acme).await.unwrap();
    let texts: Vec<&str> = remarks.iter().map(|remark| remark.text.as_str()).collect();
    assert_eq!(texts, ["a 0-77", "a 77-78", "c 0-1"]);
}

/// Counts what came into being and what changed.
#[derive(Clone, Default)]
struct Counter(Arc<[AtomicUsize; 2]>);

impl Observer<Thing> for Counter {
    async fn committed(&self, changes: &[Change<Thing>]) -> Result<(), Error> {
        for change in changes {
            let at = usize::from(change.kind == ChangeKind::Updated);
            self.0[at].fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }
}

async fn upserts_that_meet_are_one_create_and_updates(bed: Bed) {
    let counter = Counter::default();
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(counter.clone())).await;
    let tasks: Vec<_> = (0..24)
        .map(|at| {
            let acme = db.tenant("acme").unwrap();
            tokio::spawn(async move {
                // Two of them that lock one another's rows are told to try again.
                while let Err(error) = upsert_once(&acme, at).await {
                    assert!(error.is_retryable(), "{error}");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let acme = db.tenant("acme").unwrap();
    let numbers: Vec<i64> = rows(&acme).await.iter().map(|thing| thing.number).collect();
    assert_eq!((numbers.len(), numbers.iter().sum::<i64>()), (3, 48));
    let seen = counter.0.each_ref().map(|count| count.load(Ordering::SeqCst));
    assert_eq!(seen, [3, 45], "each was created once, and changed by all others");
}

async fn upsert_once(acme: &Tenant, at: i32) -> Result<(), Error> {
    // No two have the same code: on Postgres, first upserts that agree in a second unique as well may be refused for it.
    let rows = [0, 1]
        .map(|step| NewThing { code: format!("{at}/{step}"), ..thing(&format!("r{}", (at + step) % 3)) });
    let rows = rows.map(|row| Thing::create(row).set(Thing::NUMBER, 1));
    let upsert = Thing::bulk_create(rows).on_conflict(Thing::ID).update_add(Thing::NUMBER, 1);
    assert_eq!(upsert.run(acme).await?.affected, 2);
    Ok(())
}

/// Writes down which tenant it was asked about.
#[derive(Clone, Default)]
struct Whose(Arc<Mutex<Vec<String>>>);

impl Observer<Thing> for Whose {
    async fn after(&self, changes: &[Change<Thing>], scope: &ObserverScope) -> Result<(), Error> {
        let tenant = scope.tenant().map_or_else(|| "all".into(), ToString::to_string);
        for change in changes {
            let row = change.after.as_ref().or(change.before.as_ref()).unwrap();
            let before = change.before.as_ref().map_or(0, |row| row.number);
            self.0.lock().unwrap().push(format!("{tenant}: {} {} {before}", row.organization_id, row.id));
        }
        Ok(())
    }
}

async fn across_tenants_each_row_is_its_own(bed: Bed) {
    let whose = Whose::default();
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(whose.clone())).await;
    let all = db.across_tenants("a test");
    for (tenant, number) in [("t1", 1), ("t2", 2)] {
        let create = Thing::create(thing("same")).set(Thing::NUMBER, number).in_tenant(tenant);
        create.run(&all).await.unwrap();
    }
    assert!(Thing::update("same").set(Thing::NUMBER, 9).run(&all).await.unwrap_err().is_invalid_input());
    let created = std::mem::take(&mut *whose.0.lock().unwrap());
    assert_eq!(created, ["t1: t1 same 0", "t2: t2 same 0"], "a write that narrows itself says to whom");
    assert_eq!(Thing::bulk_update().all_rows().add(Thing::NUMBER, 1).run(&all).await.unwrap().affected, 2);
    Thing::update("same").in_tenant("t2").set(Thing::NUMBER, 9).run(&all).await.unwrap();
    let rows = Thing::list().order_by(Thing::NUMBER.asc()).run(&all).await.unwrap();
    assert_eq!(rows.iter().map(|thing| thing.number).collect::<Vec<_>>(), [2, 9]);
    let gone = Thing::bulk_delete().filter(Thing::NUMBER.gt(2)).hard().run(&all).await.unwrap();
    assert_eq!(gone.affected, 1, "the other row with that key stays");
    let mut seen = std::mem::take(&mut *whose.0.lock().unwrap());
    seen[..2].sort();
    assert_eq!(seen, ["all: t1 same 1", "all: t2 same 2", "t2: t2 same 3", "all: t2 same 9"]);
}

async fn what_nobody_observes_sends_what_it_sent(bed: Bed) {
    let plain = bed.db(&schema()).await;
    let observed = bed.db_with(&schema(), Db::builder().observe::<Thing>(Counter::default())).await;
    let (plain, observed) = (plain.tenant("acme").unwrap(), observed.tenant("acme").unwrap());
    let sent = async |tenant: &Tenant| {
        statements(async {
            let new = || Remark::create(NewRemark { text: "a".into() });
            let made = new().run(tenant).await.unwrap();
            Remark::bulk_create([new(), new()]).run(tenant).await.unwrap();
            Remark::update(&made.id).set(Remark::TEXT, "b").run(tenant).await.unwrap();
            new()
                .set(Remark::ID, &made.id)
                .on_conflict(Remark::ID)
                .update(Remark::TEXT)
                .run(tenant)
                .await
                .unwrap();
            Remark::bulk_update().all_rows().set(Remark::TEXT, "c").run(tenant).await.unwrap();
            Remark::delete(&made.id).run(tenant).await.unwrap();
            Remark::bulk_delete().all_rows().run(tenant).await.unwrap();
        })
        .await
    };
    assert_eq!(sent(&plain).await, sent(&observed).await);
}

async fn observed_writes_may_run_side_by_side(bed: Bed) {
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(Circle)).await;
    let acme = db.tenant("acme").unwrap();
    acme.transaction(async |tx| {
        let made = |id: &str| Thing::create(thing(id)).set(Thing::NUMBER, 2).run(tx);
        let (a, b, count, c) = tokio::join!(made("a"), made("b"), Remark::count().run(tx), made("c"));
        for made in [a, b, c] {
            made?;
        }
        count?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(Thing::count().run(&acme).await.unwrap(), 9);
}

async fn what_the_database_refuses_ends_the_transaction(bed: Bed) {
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(Counter::default())).await;
    let acme = db.tenant("acme").unwrap();
    begin(&acme).await;
    let ended = acme.transaction(async |tx| {
        Thing::create(thing("x")).run(tx).await?;
        assert!(Thing::create(thing("a")).run(tx).await.unwrap_err().is_unique_violation());
        assert!(Remark::count().run(tx).await.unwrap_err().is_transaction_aborted());
        Ok::<_, Error>(())
    });
    assert!(ended.await.unwrap_err().is_transaction_aborted(), "as without an observer");
    assert!(Thing::read("x").run(&acme).await.unwrap_err().is_not_found());
}

async fn an_operation_that_is_dropped_leaves_nothing(bed: Bed) {
    /// Never comes to an end.
    struct Stuck;
    impl Observer<Thing> for Stuck {
        async fn after(&self, _: &[Change<Thing>], _: &ObserverScope) -> Result<(), Error> {
            std::future::pending().await
        }
    }
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(Stuck)).await;
    let acme = db.tenant("acme").unwrap();
    let wait = std::time::Duration::from_millis(50);
    let run = Thing::create(thing("a")).run(&acme);
    assert!(tokio::time::timeout(wait, run).await.is_err());
    let whole = acme.transaction(async |tx| {
        assert!(tokio::time::timeout(wait, Thing::create(thing("a")).run(tx)).await.is_err());
        assert!(Remark::count().run(tx).await.unwrap_err().is_transaction_aborted());
        Ok::<_, Error>(())
    });
    assert!(whole.await.unwrap_err().is_transaction_aborted());
    assert_eq!(Thing::count().run(&acme).await.unwrap(), 0);
    Remark::create(NewRemark { text: "next".into() }).run(&acme).await.unwrap();
}

/// Sets what a rule refuses, once it is told to.
#[derive(Clone, Default)]
struct Breaker(Arc<AtomicUsize>);

impl Observer<Thing> for Breaker {
    async fn before(&self, write: Write<'_, Thing>, _: &ObserverScope) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        match write {
            Write::Create(rows) => {
                for mut row in rows {
                    row.set(Thing::NUMBER, 5000);
                }
            }
            Write::Update(parts) => {
                for mut part in parts {
                    part.set(Thing::NUMBER, 5000);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Rules are asked behind observers: nobody sets what they refuse.
async fn what_an_observer_sets_keeps_the_rules(bed: Bed) {
    let breaker = Breaker::default();
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(breaker.clone())).await;
    let acme = db.tenant("acme").unwrap();
    begin(&acme).await;
    breaker.0.store(1, Ordering::Relaxed);
    let whole = rows(&acme).await;
    for path in [
        Path::Create,
        Path::BulkCreate,
        Path::UpsertThere,
        Path::Update,
        Path::BulkUpdate,
        Path::BulkUpdateEach,
        Path::NodeUpdate,
    ] {
        let error = path.run(&acme).await.unwrap_err();
        assert!(error.is_validation() && error.violations()[0].field == "number", "{path:?}: {error:?}");
    }
    assert_eq!(rows(&acme).await, whole);
}

#[model(table = "watched_orders", audited)]
#[derive(Debug)]
pub struct Order {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[default(0)]
    pub lines: i64,
}

#[model(table = "watched_order_lines")]
#[derive(Debug)]
pub struct Line {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(Order)]
    pub order_id: String,
}

/// Two that each add a line and then count it at the order: on Postgres each line holds its order against deletion, and a
/// write that is watched waits for no such hold.
async fn a_watched_update_does_not_wait_for_those_who_refer_to_its_row(bed: Bed) {
    let db = bed.db(&ennead::schema![Order, Line]).await;
    let acme = db.tenant("acme").unwrap();
    Order::create(NewOrder { id: "o".into() }).run(&acme).await.unwrap();
    let line = || Line::create(NewLine { order_id: "o".into() });
    acme.transaction(async |tx| {
        line().run(tx).await?;
        let beside = async {
            let updated = Order::update("o").add(Order::LINES, 1).run(&acme).await?;
            let order = Order::create(NewOrder { id: "o".into() }).on_conflict(Order::ID);
            order.update_add(Order::LINES, 1).run(&acme).await?;
            Ok::<_, Error>(updated)
        };
        let updated = tokio::time::timeout(std::time::Duration::from_secs(20), beside).await;
        assert_eq!(updated.expect("it waits for nobody")?.lines, 1);
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(Order::read("o").run(&acme).await.unwrap().lines, 2);
    assert_eq!(Order::history("o").run(&acme).await.unwrap().len(), 3);
}

crate::cases![
    values_can_be_changed_before,
    a_circle_of_observers_ends,
    rows_that_an_observer_changed_are_read_again,
    upserts_that_meet_are_one_create_and_updates,
    across_tenants_each_row_is_its_own,
    what_nobody_observes_sends_what_it_sent,
    observed_writes_may_run_side_by_side,
    what_the_database_refuses_ends_the_transaction,
    an_operation_that_is_dropped_leaves_nothing,
    what_an_observer_sets_keeps_the_rules;
    Postgres: a_watched_update_does_not_wait_for_those_who_refer_to_its_row,
];
