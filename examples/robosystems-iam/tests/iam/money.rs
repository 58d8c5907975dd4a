//! Money: 64 tasks reserve, confirm, cancel and give at random on one balance, ten thousand times in all, on Postgres with
//! connections that are killed meanwhile. Then what the tasks were told, the ledger and the balance must be one story.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ennead::prelude::*;
use robosystems_iam::{CreditError, CreditTransactionType, GraphAccount, GraphCreditTransaction};
use rust_decimal::Decimal;
use sqlx::{Connection, Row};

use crate::database::Database;
use crate::platform::{account, adds_up, credits};
use crate::random::Random;

const TASKS: u64 = 64;
const OPERATIONS: usize = 10_000;
const FIRST: &str = "1000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_sqlite() {
    let database = Database::sqlite().await;
    in_time(one_story(&database, false)).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_postgres_while_connections_are_killed() {
    let Some(database) = Database::postgres().await else { return };
    in_time(one_story(&database, true)).await;
    database.drop().await;
}

/// A test that waits for what never comes fails.
async fn in_time(story: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(240), Box::pin(story)).await.unwrap();
}

/// What the tasks share.
struct Market {
    account: GraphAccount,
    /// The reservations that somebody was told of, with what they are of.
    reserved: Mutex<Vec<(String, Decimal)>>,
    operations: AtomicUsize,
    asked_again: AtomicUsize,
}

/// What one task was told.
#[derive(Default)]
struct Told {
    confirmed: HashSet<String>,
    cancelled: HashSet<String>,
    given: Decimal,
    over_balance: usize,
    other_end: usize,
}

