//! Conditions made twice: as a filter of the library, and as a function in memory that says what it should let through.

use std::cmp::Ordering;

use ennead::{Column, Filter};
use serde_json::Value;

use super::thing::{self, Thing};
use crate::draw::Draw;

/// A condition: true, false, or NULL.
type Holds = Box<dyn Fn(&Thing) -> Option<bool> + Send + Sync>;

pub struct Condition {
    pub filter: Filter<Thing>,
    pub holds: Holds,
    /// What it is, for a failure's text.
    pub text: String,
}

impl Condition {
    fn new(
        text: String,
        filter: Filter<Thing>,
        holds: impl Fn(&Thing) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        Self { filter, holds: Box::new(holds), text }
    }

    /// A condition of up to so many levels of `and`, `or` and `not`.
    pub fn any(draw: &mut Draw, depth: usize) -> Self {
        if depth == 0 || draw.below(4) == 0 {
            return leaf(draw);
        }
        match draw.below(5) {
            0 => {
                let inner = Self::any(draw, depth - 1);
                let holds = inner.holds;
                Self::new(format!("not({})", inner.text), inner.filter.not(), move |row| {
                    holds(row).map(|h| !h)
                })
            }
            1 => {
                let all: Vec<Self> = (0..draw.below(4)).map(|_| Self::any(draw, depth - 1)).collect();
                Self::joined(all, true)
            }
            2 => {
                let all: Vec<Self> = (0..draw.below(4)).map(|_| Self::any(draw, depth - 1)).collect();
                Self::joined(all, false)
            }
            way => {
                let (one, two) = (Self::any(draw, depth - 1), Self::any(draw, depth - 1));
                let (left, right) = (one.holds, two.holds);
                let (one_text, two_text) = (one.text, two.text);
                if way == 3 {
                    let text = format!("({one_text} and {two_text})");
                    Self::new(text, one.filter.and(two.filter), move |row| and(left(row), right(row)))
                } else {
                    let text = format!("({one_text} or {two_text})");
                    Self::new(text, one.filter.or(two.filter), move |row| {
                        and(left(row).map(|h| !h), right(row).map(|h| !h)).map(|h| !h)
                    })
                }
            }
        }
    }

