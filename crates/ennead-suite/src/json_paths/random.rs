//! Random changes of random documents: the database and the oracle agree, and so the databases do.

use ennead::prelude::*;
use serde_json::{Map, Value, json};

use super::oracle::{Change, Reason, same};
use super::{Account, data, of, schema};
use crate::Bed;
use crate::draw::Draw;

const KEYS: &[&str] = &["a", "b", "0", "1", "", "x.y", "\"", "\\", "$", "é"];
const PARTS: &[&str] = &["a", "b", "0", "1", "2", "-1", "01", "", "x.y", "\"", "\\", "$", "é", "+1"];

fn number(draw: &mut Draw) -> Value {
    let all = [
        json!(0),
        json!(1),
        json!(-7),
        json!(41),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(2.0),
        json!(0.5),
        json!(0.1),
        json!(-0.3),
        json!(1e15),
        json!(1.5e300),
        json!(1e308),
        json!(123456.789),
    ];
    draw.of(&all)
}

fn document(draw: &mut Draw, depth: usize) -> Value {
    match draw.below(if depth == 0 { 5 } else { 9 }) {
        0 => Value::Null,
        1 => json!(draw.of(&["", "text", "1"])),
        2 => json!(draw.below(2) == 0),
        3 | 4 => number(draw),
        5 | 6 => Value::Array((0..draw.below(4)).map(|_| document(draw, depth - 1)).collect()),
        _ => {
            let map: Map<String, Value> =
                (0..draw.below(5)).map(|_| (draw.of(KEYS).to_owned(), document(draw, depth - 1))).collect();
            Value::Object(map)
        }
    }
}

/// Most documents are containers: of others there is little to say.
fn container(draw: &mut Draw) -> Value {
    let mut last = Value::Null;
    for _ in 0..3 {
        last = document(draw, 4);
        if last.is_object() || last.is_array() {
            break;
        }
    }
    last
}

/// A path that leads somewhere for a while, most often.
fn path(draw: &mut Draw, document: &Value) -> Vec<String> {
    let (mut path, mut at) = (Vec::new(), Some(document));
    for _ in 0..=draw.below(4) {
        let known: Vec<String> = match at {
            Some(Value::Object(map)) => map.keys().cloned().collect(),
            Some(Value::Array(items)) => (0..=items.len()).map(|at| at.to_string()).collect(),
            _ => Vec::new(),
        };
        let part =
            if known.is_empty() || draw.below(4) == 0 { draw.of(PARTS).to_owned() } else { draw.of(&known) };
        at = match at {
            Some(Value::Object(map)) => map.get(&part),
            Some(Value::Array(items)) => part.parse().ok().and_then(|at: usize| items.get(at)),
            _ => None,
        };
        path.push(part);
    }
    path
}

fn change(draw: &mut Draw, document: &Value) -> Change {
    let path = path(draw, document);
    match draw.below(5) {
        0 | 1 => Change::Set(path, self::document(draw, 2)),
        2 | 3 => {
            let amount = loop {
                let amount = number(draw);
                let whole = amount.as_f64().unwrap().fract() == 0.0;
                if amount.is_i64() || !whole || amount.as_f64().unwrap().abs() < 1e18 {
                    break amount;
                }
            };
            Change::Add(path, amount)
        }
        _ => Change::Remove(path),
    }
}

/// A document, what is done to it, and what comes of it.
fn drawn(draw: &mut Draw) -> (Value, Vec<Change>, Result<Value, Reason>) {
    let begun = container(draw);
    let (mut wanted, mut changes) = (Ok(begun.clone()), Vec::new());
    for _ in 0..=draw.below(4) {
        let known = wanted.as_ref().unwrap_or(&begun).clone();
        let change = change(draw, &known);
        wanted = wanted.and_then(|document| change.of(&document));
        changes.push(change);
    }
    (begun, changes, wanted)
}

fn changed(update: ennead::op::Update<Account>, changes: &[Change]) -> ennead::op::Update<Account> {
    changes.iter().fold(update, |update, change| match change {
        Change::Set(path, value) => update.set_path(Account::DATA, path.clone(), value.clone()),
        Change::Add(path, amount) => match amount.as_i64() {
            Some(amount) => update.add_path(Account::DATA, path.clone(), amount),
            None => update.add_path(Account::DATA, path.clone(), amount.as_f64().unwrap()),
        },
        Change::Remove(path) => update.remove_path(Account::DATA, path.clone()),
    })
}

async fn random_changes_do_what_the_oracle_says(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let mut draw = Draw::default();
    let (mut refused, mut worked) = (0, 0);
    for round in 0..400 {
        let (begun, changes, wanted) = drawn(&mut draw);
        let id = format!("{round}");
        of(&id, begun.clone()).run(&tenant).await.unwrap();
        let told = changed(Account::update(&id), &changes).run(&tenant).await;
        let stored = data(&tenant, &id).await;
        let story = || format!("{begun}\n  {changes:?}\n  wanted {wanted:?}, stored {stored}");
        match (&wanted, told) {
            (Ok(wanted), Ok(row)) => {
                assert!(same(&row.data, wanted) && same(&stored, wanted), "{}", story());
                worked += 1;
            }
            (Err(reason), Err(error)) => {
                assert!(
                    error.is_invalid_input() && error.to_string().contains(reason),
                    "{error}: {}",
                    story()
                );
                assert!(same(&stored, &begun), "{}", story());
                refused += 1;
            }
            (_, told) => panic!("{told:?}: {}", story()),
        }
    }
    assert!(refused > 100 && worked > 100, "{refused} were refused, and {worked} worked");
}

async fn random_changes_of_many_rows_are_those_of_each(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    let mut draw = Draw::seeded(7);
    let mut fitting = Vec::new();
    while fitting.len() < 120 {
        let (begun, changes, wanted) = drawn(&mut draw);
        if let Ok(wanted) = wanted {
            fitting.push((format!("{:03}", fitting.len()), begun, changes, wanted));
        }
    }
    Account::bulk_create(fitting.iter().map(|(id, begun, ..)| of(id, begun.clone())))
        .run(&tenant)
        .await
        .unwrap();
    let each = fitting.iter().map(|(id, _, changes, _)| changed(Account::update(id), changes));
    Account::bulk_update_each(each).run(&tenant).await.unwrap();
    for (row, (_, begun, changes, wanted)) in super::rows(&tenant).await.iter().zip(&fitting) {
        assert!(same(&row.data, wanted), "{begun}\n  {changes:?}\n  wanted {wanted}, stored {}", row.data);
    }
}

crate::cases![random_changes_do_what_the_oracle_says, random_changes_of_many_rows_are_those_of_each];
