//! A state machine: three tenants, random operations, and an oracle of plain maps that says what must be there.

use std::collections::BTreeMap;

use ennead::prelude::*;
use ennead::{Filter, Transaction};

use super::attacks::town::{Board, NewBoard, NewOrganization, NewWidget, Organization, Widget, schema};
use crate::Bed;

const TENANTS: [&str; 3] = ["one", "two", "three"];
/// How often the whole database is compared with the oracle.
const CHECK_EVERY: u64 = 500;
const DEFAULT_OPERATIONS: u64 = 10_000;

/// Deterministic from its seed, which a failure prints.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A board: owner, name, views. A widget: board, title. By their keys, which are everybody's.
#[derive(Debug, Clone, Default, PartialEq)]
struct Oracle {
    boards: BTreeMap<String, (usize, String, i64)>,
    widgets: BTreeMap<String, (String, String)>,
    roots: [String; 3],
}

impl Oracle {
    fn own_board(&self, who: usize, key: &str) -> bool {
        self.boards.get(key).is_some_and(|(owner, ..)| *owner == who)
    }
    fn own_widget(&self, who: usize, key: &str) -> bool {
        self.widgets.get(key).is_some_and(|(board, _)| self.own_board(who, board))
    }
    fn boards_of(&self, who: usize) -> Vec<(String, String, i64)> {
        let own = self.boards.iter().filter(|(_, (owner, ..))| *owner == who);
        own.map(|(key, (_, name, views))| (key.clone(), name.clone(), *views)).collect()
    }
    fn widgets_of(&self, who: usize) -> Vec<(String, String, String)> {
        let own = self.widgets.iter().filter(|(_, (board, _))| self.own_board(who, board));
        own.map(|(key, (board, title))| (key.clone(), board.clone(), title.clone())).collect()
    }
    fn is_empty_board(&self, key: &str) -> bool {
        !self.widgets.values().any(|(board, _)| board == key)
    }
}

/// What an operation ended in, as far as the oracle tells.
#[derive(Debug, PartialEq)]
enum Ended {
    Done(u64),
    NotFound,
    Unique,
    ForeignKey,
    Other(String),
}

fn ended<T>(outcome: Result<T, Error>, count: impl FnOnce(T) -> u64) -> Ended {
    match outcome {
        Ok(value) => Ended::Done(count(value)),
        Err(error) if error.is_not_found() => Ended::NotFound,
        Err(error) if error.is_unique_violation() => Ended::Unique,
        Err(error) if error.is_foreign_key_violation() => Ended::ForeignKey,
        Err(error) => Ended::Other(format!("{error:?}")),
    }
}