    fn joined(all: Vec<Self>, every: bool) -> Self {
        let text = all.iter().map(|one| one.text.clone()).collect::<Vec<_>>().join(", ");
        let (mut filters, mut holds) = (Vec::new(), Vec::new());
        for one in all {
            filters.push(one.filter);
            holds.push(one.holds);
        }
        if every {
            Self::new(format!("all[{text}]"), Filter::all(filters), move |row| {
                every_one(holds.iter().map(|one| one(row)))
            })
        } else {
            Self::new(format!("any[{text}]"), Filter::any(filters), move |row| {
                every_one(holds.iter().map(|one| one(row).map(|h| !h))).map(|h| !h)
            })
        }
    }
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// All of them: NULL is no end of the matter, as a later one may be false.
fn every_one(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all.reduce(and).unwrap_or(Some(true))
}

fn leaf(draw: &mut Draw) -> Condition {
    match draw.below(16) {
        0 => compare(draw, Thing::TITLE, |row| row.title.clone(), thing::text),
        1 => compare(draw, Thing::SIZE, |row| row.size, |draw| draw.of(&[i64::MIN, -1, 0, 1, 2, i64::MAX])),
        2 => compare(draw, Thing::RATIO, |row| row.ratio, |draw| draw.of(&[-1.5, -0.0, 0.1, 0.2, 1e300])),
        3 => compare(draw, Thing::PRICE, |row| row.price, thing::price),
        4 => compare(draw, Thing::DONE, |row| row.done, |draw| draw.any()),
        5 => compare(draw, Thing::AT, |row| row.at, thing::time),
        6 => compare(draw, Thing::LEVEL, |row| row.level, |draw| draw.any()),
        7 => compare(draw, Thing::MOOD, |row| row.mood, |draw| draw.any()),
        8 => {
            let value = draw.of(&[-1, 0, 1, 2, 5]);
            let text = format!("count >= {value}");
            Condition::new(text, Thing::COUNT.ge(value), move |row| Some(row.count >= value))
        }
        9 | 10 => pattern(draw),
        11 => {
            let value = thing::text(draw);
            let text = format!("tags has {value:?}");
            Condition::new(text, Thing::TAGS.contains(&value), move |row| Some(row.tags.contains(&value)))
        }
        12 => {
            let value = draw.of(&[0, 1, 2, i64::MIN]);
            let text = format!("marks has {value:?}");
            Condition::new(text, Thing::MARKS.contains(value), move |row| {
                row.marks.as_ref().map(|marks| marks.contains(&value))
            })
        }
        13 => {
            let value = thing::data(draw, 2);
            let text = format!("data contains {value}");
            Condition::new(text, Thing::DATA.contains(value.clone()), move |row| {
                row.data.as_ref().map(|data| contains_at_top(data, &value))
            })
        }
        _ => path(draw),
    }
}

/// Comparisons of a column that may be NULL.
fn compare<T>(
    draw: &mut Draw,
    column: Column<Thing, Option<T>>,
    get: fn(&Thing) -> Option<T>,
    value: impl Fn(&mut Draw) -> T,
) -> Condition
where
    T: Clone + PartialOrd + std::fmt::Debug + Send + Sync + 'static,
    Option<T>: ennead::FieldType<Class: ennead::__private::class::Ordered> + ennead::IntoValue<Option<T>>,
{
    let one = value(draw);
    let given = Some(one.clone());
    let than = |wanted: fn(Ordering) -> bool| {
        let one = one.clone();
        move |row: &Thing| get(row).map(|own| wanted(own.partial_cmp(&one).unwrap()))
    };
    let text = |operator: &str| format!("{column:?} {operator} {one:?}");
    match draw.below(12) {
        0 => Condition::new(text("eq"), column.eq(given), than(Ordering::is_eq)),
        1 => Condition::new(text("ne"), column.ne(given), than(Ordering::is_ne)),
        2 => Condition::new(text("gt"), column.gt(given), than(Ordering::is_gt)),
        3 => Condition::new(text("ge"), column.ge(given), than(Ordering::is_ge)),
        4 => Condition::new(text("lt"), column.lt(given), than(Ordering::is_lt)),
        5 => Condition::new(text("le"), column.le(given), than(Ordering::is_le)),
        6 => {
            let high = value(draw);
            let text = format!("{column:?} between {one:?} and {high:?}");
            Condition::new(text, column.between(given, Some(high.clone())), move |row| {
                get(row).map(|own| own >= one && own <= high)
            })
        }
        7 => Condition::new(format!("{column:?} is null"), column.is_null(), move |row| {
            Some(get(row).is_none())
        }),
        8 => Condition::new(format!("{column:?} is not null"), column.is_not_null(), move |row| {
            Some(get(row).is_some())
        }),
        9 if draw.any() => Condition::new(format!("{column:?} eq NULL"), column.eq(None), move |row| {
            Some(get(row).is_none())
        }),
        9 => Condition::new(format!("{column:?} ne NULL"), column.ne(None), move |row| {
            Some(get(row).is_some())
        }),
        negated => {
            let list: Vec<Option<T>> =
                (0..draw.below(4)).map(|_| (draw.below(4) != 0).then(|| value(draw))).collect();
            let text = format!("{column:?} {} {list:?}", if negated == 10 { "in" } else { "not in" });
            if negated == 10 {
                return Condition::new(text, column.in_(list.clone()), move |row| {
                    let own = get(row);
                    // NULL is in a list that names it, in no empty list, and else neither in nor out.
                    if own.is_none() && !list.contains(&None) && !list.is_empty() {
                        return None;
                    }
                    if own.is_none() && list.iter().all(Option::is_none) {
                        return Some(!list.is_empty());
                    }
                    Some(list.contains(&own))
                });
            }
            Condition::new(text, column.not_in(list.clone()), move |row| {
                let own = get(row);
                if list.is_empty() {
                    return Some(true);
                }
                if list.iter().all(Option::is_none) {
                    return Some(own.is_some());
                }
                own.map(|own| !list.contains(&Some(own)))
            })
        }
    }
}

/// Patterns and parts of texts.
fn pattern(draw: &mut Draw) -> Condition {
    let part = thing::text(draw);
    let own = |row: &Thing| row.title.clone();
    let text = |what: &str| format!("title {what} {part:?}");
    match draw.below(5) {
        0 => Condition::new(text("contains"), Thing::TITLE.contains(&part), move |row| {
            own(row).map(|own| own.contains(&part))
        }),
        1 => Condition::new(text("starts with"), Thing::TITLE.starts_with(&part), move |row| {
            own(row).map(|own| own.starts_with(&part))
        }),
        2 => Condition::new(text("ends with"), Thing::TITLE.ends_with(&part), move |row| {
            own(row).map(|own| own.ends_with(&part))
        }),
        way => {
            let pieces =
                ["%", "_", "a", "B", "\\%", "\\_", "\\\\", "é", "*", "[", "]", "?", "\\a", "😀", "^", "-"];
            let pattern: String = (0..draw.below(4)).map(|_| draw.of(&pieces)).collect();
            if way == 3 {
                let text = format!("title like {pattern:?}");
                return Condition::new(text, Thing::TITLE.like(pattern.clone()), move |row| {
                    own(row).map(|own| like(&own, &pattern))
                });
            }
            let text = format!("title ilike {pattern:?}");
            Condition::new(text, Thing::TITLE.ilike(pattern.clone()), move |row| {
                own(row).map(|own| like(&own.to_ascii_lowercase(), &pattern.to_ascii_lowercase()))
            })
        }
    }
}

fn like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = rest.as_str();
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| like(&text[at..], rest))
        }
        Some(other) => {
            let mut own = text.chars();
            let first = own.next();
            let fits = match other {
                '_' => first.is_some(),
                '\\' => first.is_some() && first == rest.next(),
                other => first == Some(other),
            };
            fits && like(own.as_str(), rest.as_str())
        }
    }
}

