//! Reads that lock their rows: two connections at once.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::collections::BTreeSet;
use std::time::Duration;

use ennead::prelude::*;
use ennead::{Dialect, Observer, ObserverScope, With, Write};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::Bed;
use crate::tenancy::recorder::statements;

#[model(table = "lock_queues")]
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

#[model(table = "lock_jobs", shared_when = "is_public")]
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
    #[references(Queue, inverse = jobs)]
    pub queue_id: Option<String>,
    #[default(0)]
    pub runs: i64,
    #[default(false)]
    pub is_public: bool,
}

async fn filled(bed: &Bed, jobs: usize) -> (Db, Tenant) {
    let db = bed.db(&ennead::schema![Queue, Job]).await;
    let acme = db.tenant("acme").unwrap();
    Queue::create(NewQueue {}).set(Queue::ID, "q").run(&acme).await.unwrap();
    let job = |at| Job::create(NewJob {}).set(Job::ID, format!("j{at}")).set(Job::QUEUE_ID, "q");
    Job::bulk_create((0..jobs).map(job)).run(&acme).await.unwrap();
    (db, acme)
}

/// A transaction that holds the first job until it is told to end.
async fn holder(acme: &Tenant) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (held, holds) = oneshot::channel();
    let (end, ends) = oneshot::channel::<()>();
    let acme = acme.clone();
    let task = tokio::spawn(async move {
        let work = acme.transaction(async |tx| {
            let job = Job::read("j0").for_update().run(tx).await?;
            held.send(()).unwrap();
            ends.await.unwrap();
            Job::update(&job.id).set(Job::RUNS, job.runs + 1).run(tx).await?;
            Ok::<_, Error>(())
        });
        work.await.unwrap();
    });
    holds.await.unwrap();
    (end, task)
}

fn first() -> ennead::op::List<Job> {
    Job::list().order_by(Job::ID.asc()).limit(1)
}

async fn rows_that_another_holds(bed: Bed) {
    let (_, acme) = filled(&bed, 3).await;
    let (end, held) = holder(&acme).await;
    // A plain read waits for nobody.
    assert_eq!(first().run(&acme).await.unwrap()[0].id, "j0");
    let second = acme.clone();
    let others = tokio::spawn(async move {
        let work = second.transaction(async |tx| {
            let free = first().for_update().skip_locked().first(tx).await?.map(|job| job.id);
            let skipped = Job::read("j0").for_update().skip_locked().optional(tx).await?;
            let at_once = tx
                .transaction(async |tx| Job::read("j0").for_update().no_wait().run(tx).await)
                .await
                .map(|job| job.id);
            let job = Job::read("j0").for_update().run(tx).await?;
            Ok::<_, Error>((free, skipped.is_some(), at_once, job.runs))
        });
        work.await.unwrap()
    });
    // Who wants the row, or on SQLite to write at all, waits until the other has ended.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!others.is_finished());
    end.send(()).unwrap();
    held.await.unwrap();
    let (free, found, at_once, runs) = timeout(Duration::from_secs(20), others).await.unwrap().unwrap();
    assert_eq!(runs, 1, "what the other had written is there");
    if bed.is_postgres() {
        assert_eq!((free.as_deref(), found), (Some("j1"), false));
        assert!(at_once.unwrap_err().is_timeout());
    } else {
        assert_eq!((free.as_deref(), found), (Some("j0"), true));
        assert_eq!(at_once.unwrap(), "j0");
    }
}

/// Workers take jobs from one table: each job once, and none waits for another where rows can be locked.
async fn a_queue_of_jobs(bed: Bed) {
    const JOBS: usize = 40;
    let (_, acme) = filled(&bed, JOBS).await;
    let worker = |number: i64| {
        let acme = acme.clone();
        async move {
            let mut done = Vec::new();
            loop {
                let taken = acme.transaction(async |tx| {
                    let open = Job::list().filter(Job::RUNS.eq(0)).order_by(Job::ID.asc()).limit(1);
                    let Some(job) = open.for_update().skip_locked().first(tx).await? else { return Ok(None) };
                    Job::update(&job.id).set(Job::RUNS, number).run(tx).await?;
                    Ok::<_, Error>(Some(job.id))
                });
                match taken.await.unwrap() {
                    Some(id) => done.push(id),
                    None => return done,
                }
            }
        }
    };
    let workers: Vec<_> = (1..=4).map(|number| tokio::spawn(worker(number))).collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(timeout(Duration::from_secs(30), worker).await.unwrap().unwrap());
    }
    assert_eq!((all.len(), all.into_iter().collect::<BTreeSet<_>>().len()), (JOBS, JOBS));
    assert_eq!(Job::count().filter(Job::RUNS.eq(0)).run(&acme).await.unwrap(), 0);
}