/// One random operation on the database and on the oracle; both must end alike.
async fn step<S>(random: &mut Random, oracle: &mut Oracle, who: usize, scope: &S) -> u64
where
    S: ennead::CreateScope<Board> + ennead::CreateScope<Widget> + ennead::UpdateScope<Organization>,
{
    let key = format!("k{}", random.below(60));
    let other = format!("k{}", random.below(60));
    // Every text says whose it is, so that a text of another in a row is a leak.
    let text = format!("{}-{}", TENANTS[who], random.below(5));
    let board = || Board::create(NewBoard { name: text.clone() });
    let widget = |board: &str| Widget::create(NewWidget { board_id: board.into(), title: text.clone() });
    let own_names = |rows: &[Board]| {
        rows.iter().all(|row| row.organization_id == TENANTS[who] && row.name.starts_with(TENANTS[who]))
    };
    let expected;
    let got = match random.below(20) {
        0 | 1 => {
            expected = if oracle.boards.contains_key(&key) {
                Ended::Unique
            } else {
                oracle.boards.insert(key.clone(), (who, text.clone(), 0));
                Ended::Done(1)
            };
            ended(board().set(Board::ID, key.as_str()).run(scope).await, |_| 1)
        }
        2 | 3 => {
            expected = if !oracle.own_board(who, &other) {
                Ended::ForeignKey
            } else if oracle.widgets.contains_key(&key) {
                Ended::Unique
            } else {
                oracle.widgets.insert(key.clone(), (other.clone(), text.clone()));
                Ended::Done(1)
            };
            ended(widget(&other).set(Widget::ID, key.as_str()).run(scope).await, |_| 1)
        }
        4 => {
            expected = if oracle.own_board(who, &key) { Ended::Done(1) } else { Ended::NotFound };
            ended(Board::read(&key).run(scope).await, |row| u64::from(own_names(&[row])))
        }
        5 => {
            expected = if oracle.own_widget(who, &key) { Ended::Done(1) } else { Ended::NotFound };
            ended(Widget::read(&key).run(scope).await, |row| u64::from(row.title.starts_with(TENANTS[who])))
        }
        6 => {
            expected = if oracle.own_board(who, &key) {
                let row = oracle.boards.get_mut(&key).unwrap();
                (row.1, row.2) = (text.clone(), row.2 + 3);
                Ended::Done(1)
            } else {
                Ended::NotFound
            };
            let update = Board::update(&key).set(Board::NAME, text.as_str()).add(Board::VIEWS, 3);
            ended(update.run(scope).await, |_| 1)
        }
        7 => {
            // Another parent: it must be one's own.
            expected = if !oracle.own_board(who, &other) {
                Ended::ForeignKey
            } else if oracle.own_widget(who, &key) {
                oracle.widgets.get_mut(&key).unwrap().0.clone_from(&other);
                Ended::Done(1)
            } else {
                Ended::NotFound
            };
            ended(Widget::update(&key).set(Widget::BOARD_ID, other.as_str()).run(scope).await, |_| 1)
        }
        8 => {
            expected = if !oracle.own_board(who, &key) {
                Ended::NotFound
            } else if oracle.is_empty_board(&key) {
                oracle.boards.remove(&key);
                Ended::Done(1)
            } else {
                Ended::ForeignKey
            };
            ended(Board::delete(&key).run(scope).await, |()| 1)
        }
        9 => {
            expected = if oracle.own_widget(who, &key) {
                oracle.widgets.remove(&key);
                Ended::Done(1)
            } else {
                Ended::NotFound
            };
            ended(Widget::delete(&key).hard().run(scope).await, |()| 1)
        }
        10 => {
            expected = Ended::Done(oracle.boards_of(who).len() as u64);
            ended(Board::count().filter(Filter::all([])).run(scope).await, |n| n)
        }
        11 => {
            expected = Ended::Done(oracle.widgets_of(who).len() as u64);
            let reach = Widget::BOARD_ID.eq(other.as_str()).or(Filter::all([]));
            ended(Widget::list().filter(reach).run(scope).await, |rows| rows.len() as u64)
        }
        12 => {
            expected = match oracle.boards.get_mut(&key) {
                Some((owner, name, _)) if *owner == who => {
                    name.clone_from(&text);
                    Ended::Done(1)
                }
                Some(_) => Ended::Unique,
                None => {
                    oracle.boards.insert(key.clone(), (who, text.clone(), 0));
                    Ended::Done(1)
                }
            };
            let upsert = board().set(Board::ID, key.as_str()).on_conflict(Board::ID).update(Board::NAME);
            ended(upsert.run(scope).await, |_| 1)
        }
        13 => {
            let have = oracle.boards.contains_key(&key);
            expected = match (have, oracle.own_board(who, &key)) {
                (true, true) => Ended::Done(0),
                (true, false) => Ended::Unique,
                (false, _) => {
                    oracle.boards.insert(key.clone(), (who, text.clone(), 0));
                    Ended::Done(1)
                }
            };
            let ignore = board().set(Board::ID, key.as_str()).on_conflict(Board::ID).ignore();
            ended(ignore.run(scope).await, |row| u64::from(row.is_some()))
        }
        14 => {
            // All or none.
            let keys: Vec<String> =
                (0..3).map(|at| format!("k{}", (random.below(20) * 3 + at) % 60)).collect();
            let keys: std::collections::BTreeSet<String> = keys.into_iter().collect();
            expected = if keys.iter().any(|key| oracle.boards.contains_key(key)) {
                Ended::Unique
            } else {
                for key in &keys {
                    oracle.boards.insert(key.clone(), (who, text.clone(), 0));
                }
                Ended::Done(keys.len() as u64)
            };
            let rows = keys.iter().map(|key| board().set(Board::ID, key.as_str()));
            ended(Board::bulk_create(rows).run(scope).await, |done| done.affected)
        }
        15 => {
            let mut affected = 0;
            for (owner, _, views) in oracle.boards.values_mut() {
                if *owner == who && *views < 30 {
                    (*views, affected) = (*views + 1, affected + 1);
                }
            }
            expected = Ended::Done(affected);
            let bulk = Board::bulk_update().filter(Board::VIEWS.lt(30)).add(Board::VIEWS, 1);
            ended(bulk.run(scope).await, |done| done.affected)
        }
        16 if key != other => {
            expected = if oracle.own_board(who, &key) && oracle.own_board(who, &other) {
                for key in [&key, &other] {
                    oracle.boards.get_mut(key).unwrap().1.clone_from(&text);
                }
                Ended::Done(2)
            } else {
                Ended::NotFound
            };
            let update = |key: &str| Board::update(key).set(Board::NAME, text.as_str());
            ended(Board::bulk_update_each([update(&key), update(&other)]).run(scope).await, |done| {
                done.affected
            })
        }
        17 => {
            let own: Vec<&String> =
                [&key, &other].into_iter().filter(|key| oracle.own_widget(who, key)).collect();
            let gone: std::collections::BTreeSet<String> = own.into_iter().cloned().collect();
            for key in &gone {
                oracle.widgets.remove(key);
            }
            expected = Ended::Done(gone.len() as u64);
            let delete = Widget::bulk_delete().keys([&key, &other]).hard();
            ended(delete.run(scope).await, |done| done.affected)
        }
        18 => {
            let whom = random.below(3) as usize;
            expected = if whom == who {
                oracle.roots[who].clone_from(&text);
                Ended::Done(1)
            } else {
                Ended::NotFound
            };
            let update = Organization::update(TENANTS[whom]).set(Organization::NAME, text.as_str());
            ended(update.run(scope).await, |_| 1)
        }
        _ => {
            expected = Ended::Done(1);
            let list = Board::list().order_by(Board::ID.desc()).limit(5).run(scope).await;
            ended(list, |rows| u64::from(own_names(&rows)))
        }
    };
    assert_eq!(got, expected, "tenant {who}, key {key}, other {other}");
    1
}