/// Questions to a place in JSON.
fn path(draw: &mut Draw) -> Condition {
    let path: Vec<String> = (0..1 + draw.below(2)).map(|_| thing::key(draw).to_owned()).collect();
    let column = || Thing::DATA.path(path.clone());
    let value = thing::data(draw, 0);
    let text = |what: &str| format!("data {path:?} {what} {value}");
    let (to, with) = (path.clone(), value.clone());
    let found = move |row: &Thing| row.data.as_ref().and_then(|data| at(data, &to).cloned());
    let order = |wanted: fn(Ordering) -> bool| {
        let (found, with) = (found.clone(), with.clone());
        move |row: &Thing| found(row).map(|own| order_of(&own, &with).is_some_and(wanted))
    };
    match draw.below(8) {
        0 => Condition::new(text("eq"), column().eq(value.clone()), move |row| {
            found(row).map(|own| same(&own, &with))
        }),
        1 => Condition::new(text("ne"), column().ne(value.clone()), move |row| {
            found(row).map(|own| !same(&own, &with))
        }),
        2 => Condition::new(text("gt"), column().gt(value.clone()), order(Ordering::is_gt)),
        3 => Condition::new(text("ge"), column().ge(value.clone()), order(Ordering::is_ge)),
        4 => Condition::new(text("lt"), column().lt(value.clone()), order(Ordering::is_lt)),
        5 => Condition::new(text("le"), column().le(value.clone()), order(Ordering::is_le)),
        6 => Condition::new(text("exists"), column().exists(), move |row| Some(found(row).is_some())),
        _ => Condition::new(text("missing"), column().missing(), move |row| Some(found(row).is_none())),
    }
}

fn at<'v>(json: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(json, |json, part| match json {
        Value::Object(map) => map.get(part),
        // A position may have a sign, and those behind a minus count from the end.
        Value::Array(items) => {
            let position: i32 = part.trim_start().parse().ok()?;
            match usize::try_from(position) {
                Ok(position) => items.get(position),
                Err(_) => items.iter().rev().nth(position.unsigned_abs() as usize - 1),
            }
        }
        _ => None,
    })
}

/// Numbers by what is written, other scalars by what they are.
fn same(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(_), Value::Number(_)) => order_of(one, two) == Some(Ordering::Equal),
        (Value::Array(one), Value::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| same(one, two))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len()
                && one.iter().all(|(key, own)| two.get(key).is_some_and(|two| same(own, two)))
        }
        _ => one == two,
    }
}

fn order_of(one: &Value, two: &Value) -> Option<Ordering> {
    match (one, two) {
        (Value::String(one), Value::String(two)) => Some(one.cmp(two)),
        (Value::Number(one), Value::Number(two)) => {
            // Those drawn that are no integers of 128 bits are small fractions or 1e300.
            let exact = |number: &serde_json::Number| match number.as_i128() {
                Some(integer) => Some(integer),
                None => number
                    .as_f64()
                    .filter(|float| float.fract() == 0.0 && *float < 1e30)?
                    .to_string()
                    .parse()
                    .ok(),
            };
            match (exact(one), exact(two)) {
                (Some(one), Some(two)) => Some(one.cmp(&two)),
                _ => one.as_f64()?.partial_cmp(&two.as_f64()?),
            }
        }
        _ => None,
    }
}

fn contains_at_top(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Array(items), part) if !part.is_array() && !part.is_object() => {
            items.iter().any(|item| same(item, part))
        }
        _ => contains(whole, part),
    }
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|own| contains(own, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            part.iter().all(|part| whole.iter().any(|own| contains(own, part)))
        }
        _ => same(whole, part),
    }
}