/// What a task asks for.
enum Step<'a> {
    Reserve(Decimal, &'a str),
    Confirm(&'a str),
    Cancel(&'a str),
    Give(Decimal, &'a str),
}

impl Market {
    /// Asks until there is an answer: where the connection was lost, the step may be done or not, and the same id tells.
    async fn asked(&self, step: Step<'_>) -> Result<GraphCreditTransaction, CreditError> {
        loop {
            let answer = match step {
                Step::Reserve(amount, id) => self.account.reserve_credits(amount, "query", id).await,
                Step::Confirm(id) => self.account.confirm(id).await,
                Step::Cancel(id) => self.account.cancel(id, "drawn").await,
                Step::Give(amount, key) => {
                    self.account.grant(CreditTransactionType::Bonus, amount, key, "a bonus").await
                }
            };
            match answer {
                Err(error) if error.may_be_asked_again() => {
                    self.asked_again.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                answer => return answer,
            }
        }
    }

    /// One of the reservations of late, whoever made it.
    fn any(&self, random: &mut Random) -> Option<(String, Decimal)> {
        let reserved = self.reserved.lock().unwrap();
        let late = reserved.len().min(150);
        (late > 0).then(|| reserved[reserved.len() - 1 - random.below(late)].clone())
    }

    async fn step(&self, number: usize, random: &mut Random, told: &mut Told) {
        let (drawn, known) = (random.below(100), self.any(random));
        match (drawn, known) {
            (0..45, _) | (45..94, None) => {
                let (id, amount) = (format!("op-{number}"), Decimal::new(random.below(2000) as i64 + 1, 2));
                match self.asked(Step::Reserve(amount, &id)).await {
                    Ok(entry) => {
                        assert_eq!((entry.reserved, entry.reservation_id.as_ref()), (amount, Some(&id)));
                        self.reserved.lock().unwrap().push((id, amount));
                    }
                    Err(CreditError::Insufficient { asked, available }) => {
                        assert!(asked == amount && available < asked, "{available} of {asked}");
                        told.over_balance += 1;
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
            (45..68, Some((id, amount))) => match self.asked(Step::Confirm(&id)).await {
                Ok(entry) => {
                    assert_eq!(entry.amount, -amount);
                    told.confirmed.insert(id);
                }
                Err(CreditError::Cancelled { .. }) => told.other_end += 1,
                Err(error) => panic!("{error:?}"),
            },
            (68..91, Some((id, amount))) => match self.asked(Step::Cancel(&id)).await {
                Ok(entry) => {
                    assert_eq!((entry.amount, entry.reserved), (Decimal::ZERO, -amount));
                    told.cancelled.insert(id);
                }
                Err(CreditError::Confirmed { .. }) => told.other_end += 1,
                Err(error) => panic!("{error:?}"),
            },
            (91..94, Some((id, amount))) => {
                assert_eq!(self.asked(Step::Reserve(amount, &id)).await.unwrap().reserved, amount);
            }
            (94..96, _) => {
                let id = format!("never-{number}");
                let error = self.asked(Step::Confirm(&id)).await.unwrap_err();
                assert!(matches!(error, CreditError::Unknown { .. }), "{error:?}");
            }
            _ => {
                let (amount, key) = (Decimal::from(random.below(60) as i64 + 1), format!("gift-{number}"));
                told.given += self.asked(Step::Give(amount, &key)).await.unwrap().amount;
            }
        }
    }
}

#[allow(clippy::print_stderr, reason = "the figures, for who asks with --nocapture")]
async fn one_story(database: &Database, kill: bool) {
    let (_, account) = account(&database.db, "kg1a2b3c", FIRST).await;
    let market = Arc::new(Market {
        account,
        reserved: Mutex::default(),
        operations: AtomicUsize::new(0),
        asked_again: AtomicUsize::new(0),
    });
    let over = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(watch(market.account.clone(), Arc::clone(&over)));
    let killer = kill.then(|| tokio::spawn(kill_connections(database.url.clone(), Arc::clone(&over))));

    let began = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|seed| {
            let market = Arc::clone(&market);
            tokio::spawn(async move {
                let (mut random, mut told) = (Random::seeded(seed), Told::default());
                loop {
                    let number = market.operations.fetch_add(1, Ordering::Relaxed);
                    if number >= OPERATIONS {
                        return told;
                    }
                    market.step(number, &mut random, &mut told).await;
                }
            })
        })
        .collect();
    let mut told = Told::default();
    for task in tasks {
        let one = task.await.unwrap();
        told.confirmed.extend(one.confirmed);
        told.cancelled.extend(one.cancelled);
        told.given += one.given;
        told.over_balance += one.over_balance;
        told.other_end += one.other_end;
    }
    let took = began.elapsed();
    over.store(true, Ordering::Relaxed);
    let readings = reader.await.unwrap();
    let killed = match killer {
        Some(killer) => killer.await.unwrap(),
        None => 0,
    };
    let asked_again = market.asked_again.load(Ordering::Relaxed);
    eprintln!(
        "{OPERATIONS} operations in {took:.2?}, {:.0} a second; {} reserved, {} confirmed, {} cancelled, {} over the balance, \
         {} ended otherwise, {readings} readings, {killed} connections killed, {asked_again} asked again",
        OPERATIONS as f64 / took.as_secs_f64(),
        market.reserved.lock().unwrap().len(),
        told.confirmed.len(),
        told.cancelled.len(),
        told.over_balance,
        told.other_end,
    );
    assert!(told.over_balance > 100 && told.other_end > 100, "the balance was never short, or nobody met");
    assert!(!kill || (killed > 10 && asked_again > 10), "{killed} killed, {asked_again} asked again");
    assert!(readings > 10, "{readings}");
    // On connections that nobody killed.
    let db = Db::connect(&database.url).await.unwrap();
    Box::pin(agree(&db, &market, &mut told)).await;
    db.close().await;
}

/// The ledger, the balance, and what the tasks were told.
async fn agree(db: &Db, market: &Market, told: &mut Told) {
    let account = &GraphAccount::of(&db.tenant("kg1a2b3c").unwrap());
    adds_up(account).await;
    assert_eq!(told.confirmed.intersection(&told.cancelled).count(), 0, "one end");
    // What is open still is ended now, so that each reservation has its end.
    let reserved: HashMap<String, Decimal> = market.reserved.lock().unwrap().iter().cloned().collect();
    assert_eq!(reserved.len(), market.reserved.lock().unwrap().len());
    for (at, id) in reserved.keys().enumerate() {
        if !told.confirmed.contains(id) && !told.cancelled.contains(id) {
            if at % 2 == 0 {
                account.confirm(id).await.unwrap();
                told.confirmed.insert(id.clone());
            } else {
                account.cancel(id, "the test is over").await.unwrap();
                told.cancelled.insert(id.clone());
            }
        }
    }
    let ledger = account.history(None, 1_000_000).await.unwrap();
    let of = |wanted: CreditTransactionType| {
        let entries = ledger.iter().filter(move |entry| entry.transaction_type == wanted);
        entries.map(|entry| (entry.reservation_id.clone().unwrap(), entry.reserved)).collect::<Vec<_>>()
    };
    let begun = of(CreditTransactionType::Reservation);
    assert_eq!(begun.len(), reserved.len(), "each that was told is there once, and none that was not");
    assert_eq!(begun.into_iter().collect::<HashMap<_, _>>(), reserved);
    let spent = of(CreditTransactionType::Consumption);
    assert_eq!(spent.len(), told.confirmed.len());
    assert!(spent.iter().all(|(id, amount)| told.confirmed.contains(id) && reserved[id] == -amount));
    let back = of(CreditTransactionType::Cancellation);
    assert_eq!(back.len(), told.cancelled.len());
    assert!(back.iter().all(|(id, amount)| told.cancelled.contains(id) && reserved[id] == -amount));

    adds_up(account).await;
    let balance = account.balance().await.unwrap();
    let confirmed: Decimal = told.confirmed.iter().map(|id| reserved[id]).sum();
    assert_eq!(balance.current_balance, credits(FIRST) + told.given - confirmed, "as the tasks were told");
    assert_eq!(balance.reserved, Decimal::ZERO);
}

/// Looks at the balance until it is over, and says how often.
async fn watch(account: GraphAccount, over: Arc<AtomicBool>) -> usize {
    let mut readings = 0;
    while !over.load(Ordering::Relaxed) {
        match account.balance().await {
            Ok(seen) => {
                let least = seen.current_balance.min(seen.reserved).min(seen.available);
                assert!(least >= Decimal::ZERO, "{seen:?}");
                assert_eq!(seen.available, seen.current_balance - seen.reserved);
                readings += 1;
            }
            Err(error) => assert!(error.may_be_asked_again(), "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    readings
}

/// Ends connections of the database, the busy ones too, until it is over, and says how many.
async fn kill_connections(url: String, over: Arc<AtomicBool>) -> usize {
    let mut side = sqlx::PgConnection::connect(&url).await.unwrap();
    let mut killed = 0;
    while !over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let rows = sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 1) AS victims",
        )
        .fetch_all(&mut side)
        .await
        .unwrap();
        killed += rows.iter().filter(|row| row.get::<bool, _>(0)).count();
    }
    side.close().await.unwrap();
    killed
}