async fn same(db: &Db, oracle: &Oracle) {
    let across = db.across_tenants("the oracle");
    for (who, id) in TENANTS.iter().enumerate() {
        let tenant = db.tenant(*id).unwrap();
        let mut boards: Vec<_> = Board::list()
            .run(&tenant)
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.id, row.name, row.views))
            .collect();
        boards.sort();
        assert_eq!(boards, oracle.boards_of(who), "boards of {id}");
        let mut widgets: Vec<_> = Widget::list()
            .run(&tenant)
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.id, row.board_id, row.title))
            .collect();
        widgets.sort();
        assert_eq!(widgets, oracle.widgets_of(who), "widgets of {id}");
        let root = Organization::read(*id).run(&tenant).await.unwrap();
        assert_eq!(root.name, oracle.roots[who]);
    }
    assert_eq!(Board::count().run(&across).await.unwrap(), oracle.boards.len() as u64);
    assert_eq!(Widget::count().run(&across).await.unwrap(), oracle.widgets.len() as u64);
}

/// 10,000 operations, or as many as ENNEAD_SOAK says: `cargo xtask soak --operations 1000000`.
async fn the_database_equals_the_oracle(bed: Bed) {
    let asked = std::env::var("ENNEAD_SOAK").ok().map(|text| text.parse::<u64>().unwrap());
    let operations = asked.unwrap_or(DEFAULT_OPERATIONS);
    let seed = std::env::var("ENNEAD_SEED")
        .ok()
        .map_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0 | 1, |text| text.parse().unwrap());
    println!("tenancy machine {}: {operations} operations, ENNEAD_SEED={seed}", bed.kind());
    let db = bed.db_with(&schema(), crate::bed::quick(bed.kind()).max_connections(2)).await;
    let mut oracle = Oracle::default();
    let across = db.across_tenants("three tenants");
    for (who, id) in TENANTS.iter().enumerate() {
        let new = NewOrganization { name: (*id).into(), slug: (*id).into() };
        Organization::create(new).set(Organization::ID, *id).run(&across).await.unwrap();
        oracle.roots[who] = (*id).into();
    }
    let mut random = Random(seed);
    let (mut done, mut checked) = (0, 0);
    while done < operations {
        let who = random.below(3) as usize;
        let tenant = db.tenant(TENANTS[who]).unwrap();
        done += if random.below(12) == 0 {
            let saved = oracle.clone();
            let keep = random.below(2) == 0;
            let mut steps = 0;
            let outcome = tenant
                .transaction(async |tx: &Transaction<Tenant>| {
                    for _ in 0..random.below(6) {
                        steps += reads_and_sure_writes(&mut random, &mut oracle, who, tx).await;
                    }
                    if keep { Ok(()) } else { Err(Error::invalid("rolled back")) }
                })
                .await;
            assert_eq!(outcome.is_ok(), keep);
            if !keep {
                oracle = saved;
            }
            steps
        } else {
            step(&mut random, &mut oracle, who, &tenant).await
        };
        if done >= checked + CHECK_EVERY {
            same(&db, &oracle).await;
            checked = done;
            if asked.is_some() && checked % 50_000 < CHECK_EVERY {
                println!("tenancy machine {}: {checked} operations", bed.kind());
            }
        }
    }
    same(&db, &oracle).await;
}

/// Inside a transaction: operations that the database does not refuse, after which there would be no more work.
async fn reads_and_sure_writes(
    random: &mut Random,
    oracle: &mut Oracle,
    who: usize,
    tx: &Transaction<Tenant>,
) -> u64 {
    let key = format!("k{}", random.below(60));
    let text = format!("{}-tx", TENANTS[who]);
    let is_new = !oracle.boards.contains_key(&key);
    if is_new {
        Board::create(NewBoard { name: text.clone() }).set(Board::ID, key.as_str()).run(tx).await.unwrap();
        oracle.boards.insert(key, (who, text, 0));
        return 1;
    }
    let updated = ended(Board::update(&key).set(Board::NAME, text.as_str()).run(tx).await, |_| 1);
    if oracle.own_board(who, &key) {
        assert_eq!(updated, Ended::Done(1));
        oracle.boards.get_mut(&key).unwrap().1 = text.clone();
        if !oracle.widgets.contains_key(&key) {
            let new = NewWidget { board_id: key.clone(), title: text.clone() };
            Widget::create(new).set(Widget::ID, key.as_str()).run(tx).await.unwrap();
            oracle.widgets.insert(key.clone(), (key, text));
        }
    } else {
        assert_eq!(updated, Ended::NotFound);
    }
    assert_eq!(Widget::count().run(tx).await.unwrap(), oracle.widgets_of(who).len() as u64);
    3
}

crate::cases![the_database_equals_the_oracle];