/// The rows themselves are locked, and not what belongs to them; what the statement says.
async fn locks_beside_related_rows(bed: Bed) {
    let (_, acme) = filled(&bed, 2).await;
    let is_postgres = bed.is_postgres();
    let sent = statements(async {
        let work = acme.transaction(async |tx| {
            let with = Job::list().filter(Job::QUEUE.any()).for_update().skip_locked().include(Job::QUEUE);
            let jobs: Vec<With<Job, _>> = with.run(tx).await?;
            assert_eq!(jobs.iter().filter(|job| job.related.is_some()).count(), 2);
            let one = Queue::read("q").include(Queue::JOBS).for_update().run(tx).await?;
            assert_eq!(one.related.len(), 2);
            let missing = Queue::read("x").for_update().run(tx).await;
            assert!(missing.unwrap_err().is_not_found());
            Ok::<_, Error>(())
        });
        work.await.unwrap();
    });
    let locks: Vec<bool> = sent.await.iter().map(|sql| sql.contains("FOR UPDATE")).collect();
    assert_eq!(locks, [is_postgres, false, is_postgres, false, is_postgres]);
    let list = Job::list().filter(Job::RUNS.eq(0)).limit(1);
    let shown = list.for_update().skip_locked().statement(Dialect::Postgres).unwrap();
    assert!(shown.sql().ends_with("FOR UPDATE OF \"lock_jobs\" SKIP LOCKED"), "{}", shown.sql());
    let shown = Job::read("j0").for_update().no_wait().statement(Dialect::Postgres).unwrap();
    assert!(shown.sql().ends_with("FOR UPDATE OF \"lock_jobs\" NOWAIT"), "{}", shown.sql());
    let shown = Job::read("j0").for_update().statement(Dialect::Sqlite).unwrap();
    assert!(!shown.sql().contains("FOR"), "{}", shown.sql());
}

/// A row that its owner shares is read by others, and not kept from its owner by them.
async fn shared_rows_are_not_locked(bed: Bed) {
    let (db, acme) = filled(&bed, 1).await;
    Job::update("j0").set(Job::IS_PUBLIC, true).run(&acme).await.unwrap();
    let other = db.tenant("other").unwrap();
    assert_eq!(Job::list().run(&other).await.unwrap().len(), 1);
    let work = other.transaction(async |tx| {
        assert_eq!(Job::list().run(tx).await?.len(), 1);
        assert_eq!(Job::list().for_update().run(tx).await?, []);
        assert_eq!(Job::read("j0").for_update().optional(tx).await?, None);
        assert_eq!(Job::read("j0").include(Job::QUEUE).run(tx).await?.related, None);
        Ok::<_, Error>(())
    });
    work.await.unwrap();
    let across = db.across_tenants("maintenance");
    let both = across.transaction(async |tx| Job::list().for_update().run(tx).await).await.unwrap();
    assert_eq!(both.len(), 1);
}

/// Lets no queue have more jobs than three: who makes one holds the queue while it counts.
struct Room;

impl Observer<Job> for Room {
    async fn before(&self, write: Write<'_, Job>, scope: &ObserverScope) -> Result<(), Error> {
        let Write::Create(rows) = write else { return Ok(()) };
        let new = rows.len() as u64;
        drop(rows);
        let queue = Queue::list().for_update().first(scope).await?.unwrap();
        let queue = Queue::read(&queue.id).include(Queue::JOBS).for_update().run(scope).await?;
        if queue.related.len() as u64 + new > 3 { Err(Error::invalid("the queue is full")) } else { Ok(()) }
    }
}

async fn an_observer_locks_rows_too(bed: Bed) {
    let db = bed.db_with(&ennead::schema![Queue, Job], Db::builder().observe::<Job>(Room)).await;
    let acme = db.tenant("acme").unwrap();
    Queue::create(NewQueue {}).set(Queue::ID, "q").run(&acme).await.unwrap();
    let create =
        |acme: Tenant| async move { Job::create(NewJob {}).set(Job::QUEUE_ID, "q").run(&acme).await };
    let tasks: Vec<_> = (0..12).map(|_| tokio::spawn(create(acme.clone()))).collect();
    let mut came = 0;
    for task in tasks {
        match timeout(Duration::from_secs(20), task).await.unwrap().unwrap() {
            Ok(_) => came += 1,
            Err(error) => assert_eq!(error.to_string(), "the queue is full"),
        }
    }
    assert_eq!((came, Job::count().run(&acme).await.unwrap()), (3, 3));
}

crate::cases![
    an_observer_locks_rows_too,
    rows_that_another_holds,
    a_queue_of_jobs,
    locks_beside_related_rows,
    shared_rows_are_not_locked
];
