//! The model that filters, orders and pages are tried on: few values, so that there are ties and NULLs everywhere.

use chrono::{DateTime, TimeDelta, Utc};
use ennead::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::draw::Draw;
use crate::types::models::{Level, Mood};

#[model(global, table = "things")]
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    #[key(assigned)]
    pub id: i64,
    pub name: String,
    pub title: Option<String>,
    pub count: i32,
    pub size: Option<i64>,
    pub ratio: Option<f64>,
    #[column(precision = 10, scale = 2)]
    pub price: Option<Decimal>,
    pub done: Option<bool>,
    pub at: Option<DateTime<Utc>>,
    pub level: Option<Level>,
    pub mood: Option<Mood>,
    pub tags: Vec<String>,
    pub marks: Option<Vec<i64>>,
    pub data: Option<Value>,
}

/// Texts with what is special to LIKE and GLOB, in both cases, and beyond ASCII.
pub const TEXTS: &[&str] = &[
    "", "a", "A", "ab", "aB", "b", "a%", "a_b", "%", "_", "\\", "a\\b", "*", "a?c", "[a]", "]", "é", "É",
    "aé", "ß", "😀", "a😀b", "Z", "z", "'", "a\nb",
];

pub fn text(draw: &mut Draw) -> String {
    draw.of(TEXTS).to_owned()
}

pub fn time(draw: &mut Draw) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(draw.of(&[-1, 0, 1, 1_000_000, 86_400_000_000]))
}

pub fn price(draw: &mut Draw) -> Decimal {
    Decimal::new(draw.of(&[-101, -100, 0, 1, 10, 100, 99_999_999]), 2)
}

/// JSON with few keys, so that paths meet values.
pub fn data(draw: &mut Draw, depth: usize) -> Value {
    match draw.below(if depth == 0 { 5 } else { 10 }) {
        0 => Value::Null,
        1 => draw.any::<bool>().into(),
        2 => draw.of(&[-1, 0, 1, 2, 10, 9_007_199_254_740_993_i64, i64::MAX]).into(),
        3 => {
            draw.of(&[0.5, 1.0, 1.5, 10.0, 9_007_199_254_740_992.0, 9.223372036854776e18, 1e300, -2.5]).into()
        }
        4 => text(draw).into(),
        5 | 6 => (0..draw.below(4)).map(|_| data(draw, depth - 1)).collect(),
        _ => {
            let keys: Vec<&str> = (0..draw.below(4)).map(|_| key(draw)).collect();
            Value::Object(keys.into_iter().map(|key| (key.to_owned(), data(draw, depth - 1))).collect())
        }
    }
}

/// Keys, some of which might be positions.
pub fn key(draw: &mut Draw) -> &'static str {
    draw.of(&["a", "b", "a", "b", "0", "1", "-1", "a b", "é", "'", "$", "a.b", "[0]", " 1", "+1", ""])
}

fn some<T>(draw: &mut Draw, value: impl FnOnce(&mut Draw) -> T) -> Option<T> {
    (draw.below(4) != 0).then(|| value(draw))
}

impl Thing {
    pub fn any(draw: &mut Draw, id: i64) -> Self {
        Self {
            id,
            name: text(draw),
            title: some(draw, text),
            count: draw.of(&[-1, 0, 1, 2, 3]),
            size: some(draw, |draw| draw.of(&[i64::MIN, -1, 0, 1, i64::MAX])),
            ratio: some(draw, |draw| draw.of(&[-1.5, 0.0, 0.1, 0.5, 1e300])),
            price: some(draw, price),
            done: some(draw, |draw| draw.any()),
            at: some(draw, time),
            level: some(draw, |draw| draw.any()),
            mood: some(draw, |draw| draw.any()),
            tags: (0..draw.below(4)).map(|_| text(draw)).collect(),
            marks: some(draw, |draw| (0..draw.below(3)).map(|_| draw.of(&[0, 1, i64::MIN])).collect()),
            data: some(draw, |draw| match draw.below(4) {
                0 => json!({ "a": { "b": data(draw, 1) }, "b": [data(draw, 1), data(draw, 0)] }),
                _ => data(draw, 3),
            }),
        }
    }

    pub fn many(draw: &mut Draw, count: i64) -> Vec<Self> {
        (0..count).map(|id| Self::any(draw, id)).collect()
    }
}
